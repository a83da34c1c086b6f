"""Files are whole or absent, and foreign tensors are refused."""

import json
import pickle
import struct

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from psychoscore_core.errors import CheckpointError
from psychoscore_core.whole_files import write_json
from psychoscore_training.files import JSON_LIMIT, read_json, read_tensors, write_tensors

SHAPES = {"a": (2, 3), "b": (4,)}


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "w.safetensors"
    write_tensors(path, {"a": torch.ones(3, 2).T, "b": torch.arange(4.0)})
    return path


def test_tensors_come_back_and_leave_no_temporary(weights):
    tensors = read_tensors(weights, SHAPES)
    assert np.array_equal(tensors["b"], np.arange(4, dtype=np.float32)) and list(weights.parent.iterdir()) == [weights]


@pytest.mark.parametrize("kept", [0, 4, 40, -1])
def test_a_truncated_file_is_a_checkpoint_error(weights, kept):
    weights.write_bytes(weights.read_bytes()[:kept])
    with pytest.raises(CheckpointError, match="w.safetensors: not readable as safetensors") as error:
        read_tensors(weights, SHAPES)
    assert "\n" not in str(error.value)


def test_a_pickle_is_not_executed(weights):
    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("executed",))

    weights.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(CheckpointError, match="not readable as safetensors"):
        read_tensors(weights, SHAPES)


def test_a_header_that_promises_gigabytes_is_refused(weights):
    header = json.dumps({"a": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}}).encode()
    weights.write_bytes(struct.pack("<Q", len(header)) + header)
    with pytest.raises(CheckpointError, match="not readable as safetensors"):
        read_tensors(weights, SHAPES)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"a": torch.ones(2, 3)}, "tensor 'b' is missing"),
        ({"a": torch.ones(2, 3), "b": torch.ones(4), "c": torch.ones(1)}, "tensor 'c' is extra"),
        ({"a": torch.ones(2, 4), "b": torch.ones(4)}, r"a is F32 \(2, 4\), but model.json asks for F32 or F16"),
        ({"a": torch.ones(2, 3).double(), "b": torch.ones(4)}, r"a is F64 \(2, 3\)"),
        ({"a": torch.ones(2, 3), "b": torch.full((4,), torch.nan)}, "b holds numbers that are not finite"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(weights, tensors, message):
    write_tensors(weights, tensors)
    with pytest.raises(CheckpointError, match=message):
        read_tensors(weights, SHAPES)


def test_half_precision_comes_back_as_float32(weights):
    write_tensors(weights, {"a": torch.ones(2, 3).half(), "b": torch.arange(4.0).half()})
    tensors = read_tensors(weights, SHAPES)
    assert {tensor.dtype for tensor in tensors.values()} == {np.dtype(np.float32)} and tensors["b"][3] == 3


def test_bfloat16_is_refused(weights):
    save_file({"a": torch.ones(2, 3).bfloat16(), "b": torch.ones(4)}, weights)
    with pytest.raises(CheckpointError, match=r"a is BF16 \(2, 3\), but model.json asks for F32 or F16"):
        read_tensors(weights, SHAPES)


def test_a_missing_file_is_a_checkpoint_error(tmp_path):
    with pytest.raises(CheckpointError, match="not readable as safetensors"):
        read_tensors(tmp_path / "none.safetensors", SHAPES)


@pytest.mark.parametrize("text", ["", "[1]", "{", "[" * 100_000, " " * (JSON_LIMIT + 1)])
def test_other_json_is_a_checkpoint_error(tmp_path, text):
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(CheckpointError, match="m.json"):
        read_json(tmp_path / "m.json")


def test_json_comes_back(tmp_path):
    write_json(tmp_path / "m.json", {"a": 1})
    assert read_json(tmp_path / "m.json") == {"a": 1} and len(list(tmp_path.iterdir())) == 1
