"""What RTNeural has no layer for, and what to use instead."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from torch import nn

from psychoscore_core.errors import CheckpointError

INSTEAD: Mapping[type[nn.Module], str] = MappingProxyType(
    {
        nn.LayerNorm: "use BatchNorm1d, whose statistics are fixed after training",
        nn.GroupNorm: "use BatchNorm1d, whose statistics are fixed after training",
        nn.RMSNorm: "use BatchNorm1d, whose statistics are fixed after training",
        nn.InstanceNorm1d: "use BatchNorm1d, whose statistics are fixed after training",
        nn.MultiheadAttention: "use an LSTM or a GRU, which remember without looking back",
        nn.TransformerEncoder: "use an LSTM or a GRU, or export it with the exporter onnx",
        nn.TransformerEncoderLayer: "use an LSTM or a GRU, or export it with the exporter onnx",
        nn.Embedding: "give the rows of the table as input, through a Linear without bias",
        nn.ConvTranspose1d: "use a Conv1d at the higher rate",
        nn.Conv2d: "use a Conv1d over the features of a row",
        nn.RNN: "use a GRU",
        nn.GELU: "use Tanh, ReLU, ELU or Sigmoid",
        nn.SiLU: "use Tanh, ReLU, ELU or Sigmoid",
        nn.LeakyReLU: "use PReLU, whose slope may stay fixed",
        nn.Softplus: "use ReLU or ELU",
        nn.Hardtanh: "use Tanh",
        nn.ReLU6: "use ReLU",
        nn.LogSoftmax: "use Softmax and take the logarithm outside",
        nn.MaxPool1d: "use a Conv1d of stride 1",
        nn.AvgPool1d: "use a Conv1d of stride 1",
        nn.Bilinear: "use Linear",
    }
)
KNOWN = "Linear, Conv1d, LSTM, GRU, PReLU, BatchNorm1d, Tanh, ReLU, Sigmoid, Softmax or ELU"


def refused(path: str, what: str, instead: str) -> CheckpointError:
    """Return the error: where in the module, what RTNeural cannot do, what to do instead."""
    return CheckpointError(f"{path or 'the module'}: RTNeural has no {what}: {instead}")


def unknown(path: str, module: nn.Module) -> CheckpointError:
    """Return the error about a layer of a type that RTNeural does not have."""
    instead = next((text for kind, text in INSTEAD.items() if isinstance(module, kind)), f"use {KNOWN}")
    return refused(path, type(module).__name__, instead)
