"""The backends train, evaluate, load what they trained, decode, and pass the conformance kit."""

import json

import numpy as np
import pytest
import torch
from attrs import evolve

from psychoscore_core.errors import CheckpointError, DataError, RunError
from psychoscore_core.records import ConditionSpace, Family, Vocabulary
from psychoscore_core.report import Silent
from psychoscore_core.testing import conformance
from psychoscore_qlora import plugin
from psychoscore_qlora.lora import linears

BASE, SIZE = 21, 24  # ids of the bases, and of the tokenizer

test_conformance = conformance(plugin)


class Remarks(Silent):
    def __init__(self):
        self.lines = []

    def remark(self, text):
        self.lines.append(text)


@pytest.fixture
def trained(make, corpus, terms, training, tmp_path):
    """Return what trains a backend and gives it back loaded."""

    def train(backend, name="t", report=None, **changes):
        backend.train(corpus, terms, evolve(training, **changes), tmp_path / name, report or Silent())
        return backend

    return train


def test_a_whole_rwkv_leaves_a_model_that_can_be_a_base(make, trained, tmp_path):
    trained(make.rwkv())
    names = {path.name for path in (tmp_path / "t").iterdir() if path.is_file()}
    assert names == {
        *("model.safetensors", "config.json", "base.json", "conditioner.safetensors"),
        *("model.json", "checkpoint.json", "state.safetensors", "loss.png"),
    }
    assert trained(make.qlora(base=tmp_path / "t"), "q").hidden_size() == 64


@pytest.mark.parametrize("quantization", ["nf4", "none"])
def test_an_adapter_evaluates_loaded_as_trained(make, corpus, trained, rwkv_base, tmp_path, quantization):
    backend = trained(make.qlora(base=rwkv_base, quantization=quantization), learning_rate=3e-2, steps=20)
    loaded = make.qlora(checkpoint=tmp_path / "t")
    metrics = loaded.evaluate(corpus, "validation")
    assert metrics == backend.evaluate(corpus, "validation")
    assert metrics["nats_per_token"] < np.log(SIZE) - 0.3


def test_serving_sees_what_training_saw(make, corpus, trained, rwkv_base, tmp_path):
    report = Remarks()
    backend = trained(make.qlora(base=rwkv_base), report=report, steps=8)
    record = json.loads((tmp_path / "t" / "checkpoint.json").read_text())
    served = backend.evaluate(corpus, "validation")["nats_per_token"]
    assert served == pytest.approx(record["metrics"]["validation_nats_per_token"], abs=2e-3)  # float16 in between


def test_the_targets_of_any_model_are_found_and_told(make, trained, llama_base):
    report = Remarks()
    trained(make.qlora(base=llama_base), report=report)
    assert report.lines[0].startswith(
        "train: adapters on q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj of a llama; "
    )
    assert "% of memory" not in report.lines[0] and "are trained (" in report.lines[0]


def test_a_target_that_is_not_there_is_named(make, trained, rwkv_base):
    with pytest.raises(RunError, match="no linear layer 'q_proj'; it has key, value, receptance, output"):
        trained(make.qlora(base=rwkv_base, targets=("q_proj",)))


@pytest.mark.parametrize("base", ["rwkv_base", "llama_base"])
def test_streams_of_different_prompts_do_not_touch_each_other(make, trained, base, request):
    backend = trained(make.qlora(base=request.getfixturevalue(base), quantization="none"))
    streams = [make.stream(1, 4), make.stream(2, 9), make.stream(3, 6, bars=None)]
    rows, bars = np.array([[5], [6], [7]]), np.array([0, 1, 0])
    state = backend.start(streams)
    together = [backend.step(state, rows, bars)[0] for _ in range(3)][-1]
    for i, stream in enumerate(streams):
        state = backend.start([stream])
        alone = [backend.step(state, rows[i : i + 1], bars[i : i + 1])[0] for _ in range(3)][-1]
        np.testing.assert_allclose(alone[0], together[i], atol=1e-5)


@pytest.mark.parametrize("base", ["rwkv_base", "llama_base"])
def test_stepping_says_what_reading_at_once_says(make, trained, base, request):
    backend = trained(make.qlora(base=request.getfixturevalue(base), quantization="none"))
    stream, model = make.stream(1, 6), backend.model()
    state = backend.start([stream])
    stepped = [backend.step(state, np.array([[t]]), np.array([b]))[0][0] for t, b in ((2, -1), (4, 0), (7, 1))]
    with torch.no_grad():
        ids = torch.tensor([[*stream.rows[:-1, 0].tolist(), 2, 4, 7]])
        table = model.conditioner.bars(torch.tensor([stream.bars]))
        bars = torch.tensor([[-1] * 6 + [0, 1]]) % table.shape[1]
        rows = model.embed(ids) + table[0][bars[0]]
        styles = model.conditioner.styles(torch.tensor([stream.vector]), torch.tensor([True]))
        hidden = model.body(inputs_embeds=torch.cat([styles, rows], 1), use_cache=False).last_hidden_state
        whole = model.head(hidden)[0, -3:].numpy()
    known = np.isfinite(stepped[0])
    np.testing.assert_allclose(np.array(stepped)[:, known], whole[:, known], atol=1e-5)


@pytest.mark.parametrize(("precision", "near"), [("fp16", 5e-3), ("int8", 0.2)])
def test_halves_and_bytes_say_nearly_the_same(make, adapters, precision, near):
    pytest.importorskip("psychoscore_native")
    said = []
    for own in ("fp32", precision):
        backend = make.qlora(checkpoint=adapters[0], precision=own)
        state = backend.start([make.stream(1)])
        said.append(backend.step(state, np.array([[2]]), np.array([-1]))[0][0, :BASE])
    assert 0 < np.abs(said[0] - said[1]).max() < near


def test_halves_without_the_native_step_say_what_is_missing(make, adapters, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "psychoscore_native.library", None)
    with pytest.raises(RunError, match="model.precision: 'fp16' needs psychoscore-native"):
        make.qlora(checkpoint=adapters[0], precision="fp16").start([make.stream(1)])


def test_keep_drops_streams(make, trained, rwkv_base):
    backend = trained(make.qlora(base=rwkv_base))
    state = backend.start([make.stream(i, 5) for i in range(3)])
    both = backend.step(state, np.array([[5], [6], [7]]), np.array([0, 0, 0]))[0]
    kept = backend.keep(backend.start([make.stream(i, 5) for i in range(3)]), [2, 0])
    logits = backend.step(kept, np.array([[7], [5]]), np.array([0, 0]))[0]
    np.testing.assert_allclose(logits, both[[2, 0]], atol=1e-6)


def test_profile_bars_and_prefix_change_what_is_said(make, trained, rwkv_base):
    backend = trained(make.qlora(base=rwkv_base), steps=12, learning_rate=1e-2)
    stream = make.stream(1)
    said = []
    for changes in ({}, {"vector": None}, {"bars": None}, {"rows": stream.rows[[0, -1]]}):
        state = backend.start([evolve(stream, **changes)])
        backend.step(state, np.array([[2]]), np.array([-1]))
        said.append(backend.step(state, np.array([[4]]), np.array([0]))[0][0])
    assert all(np.abs(said[0][5:20] - other[5:20]).max() > 1e-4 for other in said[1:])


@pytest.mark.parametrize("whole", [True, False])
def test_conditions_are_about_as_large_as_embeddings(make, trained, rwkv_base, whole):
    # RWKV's embeddings begin at 1e-4: conditions of that size would be drowned as soon as they have grown
    options = {"steps": 30, "learning_rate": 1e-2}
    model = trained(make.rwkv() if whole else make.qlora(base=rwkv_base), **options).model().requires_grad_(False)
    rows = model.embed(torch.arange(BASE)).std()
    styles = model.conditioner.styles(torch.rand(4, 3), torch.ones(4, dtype=torch.bool)).std()
    assert 0.1 < float(styles / rows) < 20


def test_new_tokens_are_never_drawn_where_training_never_showed_them(make, trained, rwkv_base):
    backend = trained(make.qlora(base=rwkv_base))
    state = backend.start([make.stream(1)])
    logits = backend.step(state, np.array([[2]]), np.array([-1]))[0][0]
    assert np.isneginf(logits[SIZE - 1]) and np.isfinite(logits[:BASE]).all()


def test_a_tokenizer_of_several_families_is_refused(make):
    families = (Family(name="pitch", tokens=("a",)), Family(name="velocity", tokens=("b",)))
    vocabulary = Vocabulary(families=families, prefix={}, pad=0, bos=0, sep=0, eos=0)
    with pytest.raises(RunError, match="one token at a time, but the tokenizer writes rows of pitch, velocity"):
        make.rwkv(vocabulary)


def test_a_base_of_another_vocabulary_is_refused(make, trained, rwkv_base, corpus, terms, training, tmp_path):
    family = Family(name="t", tokens=make.vocabulary.families[0].tokens[:20])
    backend = make.qlora(evolve(make.vocabulary, families=(family,)), base=rwkv_base)
    with pytest.raises(CheckpointError, match="the base knows 21 tokens, but the tokenizer writes 20"):
        backend._trainee(training, torch.device("cpu"), Silent())


def test_a_missing_base_says_what_to_do(make, trained):
    with pytest.raises(CheckpointError, match="model.base: name the folder of a base: 'psyco models import FILE'"):
        trained(make.qlora())


def test_an_adapter_for_another_base_is_refused(make, trained, rwkv_base, tmp_path):
    trained(make.rwkv(), "other")
    trained(make.qlora(base=rwkv_base))
    with pytest.raises(CheckpointError, match=r"trained on a base whose weights have the hash .*, but .*other has"):
        make.qlora(checkpoint=tmp_path / "t", base=tmp_path / "other").model()


def test_a_base_that_has_gone_is_named(make, trained, rwkv_base, tmp_path):
    trained(make.qlora(base=rwkv_base))
    path = tmp_path / "t" / "model.json"
    facts = json.loads(path.read_text())
    facts["base"]["folder"] = str(tmp_path / "nowhere")
    path.write_text(json.dumps(facts))
    with pytest.raises(CheckpointError, match=r"its base is not at .*nowhere; set model.base"):
        make.qlora(checkpoint=tmp_path / "t").model()


def test_data_of_another_space_is_refused(make, corpus, terms, training, tmp_path):
    with pytest.raises(DataError, match="prepared with the condition space"):
        other = make.rwkv(space=ConditionSpace(vector=("q",), bar=()))
        other.train(corpus, terms, training, tmp_path / "t", Silent())


def test_a_killed_training_goes_on_to_the_same_weights(make, trained, rwkv_base, tmp_path):
    class Killed(Silent):
        def step(self, step, metrics):
            if step == 3:
                raise KeyboardInterrupt

    trained(make.qlora(base=rwkv_base), "whole")
    with pytest.raises(KeyboardInterrupt):
        trained(make.qlora(base=rwkv_base), "killed", Killed())
    trained(make.qlora(base=rwkv_base), "killed")
    ends = [(tmp_path / name / "last" / "adapter_model.safetensors").read_bytes() for name in ("whole", "killed")]
    assert ends[0] == ends[1]


def test_linears_are_all_matrices_but_the_head(make, trained, rwkv_base):
    core = trained(make.qlora(base=rwkv_base)).model().core
    assert len(linears(core)) == 2 * 7
