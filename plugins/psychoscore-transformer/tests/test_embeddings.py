"""Embeddings of several widths, joined and projected."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from psychoscore_core.errors import CheckpointError
from psychoscore_transformer.checkpoint import played, read_checkpoint, write_checkpoint
from psychoscore_transformer.layout import weights

NARROW = {"families": (21, 7, 11), "widths": (16, 4, 8)}
ROWS = torch.tensor([[1, 2, 3], [20, 6, 10]])


def written(make, folder, **shape):
    model = make.model(**shape)
    write_checkpoint(folder, model, 32, {"vocabulary": "v", "space": "s"}, 0, {})
    return model


def test_what_is_summed_is_the_projection_of_what_is_joined(make):
    model = make.model(**NARROW)
    joined = torch.cat([e.table(ROWS[:, k]) for k, e in enumerate(model.embeddings)], dim=-1)
    projection = torch.cat([e.projection.weight for e in model.embeddings], dim=-1)
    torch.testing.assert_close(model.embed(ROWS), joined @ projection.T)


def test_heads_are_tied_to_the_products(make):
    model, hidden = make.model(**NARROW), torch.randn(2, 32)
    torch.testing.assert_close(model.logits(hidden, ROWS)[0], hidden @ model.embeddings[0].weight.T)


def test_products_begin_as_large_as_plain_embeddings(make):
    from psychoscore_transformer.model import Model

    torch.manual_seed(0)
    model = Model(make.sizes(families=(4000,), widths=(16,)))
    assert float(model.embeddings[0].weight.detach().std()) == pytest.approx(0.5 / 32**0.5, rel=0.15)


def test_the_layout_names_every_weight(make):
    model = make.model(**NARROW)
    assert weights(model.sizes) == {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}


def test_what_plays_has_plain_embeddings(make, tmp_path):
    model = written(make, tmp_path, **NARROW)
    loaded = played(read_checkpoint(tmp_path, "v", "s"))
    assert loaded.sizes.widths == () and set(loaded.weights) == set(weights(loaded.sizes))
    found = loaded.weights["embeddings.1.weight"]
    np.testing.assert_allclose(found, model.embeddings[1].weight.detach(), atol=1e-6)


def test_plain_embeddings_play_as_they_are(make, tmp_path):
    written(make, tmp_path)
    loaded = read_checkpoint(tmp_path, "v", "s")
    assert played(loaded) is loaded


@pytest.mark.parametrize("widths", [(16,), (16, 4, 0), (16, 4, 9000), (16, 4, "8")])
def test_there_is_a_width_for_each_family(make, widths):
    with pytest.raises(ValueError, match="widths must be a width from 1 to 8192 for each family, or none"):
        make.sizes(families=(21, 7, 11), widths=widths)


def test_other_heads_are_refused(make):
    with pytest.raises(ValueError, match="row_heads must be one of .*, not 'pitch-first'"):
        make.sizes(row_heads="pitch-first")


def test_a_checkpoint_of_an_older_version_has_chained_heads(make, tmp_path):
    written(make, tmp_path)
    facts = json.loads((tmp_path / "model.json").read_text())
    del facts["sizes"]["row_heads"], facts["sizes"]["widths"]
    (tmp_path / "model.json").write_text(json.dumps(facts))
    sizes = read_checkpoint(tmp_path, "v", "s").sizes
    assert (sizes.row_heads, sizes.widths) == ("chain", ())


@pytest.mark.parametrize("change", [{"row_heads": "none"}, {"widths": [1, 2]}, {"widths": 3}])
def test_damaged_sizes_are_refused(make, tmp_path, change):
    written(make, tmp_path)
    facts = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps(facts | {"sizes": facts["sizes"] | change}))
    with pytest.raises(CheckpointError, match="model.json"):
        read_checkpoint(tmp_path, "v", "s")
