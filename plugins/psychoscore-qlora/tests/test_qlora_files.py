"""A damaged checkpoint is one line that says where and what."""

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from psychoscore_core.errors import CheckpointError


@pytest.fixture
def damaged(make, adapters, tmp_path):
    """Return what loads a copy of an adapter after something was done to it."""

    def load(change):
        folder = tmp_path / "copy"
        shutil.copytree(adapters[0], folder)
        change(folder)
        make.qlora(checkpoint=folder).model()

    return load


def edited(name, **changes):
    def change(folder):
        path = folder / name
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            edited("checkpoint.json", backend="transformer"),
            "backend 'transformer', format 1; this is 'qlora'",
        ),
        (edited("checkpoint.json", vocabulary="0" * 16), "trained with the vocabulary 0000000000000000, but this"),
        (edited("model.json", format=9), "model.json: format 9; this is format 1"),
        (edited("model.json", lora={"rank": 10**9}), "model.json: KeyError"),
        (edited("model.json", vocabulary=10**9), "vocabulary must be a whole number from 1 to"),
        (edited("model.json", vocabulary=30), "its sizes do not fit its own vocabulary and space"),
        (edited("model.json", context=-1), "context must be a whole number from 1 to"),
        (edited("model.json", shape={"width": 1 << 30}), "model.json: "),
        (lambda folder: (folder / "model.json").unlink(), "model.json: not readable as a checkpoint's JSON"),
        (lambda folder: (folder / "conditioner.safetensors").write_bytes(b"x" * 99), "not readable as safetensors"),
        (lambda folder: (folder / "adapter_model.safetensors").write_bytes(b""), "not readable as safetensors"),
    ],
)
def test_damage_is_named(damaged, change, message):
    with pytest.raises(CheckpointError, match=message):
        damaged(change)


def test_numbers_that_are_not_finite_are_refused(damaged):
    def change(folder):
        path = folder / "adapter_model.safetensors"
        tensors = load_file(path)
        tensors[sorted(tensors)[0]][:] = np.nan
        save_file(tensors, path)

    with pytest.raises(CheckpointError, match="holds numbers that are not finite"):
        damaged(change)


def test_a_tensor_that_is_missing_is_named(damaged):
    def change(folder):
        path = folder / "adapter_model.safetensors"
        tensors = load_file(path)
        del tensors[sorted(tensors)[0]]
        save_file(tensors, path)

    with pytest.raises(CheckpointError, match="tensor 'base_model.model.head.weight' is missing"):
        damaged(change)


def test_a_base_that_is_no_model_is_named(make, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(CheckpointError, match="names no model_type, so it is no model of transformers"):
        make.qlora(base=tmp_path).base()


def test_a_base_of_pickles_is_refused(make, llama_base, tmp_path):
    shutil.copy(llama_base / "config.json", tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(CheckpointError, match="a base is one file of safetensors, and pickles are not loaded"):
        make.qlora(base=tmp_path).base()


def test_an_architecture_that_nobody_knows_is_named(make, tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "rwkv-99"}')
    with pytest.raises(CheckpointError, match="rwkv-99"):
        make.qlora(base=tmp_path).base()
