"""Each torch layer as RTNeural's JSON has it: type, shape, weights, and what else its loader reads.

The layouts were read from RTNeural's model_loader.h, and are checked against the compiled library by the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from attrs import frozen
from torch import nn

from psychoscore_rtneural.refusals import refused, unknown

Array = np.ndarray
ACTIVATIONS: dict[type[nn.Module], str] = {
    nn.Tanh: "tanh",
    nn.ReLU: "relu",
    nn.Sigmoid: "sigmoid",
    nn.Softmax: "softmax",
    nn.ELU: "elu",
}


@frozen(kw_only=True, eq=False)
class Entry:
    """One layer of the JSON. weights: arrays float32; facts: further keys; path: of the module it comes from.

    part: which of a stacked recurrent layer's parts it is, 0 for all else.
    """

    path: str
    kind: str
    inputs: int
    outputs: int
    weights: tuple[Array, ...] = ()
    facts: dict[str, Any]
    part: int = 0

    @property
    def shape(self) -> list[int | None]:
        return [None, None, self.outputs]


def entries_of(path: str, module: nn.Module, width: int) -> Iterator[Entry]:
    """Yield a layer's entries, given the width of its input; raises CheckpointError where RTNeural has none."""
    for kind, made in _MAKERS.items():
        if isinstance(module, kind):
            yield from made(path, module, width)
            return
    raise unknown(path, module)


def _dense(path: str, module: nn.Linear, width: int) -> Iterator[Entry]:
    _fits(path, module.in_features, width)
    weights = (_array(module.weight).T, _or_zeros(module.bias, module.out_features))
    yield _entry(path, "dense", width, module.out_features, weights, activation="")


def _conv1d(path: str, module: nn.Conv1d, width: int) -> Iterator[Entry]:
    _fits(path, module.in_channels, width)
    if module.stride != (1,):
        raise refused(path, f"Conv1d of stride {module.stride[0]} in a chain of layers", "use stride 1")
    if module.padding not in ((0,), 0, "valid"):
        raise refused(
            path,
            f"Conv1d that looks ahead (padding {module.padding!r})",
            "use padding 0, and pad (kernel_size - 1) * dilation zeros on the left before it, as its state does",
        )
    # torch (out, in/groups, kernel), its last tap the newest row -> (kernel, in/groups, out), not turned round in time
    weights = (_array(module.weight).transpose(2, 1, 0), _or_zeros(module.bias, module.out_channels))
    facts = {"kernel_size": list(module.kernel_size), "dilation": list(module.dilation), "groups": module.groups}
    yield _entry(path, "conv1d", width, module.out_channels, weights, activation="", **facts)


def _lstm(path: str, module: nn.LSTM, width: int) -> Iterator[Entry]:
    _fits(path, module.input_size, width)
    if module.proj_size:
        raise refused(path, "LSTM with projections (proj_size)", "use proj_size 0 and a Linear after it")
    for part in _parts(path, module):
        w, u, b, c = _recurrent(module, part, 4)
        inputs = width if part == 0 else module.hidden_size
        yield _entry(path, "lstm", inputs, module.hidden_size, (w.T, u.T, b + c), part)


def _gru(path: str, module: nn.GRU, width: int) -> Iterator[Entry]:
    _fits(path, module.input_size, width)
    for part in _parts(path, module):
        w, u, b, c = (_gates_zrn(array) for array in _recurrent(module, part, 3))
        inputs = width if part == 0 else module.hidden_size
        yield _entry(path, "gru", inputs, module.hidden_size, (w.T, u.T, np.stack([b, c])), part)


def _parts(path: str, module: nn.RNNBase) -> range:
    if module.bidirectional:
        raise refused(path, f"bidirectional {type(module).__name__}", "use bidirectional=False: it hears no future")
    return range(module.num_layers)


def _gates_zrn(array: Array) -> Array:
    """Turn torch's gates r, z, n into RTNeural's z, r, n along the first axis."""
    r, z, n = np.split(array, 3)
    return np.concatenate([z, r, n])


def _recurrent(module: nn.RNNBase, part: int, gates: int) -> tuple[Array, ...]:
    size = gates * module.hidden_size
    names = [f"{name}_l{part}" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    return tuple(_or_zeros(getattr(module, name, None), size) for name in names)


def _prelu(path: str, module: nn.PReLU, width: int) -> Iterator[Entry]:
    slopes = _array(module.weight)
    if len(slopes) != 1:
        _fits(path, len(slopes), width)
    yield _entry(path, "prelu", width, width, (np.broadcast_to(slopes, (1, width)),))


def _batchnorm(path: str, module: nn.BatchNorm1d, width: int) -> Iterator[Entry]:
    _fits(path, module.num_features, width)
    if module.running_mean is None or module.running_var is None:
        raise refused(path, "BatchNorm1d without running statistics", "use track_running_stats=True")
    gamma = np.ones(width, np.float32) if module.weight is None else _array(module.weight)
    weights = (gamma, _or_zeros(module.bias, width), _array(module.running_mean), _array(module.running_var))
    yield _entry(path, "batchnorm", width, width, weights, epsilon=module.eps)


def _activation(path: str, module: nn.Module, width: int) -> Iterator[Entry]:
    name = next(name for kind, name in ACTIVATIONS.items() if isinstance(module, kind))
    if isinstance(module, nn.ELU) and module.alpha != 1:
        raise refused(path, f"ELU of alpha {module.alpha:g} that it reads from a file", "use alpha 1")
    if isinstance(module, nn.Softmax) and module.dim not in (-1, 2):
        raise refused(path, f"Softmax along dimension {module.dim}", "use dim=-1, over the numbers of a row")
    yield _entry(path, "activation", width, width, (), activation=name)


_MAKERS: dict[type[nn.Module], Callable[[str, Any, int], Iterator[Entry]]] = {
    nn.Linear: _dense,
    nn.Conv1d: _conv1d,
    nn.LSTM: _lstm,
    nn.GRU: _gru,
    nn.PReLU: _prelu,
    nn.BatchNorm1d: _batchnorm,
    **dict.fromkeys(ACTIVATIONS, _activation),
}


def _entry(
    path: str, kind: str, inputs: int, outputs: int, weights: tuple[Array, ...], part: int = 0, **facts: Any
) -> Entry:
    return Entry(path=path, kind=kind, inputs=inputs, outputs=outputs, weights=weights, facts=facts, part=part)


def _fits(path: str, wanted: int, width: int) -> None:
    if wanted != width:
        raise refused(path, "way to join these layers", f"it takes {wanted} numbers, and {width} come before it")


def _array(tensor: torch.Tensor) -> Array:
    return tensor.detach().to(torch.float32).cpu().numpy()


def _or_zeros(tensor: Any, size: int) -> Array:
    return np.zeros(size, np.float32) if tensor is None or isinstance(tensor, bool) else _array(tensor)
