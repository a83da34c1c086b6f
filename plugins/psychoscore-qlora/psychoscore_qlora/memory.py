"""How much memory a training takes, told before anything is loaded, and measured while it runs."""

from __future__ import annotations

import sys
from typing import Any

import psutil
import torch
from attrs import frozen
from torch import nn

from psychoscore_core.errors import RunError
from psychoscore_core.records import Training
from psychoscore_qlora.conditioner import Shape
from psychoscore_qlora.lora import NF4, Lora, linears

GIB = 1 << 30
NF4_BYTES = 0.5 + 1 / 64 + 4 / (64 * 256)  # four bits, a byte for 64 of them, a float for 256 of these
SLACK = 1.15  # what allocators keep beside what they were asked for
# Numbers that a block keeps for each row beside its linear layers' inputs and outputs, in widths; measured on RWKV-4.
BLOCK_WIDTHS = 24
LOGITS = 4  # copies of the logits: as they come, in float32, their softmax, their gradient


@frozen(kw_only=True)
class Prediction:
    """Bytes that a training takes, and numbers that it trains.

    loading: until the base is what it is in training; it is over by then. weights: of the frozen model. trained: of
    what is trained, with gradients and the optimizer's moments. activations: of one micro-batch. adapter: of the file
    that is written. parameters: in all.
    """

    loading: int = 0
    weights: int
    trained: int
    activations: int
    adapter: int
    trainable: int
    parameters: int

    @property
    def total(self) -> int:
        """Return the most that must fit at once."""
        return max(self.loading, round(SLACK * (self.weights + self.trained + self.activations)))

    def text(self) -> str:
        """Return it in a line."""
        share = 100 * self.trainable / self.parameters
        return (
            f"{self.trainable / 1e6:.2f} of {self.parameters / 1e6:.2f} million parameters are trained "
            f"({share:.2f}%); about {size(self.total)} of memory, {size(self.adapter)} on disk"
        )


def predict(
    core: nn.Module, lora: Lora | None, shape: Shape, vocabulary: int, training: Training, moments: float, file: int = 0
) -> Prediction:
    """Return what training a model takes; it may lie on torch's device "meta".

    lora: None = all of it is trained. vocabulary: ids after it was widened. moments: the optimizer's bytes a number.
    file: bytes of the base's file, where it is loaded into the memory that is asked about: mapped, beside the float32
    that it becomes.
    """
    matrices = linears(core)
    small = sum(layer.weight.numel() for layer in matrices.values())
    tables = 2 * vocabulary * shape.width
    ends = {core.get_input_embeddings(), core.get_output_embeddings()}
    whole = sum(p.numel() for module in ends for p in module.parameters())
    rest = sum(p.numel() for p in core.parameters()) - small - whole
    conditioner = _conditioner(shape)
    trainable = (_adapters(matrices, lora) + tables * lora.embeddings if lora else small + rest + tables) + conditioner
    frozen_tables = tables if lora else 0  # peft keeps the old ones beside those that it trains
    weights = small * (NF4_BYTES if lora and lora.quantization == NF4 else 4) + 4 * (rest + frozen_tables)
    return Prediction(
        loading=file + 4 * (small + rest + tables) if file else 0,
        weights=round(weights) if lora else 0,
        trained=round(trainable * (8 + moments)),
        activations=_activations(matrices, core, lora, shape, vocabulary, training),
        adapter=2 * trainable if lora else 4 * trainable,
        trainable=trainable,
        parameters=small + rest + tables + conditioner + (_adapters(matrices, lora) if lora else 0),
    )


def check_fits(prediction: Prediction, device: torch.device, free: int | None = None) -> None:
    """Raise RunError, with figures, where a training does not fit; free: bytes, None = as the device says."""
    found = free_on(device) if free is None else free
    if prediction.total > found:
        raise RunError(
            f"train: it takes about {size(prediction.total)} ({size(prediction.weights + prediction.trained)} of them "
            f"for weights), but {device.type} has {size(found)} free; a smaller training.batch_size or context, "
            "training.gradient_checkpointing or model.quantization 'nf4' would help"
        )


def free_on(device: torch.device) -> int:
    """Return the bytes that are free on a device."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return int(psutil.virtual_memory().available)


class Peak:
    """Measures the most memory that is in use from its making on."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._before = int(psutil.Process().memory_info().rss)
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)

    def bytes(self) -> int:
        """Return the most so far: what torch held on CUDA, else what the process has grown by at its largest."""
        if self.device.type == "cuda":
            return int(torch.cuda.max_memory_allocated(self.device))
        return max(0, _largest() - self._before)


def _largest() -> int:
    """Return the most bytes that the process has held."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def size(count: float) -> str:
    """Return bytes as people read them."""
    return f"{count / GIB:.2f} GiB" if count >= GIB / 10 else f"{count / (1 << 20):.1f} MiB"


def _adapters(matrices: dict[str, nn.Linear], lora: Lora) -> int:
    chosen = [m for name, m in matrices.items() if name.rpartition(".")[2] in lora.targets]
    return sum(lora.rank * (m.in_features + m.out_features) for m in chosen)


def _conditioner(shape: Shape) -> int:
    from psychoscore_qlora.conditioner import Conditioner

    with torch.device("meta"):
        return sum(p.numel() for p in Conditioner(shape).parameters())


def _activations(
    matrices: dict[str, nn.Linear], core: Any, lora: Lora | None, shape: Shape, vocabulary: int, training: Training
) -> int:
    rows = training.batch_size * (training.context + shape.rows)
    number = 2 if training.precision == "bf16" else 4
    blocks = core.config.num_hidden_layers
    kept = sum(m.in_features * (2 if lora else 1) + m.out_features for m in matrices.values()) / blocks
    block = kept + BLOCK_WIDTHS * shape.width
    held = blocks * shape.width + block if training.gradient_checkpointing else blocks * block
    return round(rows * (number * held + 4 * LOGITS * vocabulary))
