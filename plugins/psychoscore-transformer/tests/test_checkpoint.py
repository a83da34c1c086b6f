"""Checkpoints come back as they were; anything else is one line of CheckpointError."""

import json

import pytest
import torch
from attrs import evolve

from psychoscore_core.errors import CheckpointError
from psychoscore_core.records import ConditionSpace, Family, Vocabulary
from psychoscore_core.report import Silent
from psychoscore_training.files import JSON_LIMIT
from psychoscore_transformer.checkpoint import half, write_checkpoint


@pytest.fixture
def folder(make, backend, tmp_path):
    digests = {"vocabulary": backend().vocabulary.digest, "space": backend().space.digest}
    write_checkpoint(tmp_path, make.model(), 32, digests, 7, {"nats": 1.5})
    return tmp_path


def edit(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def refused(backend, folder, message):
    with pytest.raises(CheckpointError, match=message) as error:
        backend.load(folder)
    assert "\n" not in str(error.value)


def test_weights_come_back(make, backend, folder):
    built = backend()
    built.load(folder)
    for found, expected in zip(built.model().parameters(), make.model().parameters(), strict=True):
        assert torch.equal(found, expected)
    assert built._loaded.record.steps == 7 and built._loaded.record.metrics == {"nats": 1.5}


def test_a_checkpoint_brings_its_own_sizes(backend, folder):
    built = backend(width=64)
    built.load(folder)
    assert built.hidden_size() == 32


def test_another_vocabulary_is_refused_with_both_digests(backend, folder):
    other = Vocabulary(families=(Family(name="t", tokens=("x",) * 21),), prefix={}, pad=0, bos=1, sep=2, eos=3)
    mine = backend().vocabulary.digest
    refused(backend(other), folder, f"trained with the vocabulary {mine}, but this project has {other.digest}")


def test_another_space_is_refused_with_both_digests(backend, folder):
    other, mine = ConditionSpace(vector=("q",), bar=()), backend().space.digest
    refused(backend(space=other), folder, f"condition space {mine}, but this project has {other.digest}")


def test_another_backend_is_refused(backend, folder):
    edit(folder / "checkpoint.json", backend="rwkv")
    refused(backend(), folder, "backend 'rwkv', format 1; this is 'transformer'")


def test_an_empty_folder_is_refused(backend, tmp_path):
    refused(backend(), tmp_path, "checkpoint.json: not readable")


@pytest.mark.parametrize("name", ["model.safetensors", "model.json", "checkpoint.json"])
@pytest.mark.parametrize("kept", [0, 20, -5])
def test_a_truncated_file_is_refused(backend, folder, name, kept):
    path = folder / name
    path.write_bytes(path.read_bytes()[:kept])
    refused(backend(), folder, name)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": 10**9}, "layers must be a whole number from 1 to 64"),
        ({"width": 1 << 40}, "width must be"),
        ({"width": True}, "width must be"),
        ({"families": [1 << 40]}, "families must be"),
        ({"families": 3}, "not iterable"),
        ({"heads": 5}, "width 32 cannot be divided into 5 heads"),
        ({"kv_heads": 3}, "4 heads cannot share 3 kv_heads"),
        ({"dropout": "x"}, "dropout must be"),
        ({"more": 1}, "unexpected keyword"),
        ({"width": 8192}, "but model.json asks for"),
    ],
)
def test_absurd_sizes_are_refused_before_anything_is_allocated(backend, folder, changes, message):
    value = json.loads((folder / "model.json").read_text())
    edit(folder / "model.json", sizes=value["sizes"] | changes)
    refused(backend(), folder, message)


@pytest.mark.parametrize("changes", [{"metrics": 3}, {"metrics": {"a": "b"}}, {"steps": None}, {"steps": []}])
def test_a_damaged_record_is_refused(backend, folder, changes):
    edit(folder / "checkpoint.json", **changes)
    refused(backend(), folder, "checkpoint")


def test_a_huge_json_is_not_read(backend, folder):
    (folder / "model.json").write_text(" " * (JSON_LIMIT + 1))
    refused(backend(), folder, "larger than")


def test_sizes_that_do_not_fit_the_digests_are_refused(make, backend, tmp_path):
    digests = {"vocabulary": backend().vocabulary.digest, "space": backend().space.digest}
    write_checkpoint(tmp_path, make.model(families=(22,)), 32, digests, 0, {})
    refused(backend(), tmp_path, "its sizes do not fit")


def test_half_the_bytes_give_nearly_the_same_weights(backend, folder, tmp_path):
    half(folder, tmp_path / "half")
    sizes = [(place / "model.safetensors").stat().st_size for place in (folder, tmp_path / "half")]
    whole, small = backend(checkpoint=folder), backend(checkpoint=tmp_path / "half")
    for a, b in zip(whole.model().parameters(), small.model().parameters(), strict=True):
        assert b.dtype == torch.float32 and torch.allclose(a, b, rtol=1e-3, atol=1e-6)
    assert sizes[1] < 0.6 * sizes[0] and small._ready().record.steps == 7


def test_half_the_bytes_cost_less_than_a_thousandth_of_the_nats(backend, corpus, terms, training, tmp_path):
    trained = backend()
    trained.train(corpus.folder, terms, evolve(training, steps=40), tmp_path / "t", Silent())
    half(tmp_path / "t", tmp_path / "half")
    nats = [b.evaluate(corpus.folder, "train") for b in (trained, backend(checkpoint=tmp_path / "half"))]
    assert nats[1]["nats_per_token"] == pytest.approx(nats[0]["nats_per_token"], rel=1e-3)


def test_weights_beyond_float16_are_refused(make, backend, folder, tmp_path):
    model = make.model()
    torch.nn.init.constant_(model.norm.weight, 1e6)
    write_checkpoint(folder, model, 32, {"vocabulary": "v", "space": "s"}, 0, {})
    with pytest.raises(CheckpointError, match="norm.weight holds numbers that float16 cannot"):
        half(folder, tmp_path / "half")
