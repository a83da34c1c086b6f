"""The model in NumPy is the model in torch; weights from elsewhere are not trusted."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from psychoscore_core.errors import CheckpointError
from psychoscore_emotion.net import CHECKPOINT, SHAPES, WEIGHTS, Net
from psychoscore_emotion.outputs import OUTPUTS, RESERVED, place
from psychoscore_rtneural.described import module_of


@pytest.fixture
def rows():
    return features(3)


def features(seconds):
    from psychoscore_emotion.features import features_of

    return features_of(0.1 * np.random.default_rng(0).standard_normal(22050 * seconds))


def test_numpy_gives_what_torch_gives(rows):
    module, _ = module_of(CHECKPOINT)
    x = torch.from_numpy(rows.astype(np.float32))
    with torch.no_grad():
        wanted = module.head(module.lstm(module.tanh(module.dense(x)))[0]).numpy()
    assert np.abs(Net().push(rows) - wanted).max() < 1e-4


def test_rows_one_by_one_give_what_all_at_once_give(rows):
    net, wanted = Net(), Net().push(rows)
    assert np.abs(np.concatenate([net.push(row[None]) for row in rows]) - wanted).max() < 1e-4


def test_it_remembers_until_it_is_reset(rows):
    net = Net()
    first = net.push(rows)
    assert not np.allclose(net.push(rows), first, atol=1e-3)
    net.reset()
    assert np.array_equal(net.push(rows), first)


def test_there_are_64_named_outputs_and_the_reserved_ones_are_zero(rows):
    assert len(OUTPUTS) == len(set(OUTPUTS)) == 64
    assert len(RESERVED) == 52
    assert (Net().push(rows)[:, [place(name) for name in RESERVED]] == 0).all()


def test_the_weights_are_small():
    assert (CHECKPOINT / WEIGHTS).stat().st_size < 1_000_000


@pytest.fixture
def damaged(tmp_path):
    def write(change):
        weights = load_file(CHECKPOINT / WEIGHTS)
        change(weights)
        save_file(weights, tmp_path / WEIGHTS)
        return tmp_path

    return write


def test_a_wrong_shape_is_refused(damaged):
    folder = damaged(lambda w: w.update({"head.bias": np.zeros(3, np.float32)}))
    with pytest.raises(CheckpointError, match=r"no head\.bias of the shape \(64,\) with finite numbers$"):
        Net(folder)


@pytest.mark.parametrize("name", SHAPES)
def test_a_missing_weight_is_refused(name, damaged):
    with pytest.raises(CheckpointError, match=f"no {name} of the shape"):
        Net(damaged(lambda w: w.pop(name)))


def test_nan_is_refused(damaged):
    with pytest.raises(CheckpointError, match="with finite numbers$"):
        Net(damaged(lambda w: w["head.bias"].__setitem__(0, np.nan)))


@pytest.mark.parametrize("data", [b"", b"\x80\x04 pickled", b"\xff" * 100])
def test_what_is_no_safetensors_is_one_line(data, tmp_path):
    (tmp_path / WEIGHTS).write_bytes(data)
    with pytest.raises(CheckpointError, match=r"model\.safetensors: not readable as safetensors"):
        Net(tmp_path)
