"""The model backend: type first, embeddings of several widths, an emotion that steers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from psychoscore_compound_word.plugin import PRESETS, CompoundWordModelConfig
from psychoscore_core.errors import CheckpointError
from psychoscore_core.records import Stream
from psychoscore_emopia.quadrants import quadrant_profile


def logits_of(backend, small, vector=None, prefix=(), drawn=(4, 2, 0, 0, 0, 0, 0)):
    """Return the logits of all families after a prompt, the ids of a row being drawn."""
    rows = small.tokenizer.prompt(prefix)
    state = backend.start([Stream(rows=rows, vector=vector, bars=None)])
    first, *later = backend.step(state, rows[-1:], np.array([-1]))
    return [first, *(table(np.array([drawn[:k]])) for k, table in enumerate(later, 1))]


def differ(one, other):
    return [float(np.abs(a - b).max()) for a, b in zip(one, other, strict=True)]


@pytest.mark.parametrize(("size", "parameters"), [("tiny", (1.0, 1.5)), ("small", (4.5, 5.5)), ("published", (45, 55))])
def test_the_sizes_are_what_the_presets_say(small, size, parameters):
    from psychoscore_transformer.layout import weights

    options = dict.fromkeys(("layers", "width", "heads", "kv_heads", "hidden", "style_tokens"))
    sizes = small.backend(checkpoint=None, size=size, **options).sizes(small.sizes.families)
    low, high = parameters
    assert low < sum(map(np.prod, weights(sizes).values())) / 1e6 < high


def test_the_published_widths_are_the_published_ones(small):
    options = dict.fromkeys(("layers", "width", "heads", "kv_heads", "hidden", "style_tokens"))
    sizes = small.backend(checkpoint=None, size="published", **options).sizes(small.sizes.families)
    assert sizes.widths == (32, 64, 128, 256, 512, 128, 128, 128)
    assert (sizes.layers, sizes.width, sizes.heads) == (12, 512, 8)
    assert PRESETS["published"].style_tokens > 0


def test_what_plays_has_the_products_in_the_embeddings_place(small):
    ids = torch.tensor([[1, 0, 0, 0, 0, 0, 0, 0], [4, 2, 3, 9, 0, 0, 0, 0]])
    with torch.no_grad():
        np.testing.assert_allclose(small.model.embed(ids), small.backend().model().embed(ids), atol=1e-5)


@pytest.mark.parametrize("engine", ["auto", "numpy"])
def test_engines_agree(small, engine):
    vector = small.encoder.encode(quadrant_profile(2)).vector
    wanted = logits_of(small.backend(engine="torch"), small, vector)
    assert max(differ(wanted, logits_of(small.backend(engine=engine), small, vector))) < 1e-2 * max(
        float(np.abs(table).max()) for table in wanted
    )


def test_families_follow_from_the_type_alone(small):
    backend = small.backend(engine="numpy")
    before = logits_of(backend, small)
    bar = logits_of(backend, small, drawn=(4, 9, 3, 5, 7, 1, 2))
    note = logits_of(backend, small, drawn=(5, 2, 0, 0, 0, 0, 0))
    assert max(differ(before, bar)) == 0
    assert differ(before, note)[0] == 0 and min(differ(before, note)[1:]) > 1e-3


def test_numbers_and_the_class_of_an_emotion_change_what_follows(small):
    backend = small.backend(engine="numpy")
    none = logits_of(backend, small)
    calm, sad = ((0.4, -0.6, 0, 0, 0, 1), (-0.4, -0.6, 0, 0, 1, 0))
    assert differ(none, logits_of(backend, small, calm))[0] > 1e-3
    assert differ(logits_of(backend, small, calm), logits_of(backend, small, sad))[0] > 1e-3
    assert differ(logits_of(backend, small, calm), logits_of(backend, small, (0.1, *calm[1:])))[0] > 1e-4


def test_the_emotion_word_changes_what_follows(small):
    backend = small.backend(engine="numpy")
    assert differ(logits_of(backend, small), logits_of(backend, small, prefix=("EMOTION_Q1",)))[0] > 1e-3


def test_the_native_step_decodes_compound_words(small):
    pytest.importorskip("psychoscore_native.engine", reason="psychoscore-native is not installed")
    vector = small.encoder.encode(quadrant_profile(3)).vector
    wanted = logits_of(small.backend(engine="torch"), small, vector)
    found = logits_of(small.backend(engine="native", precision="fp32"), small, vector)
    assert max(differ(wanted, found)) < 1e-4 * max(float(np.abs(table).max()) for table in wanted)


def test_options_are_read_as_the_transformers(small):
    with pytest.raises(ValueError, match="width 30 cannot be divided into 4 heads"):
        CompoundWordModelConfig(width=30, heads=4)


def test_a_start_of_other_widths_is_refused(small, tmp_path):
    from psychoscore_transformer.start import read_start

    vocabulary, space = small.tokenizer.vocabulary.digest, small.encoder.space.digest
    wanted = small.backend(checkpoint=None, width=64).sizes(small.sizes.families)
    with pytest.raises(CheckpointError, match="a model of width 32, widths"):
        read_start(small.folder, vocabulary, space, wanted)
    assert "embeddings.0.table.weight" in read_start(small.folder, vocabulary, space, small.sizes).weights


def test_guidance_pulls_to_the_emotion_and_keeps_the_bars(small):
    from psychoscore_core.stages.sample import Request
    from psychoscore_sampler.constrained import ConstrainedSampler
    from psychoscore_sampler.plugin import ConstrainedConfig

    def drawn(guidance):
        condition = small.encoder.encode(quadrant_profile(2))
        stream = Stream(rows=small.tokenizer.prompt(condition.prefix), vector=condition.vector, bars=None)
        grammar = small.tokenizer.grammar(3)
        request = Request(stream=stream, grammar=grammar, temperatures=(1.0,), seed=1)
        config = ConstrainedConfig(guidance=guidance, max_rows_per_bar=20)
        rows = ConstrainedSampler(config).sample(small.backend(engine="numpy"), [request])[0]
        assert grammar.finished and grammar.bar == 2
        return rows.tolist()

    assert drawn(1.0) != drawn(4.0)
