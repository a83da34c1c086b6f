"""What RTNeural cannot run is refused by name and place, with what to use instead, and nothing is written."""

from collections import OrderedDict

import pytest
import torch
from torch import nn

from psychoscore_core.errors import CheckpointError


def around(layer, width=4):
    """Put a layer where its path is encoder.1."""
    return nn.Sequential(OrderedDict(encoder=nn.Sequential(nn.Linear(3, width), layer)))


REFUSED = {
    "bidirectional LSTM: use bidirectional=False": nn.LSTM(4, 4, bidirectional=True),
    "bidirectional GRU: use bidirectional=False": nn.GRU(4, 4, bidirectional=True),
    "LSTM with projections (proj_size): use proj_size 0 and a Linear": nn.LSTM(4, 4, proj_size=2),
    "Conv1d of stride 2 in a chain of layers: use stride 1": nn.Conv1d(4, 4, 3, stride=2),
    "Conv1d that looks ahead (padding (1,)): use padding 0": nn.Conv1d(4, 4, 3, padding=1),
    "Conv1d that looks ahead (padding 'same'): use padding 0": nn.Conv1d(4, 4, 3, padding="same"),
    "LayerNorm: use BatchNorm1d": nn.LayerNorm(4),
    "MultiheadAttention: use an LSTM or a GRU": nn.MultiheadAttention(4, 2),
    "TransformerEncoderLayer: use an LSTM or a GRU, or export it with the exporter onnx": nn.TransformerEncoderLayer(
        4, 2, batch_first=True
    ),
    "RNN: use a GRU": nn.RNN(4, 4),
    "GELU: use Tanh": nn.GELU(),
    "LeakyReLU: use PReLU": nn.LeakyReLU(),
    "Embedding: give the rows of the table": nn.Embedding(4, 4),
    "Conv2d: use a Conv1d": nn.Conv2d(4, 4, 3),
    "ELU of alpha 2 that it reads from a file: use alpha 1": nn.ELU(2),
    "Softmax along dimension 0: use dim=-1": nn.Softmax(0),
    "BatchNorm1d without running statistics: use track": nn.BatchNorm1d(4, track_running_stats=False),
    "Bilinear: use Linear": nn.Bilinear(4, 4, 4),
    "Fold: use Linear, Conv1d, LSTM, GRU": nn.Fold((2, 2), 1),
    "way to join these layers: it takes 5 numbers, and 4 come before it": nn.Linear(5, 4),
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_layer_that_it_lacks_is_refused(text, exported, tmp_path):
    with pytest.raises(CheckpointError) as caught:
        exported(around(REFUSED[text]))
    assert str(caught.value).startswith(f"encoder.1: RTNeural has no {text}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(value, exported, tmp_path):
    module = nn.Sequential(nn.Linear(3, 3), nn.LSTM(3, 2))
    module[1].weight_hh_l0.data[1, 1] = value
    with pytest.raises(CheckpointError, match=r"^1\.weight_hh_l0: holds NaN or infinite weights"):
        exported(module)
    assert list(tmp_path.iterdir()) == []


def test_weights_beyond_single_precision_are_refused(exported):
    module = nn.Linear(3, 3).double()
    module.weight.data[0, 0] = 1e300
    with pytest.raises(CheckpointError, match="^weight: holds NaN or infinite weights"):
        exported(module)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)

    def forward(self, x):
        return x + self.inner(x)


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.scale = nn.Linear(3, 3), nn.Parameter(torch.ones(3))


def test_a_forward_that_is_no_chain_is_refused(exported):
    with pytest.raises(CheckpointError, match=r"^1: the forward of Residual is not its layers one after another"):
        exported(nn.Sequential(nn.Linear(3, 3), Residual()))


def test_free_parameters_are_refused(exported):
    with pytest.raises(CheckpointError, match=r"^0\.scale: RTNeural has no free parameters beside layers"):
        exported(nn.Sequential(Scaled()))


def test_a_module_without_layers_is_refused(exported):
    with pytest.raises(CheckpointError, match="^the module has no layers to export$"):
        exported(nn.Sequential(nn.Dropout()))


def test_an_activation_first_without_the_width_is_refused(exported):
    with pytest.raises(CheckpointError, match="^0: the first layer does not say how many numbers it takes: inputs=$"):
        exported(nn.Sequential(nn.Tanh(), nn.Linear(3, 3)))


def test_a_folder_of_somebody_else_is_left_alone(exported, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match=r"is in the way: no folder with a manifest\.json that could be replaced"):
        exported(nn.Linear(3, 3))
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"
