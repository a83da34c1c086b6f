"""The NumPy engine gives what the torch engine gives, and needs no torch."""

import subprocess
import sys

import numpy as np
import pytest
from attrs import evolve

from psychoscore_core.errors import CheckpointError
from psychoscore_core.records import Stream
from psychoscore_transformer.checkpoint import write_checkpoint
from psychoscore_transformer.layout import weights
from psychoscore_transformer.numpy_engine import NumpyEngine
from psychoscore_transformer.plugin import TransformerConfig
from psychoscore_transformer.torch_engine import TorchEngine

STEPS = 64
SHAPES = {
    "one family": {},
    "several families": {"families": (21, 7, 11)},
    "no cross-attention": {"families": (21, 7, 11), "style_tokens": 0},
    "type first": {"families": (21, 7, 11), "row_heads": "type-first"},
    "type first, no cross-attention": {"families": (21, 7, 11), "row_heads": "type-first", "style_tokens": 0},
    "no bar numbers": {"families": (21,), "style_tokens": 0, "bar": 0},
}


def streams_of(sizes, count, seed=0):
    """Return streams with prompts of unlike lengths, of which the second has no condition."""
    random = np.random.default_rng(seed)
    found = []
    for i in range(count):
        rows = np.stack([random.integers(0, size, 5 + 3 * (i % 3)) for size in sizes.families], axis=-1)
        vector, bars = tuple(random.random(sizes.vector)), tuple(map(tuple, random.random((3, sizes.bar))))
        found.append(Stream(rows=rows, vector=None if i == 1 else vector, bars=None if i == 1 else bars))
    return found


def both(model):
    return NumpyEngine(model.sizes, {n: p.detach().numpy() for n, p in model.named_parameters()}), TorchEngine(model)


def read(engine, model, count, first=0, steps=STEPS, kept=None):
    """Return all logits of all steps, [family] (steps, batch, size); from step 20 on of the `kept` streams alone."""
    random, streams = np.random.default_rng(7), streams_of(model.sizes, count)
    music = np.stack([random.integers(0, size, (count, steps)) for size in model.sizes.families], axis=-1)
    state, found, alive = engine.start(streams, 256), [], list(range(count))
    if first:
        engine.extend(state, np.stack([s.rows[-1:] for s in streams]), np.full((count, 1), -1))
        engine.extend(state, music[:, : first - 1], np.repeat(np.arange(first - 1)[None] // 20, count, 0))
    for step in range(first, steps):
        if step == 20 and kept:
            state, alive = engine.keep(state, kept), kept
        last = np.stack([s.rows[-1] for s in streams]) if step == 0 else music[:, step - 1]
        logits = engine.step(state, last[alive], np.full(len(alive), (step - 1) // 20))
        tables = [table if k == 0 else table(music[alive, step, :k]) for k, table in enumerate(logits)]
        found.append(tables)
    return [[tables[k] for tables in found] for k in range(len(model.sizes.families))]


def differ(found, expected):
    pairs = [(a, b) for f, e in zip(found, expected, strict=True) for a, b in zip(f, e, strict=True)]
    assert max(np.abs(b).max() for _, b in pairs) > 0.5
    return max(np.abs(a - b).max() for a, b in pairs)


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_64_steps_are_those_of_torch(make, shape, count):
    model = make.model(**shape)
    ours, theirs = (read(engine, model, count) for engine in both(model))
    assert differ(ours, theirs) <= 1e-4


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_keeping_and_extending_are_those_of_torch(make, shape):
    model = make.model(**shape)
    for changes in ({"kept": [3, 1]}, {"first": 11}):
        ours, theirs = (read(engine, model, 4, **changes) for engine in both(model))
        assert differ(ours, theirs) <= 1e-4


def test_long_prompts_are_read_in_pieces(make):
    model = make.model(families=(21, 7), style_tokens=0)
    rows = np.random.default_rng(3).integers(0, 7, (600, 2))
    streams = [evolve(stream, rows=rows) for stream in streams_of(model.sizes, 2)]
    found = [e.step(e.start(streams, 600), rows[[-1, -1]], np.array([0, 0]))[0] for e in both(model)]
    np.testing.assert_allclose(*found, atol=1e-4)


def test_a_family_asked_for_twice_gives_the_same(make):
    model = make.model(families=(21, 7, 11), style_tokens=0)
    engine = both(model)[0]
    _, second, third = engine.step(engine.start(streams_of(model.sizes, 1), 64), np.array([[1, 1, 1]]), np.array([0]))
    before, other = third(np.array([[4, 2]])), third(np.array([[5, 2]]))
    second(np.array([[4]]))
    assert np.abs(before - other).max() > 1e-3
    assert np.array_equal(before, third(np.array([[4, 2]])))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_the_layout_names_every_weight(make, shape):
    model = make.model(**shape)
    assert weights(model.sizes) == {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}


def test_sampling_imports_no_torch(make, backend, tmp_path):
    digests = {"vocabulary": backend().vocabulary.digest, "space": backend().space.digest}
    write_checkpoint(tmp_path, make.model(), 32, digests, 0, {})
    code = f"""
import sys, numpy as np
from pathlib import Path
from psychoscore_core.records import ConditionSpace, Family, Stream, Vocabulary
from psychoscore_transformer.backend import TransformerBackend
from psychoscore_transformer.plugin import TransformerConfig
families = (Family(name="t", tokens=tuple(f"t{{i}}" for i in range(21))),)
vocabulary = Vocabulary(families=families, prefix={{}}, pad=0, bos=1, sep=2, eos=3)
space = ConditionSpace(vector=("a", "b", "c"), bar=("x", "y"))
backend = TransformerBackend(TransformerConfig(checkpoint=Path({str(tmp_path)!r})), vocabulary, space)
state = backend.start([Stream(rows=np.array([[1], [2]]), vector=(0.1, 0.2, 0.3), bars=((0.5, 0.5),))])
print(backend.step(state, np.array([[2]]), np.array([0]))[0].shape, "torch" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(1, 21) False"


@pytest.fixture
def chosen(make, backend, tmp_path):
    """Return a function from a config's engine to what decodes then."""
    digests = {"vocabulary": backend().vocabulary.digest, "space": backend().space.digest}
    write_checkpoint(tmp_path, make.model(), 32, digests, 0, {})

    def choose(engine):
        built = backend(checkpoint=tmp_path, engine=engine)
        built.start([make.stream(0)])
        return type(built._engine).__name__

    return choose


@pytest.fixture
def without_native(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("psychoscore_native")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psychoscore_native", None)


def test_the_config_chooses_the_engine(chosen):
    assert (chosen("numpy"), chosen("torch")) == ("NumpyEngine", "TorchEngine")


def test_auto_is_the_native_engine_where_it_loads(chosen):
    library = pytest.importorskip("psychoscore_native.library")
    built = library.LIBRARY.exists()
    assert chosen("auto") == ("NativeEngine" if built else "NumpyEngine")


def test_without_the_native_engine_auto_is_numpy(chosen, without_native, caplog):
    with caplog.at_level("INFO", "psychoscore"):
        assert chosen("auto") == "NumpyEngine"
    assert caplog.messages == ["transformer: decoding without the native step: psychoscore-native is not installed"]


def test_the_native_engine_cannot_be_had_without_it(chosen, without_native):
    with pytest.raises(CheckpointError, match="engine 'native': .*psychoscore_native"):
        chosen("native")


@pytest.mark.parametrize("engine", ["native", "numpy"])
def test_engines_for_the_processor_are_refused_on_cuda(engine):
    with pytest.raises(ValueError, match=f"the engine '{engine}' runs on CPU"):
        TransformerConfig(engine=engine, device="cuda")
