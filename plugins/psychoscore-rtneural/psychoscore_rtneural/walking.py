"""A torch module as a chain of layers in order, and what the chain gives: RTNeural runs nothing but a chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from psychoscore_core.errors import CheckpointError
from psychoscore_rtneural.layers import ACTIVATIONS, Entry, entries_of
from psychoscore_rtneural.refusals import refused

PLAIN = (nn.Sequential, nn.ModuleList)
NOTHING = (nn.Identity, nn.Dropout, nn.AlphaDropout)  # what does nothing after training
AGREES = 1e-4  # by how much a module's own forward may differ from its layers in order


def chain(module: nn.Module, path: str = "") -> Iterator[tuple[str, nn.Module]]:
    """Yield each layer with its path, in the order in which the module holds them."""
    children = _children(module)
    if isinstance(module, NOTHING):
        return
    if not children or (type(module).__module__.startswith("torch.nn.modules") and not isinstance(module, PLAIN)):
        yield path, module
        return
    own = [name for name, _ in module.named_parameters(recurse=False)]
    if own:
        raise refused(f"{path}.{own[0]}".lstrip("."), "free parameters beside layers", "put them into a Linear")
    for name, child in children:
        yield from chain(child, f"{path}.{name}".lstrip("."))


def _children(module: nn.Module) -> list[tuple[str, nn.Module]]:
    """Return a module's own modules, one that stands there twice twice: named_children() would name it once."""
    return [(name, child) for name, child in module._modules.items() if child is not None]


def entries(module: nn.Module, inputs: int | None = None) -> list[Entry]:
    """Return the layers as RTNeural has them; raises CheckpointError, with the path, on what it does not have.

    inputs: the width of the input, where the first layer does not say it.
    """
    layers = list(chain(module))
    _check_numbers(module)
    if not layers:
        raise CheckpointError("the module has no layers to export")
    width = inputs or _width(*layers[0])
    found: list[Entry] = []
    for path, layer in layers:
        found += entries_of(path, layer, width)
        width = found[-1].outputs
    return found


def _width(path: str, layer: nn.Module) -> int:
    names = ("in_features", "in_channels", "input_size", "num_features")
    width = next((getattr(layer, name) for name in names if hasattr(layer, name)), None)
    if width is None and isinstance(layer, (nn.PReLU, *ACTIVATIONS)):
        raise CheckpointError(
            f"{path or 'the module'}: the first layer does not say how many numbers it takes: inputs="
        )
    return int(width or 0)


def _check_numbers(module: nn.Module) -> None:
    for name, tensor in module.state_dict().items():
        if not isinstance(tensor, torch.Tensor) or tensor.is_complex() or tensor.is_quantized:
            raise CheckpointError(f"{name}: not plain numbers, which is all that RTNeural reads")
        if not bool(torch.isfinite(tensor.to(torch.float32)).all()):
            raise CheckpointError(f"{name}: holds NaN or infinite weights: a training that failed is not exported")


@torch.no_grad()
def outputs(module: nn.Module, rows: torch.Tensor, path: str = "") -> torch.Tensor:
    """Return what the chain gives for rows (time, inputs), from a state of zeros: (time, outputs).

    A module with a forward of its own must agree with its layers in order; raises CheckpointError where it does not.
    """
    children = _children(module)
    if isinstance(module, NOTHING):
        return rows
    if not children:
        return _layer(module, rows)
    given = rows
    for name, child in children:
        rows = outputs(child, rows, f"{path}.{name}".lstrip("."))
    if not isinstance(module, PLAIN):
        _compare(module, path, given, rows)
    return rows


def _layer(module: nn.Module, rows: torch.Tensor) -> torch.Tensor:
    if isinstance(module, nn.Conv1d):
        left = (module.kernel_size[0] - 1) * module.dilation[0]
        padded = nn.functional.pad(rows.T[None], (left, 0))
        return module(padded)[0].T
    if isinstance(module, nn.RNNBase):
        found: torch.Tensor = module(rows)[0]  # unbatched: (time, width), whatever batch_first says
        return found
    return torch.as_tensor(module(rows[None])[0] if isinstance(module, nn.Softmax) else module(rows))


def _compare(module: nn.Module, path: str, rows: torch.Tensor, wanted: torch.Tensor) -> None:
    """Raise CheckpointError where a module's own forward, on (batch, time, width) or channels first, is another."""
    tried: list[str] = []
    for swap in (False, True):
        try:
            found: Any = module(rows.T[None] if swap else rows[None])
        except Exception as error:  # whatever a foreign forward raises on a shape that it does not take
            tried.append(f"{type(error).__name__}: {str(error).splitlines()[0][:100] if str(error) else ''}")
            continue
        found = found[0] if isinstance(found, tuple) else found
        if isinstance(found, torch.Tensor) and found.dim() == 3:
            result = found[0].T if swap else found[0]
            last = wanted[len(wanted) - len(result) :]
            if result.shape == last.shape and float((result - last).abs().max()) <= AGREES:
                return
        tried.append("it gives something else")
    raise CheckpointError(
        f"{path or 'the module'}: the forward of {type(module).__name__} is not its layers one after another "
        f"({tried[0]}), and RTNeural runs nothing but such a chain: export an nn.Sequential of the layers in order"
    )
