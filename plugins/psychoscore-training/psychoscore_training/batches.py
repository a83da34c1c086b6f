"""Batches: windows of prepared rows as padded tensors, with conditions kept or dropped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from attrs import evolve, fields, frozen
from torch import Tensor

from psychoscore_training.data import Prepared
from psychoscore_training.windows import Window

IGNORED = -100  # target where nothing is to be predicted


@frozen(kw_only=True, eq=False)
class Batch:
    """One micro-batch, what a module is called with and what losses see.

    rows: (batch, time, families). targets: the rows shifted by one, IGNORED on padding and prefix.
    mask: (batch, time), True on music. vector: (batch, dimensions), always the true one; zeros where there is none.
    vector_seen: (batch,), False where the module must do without the vector: it is dropped, or there is none.
    stated: (batch,), False where the piece has no vector.
    bars: (batch, time), index into bar_conditions; -1 where no bar is (prefix, padding), M where none is known.
    bar_conditions: (batch, M, numbers). conditioned: (batch,), False where prefix, vector and bars are all dropped.
    groups: (batch,), equal for pieces of one song.
    """

    rows: Tensor
    targets: Tensor
    mask: Tensor
    vector: Tensor
    vector_seen: Tensor
    stated: Tensor
    bars: Tensor
    bar_conditions: Tensor
    conditioned: Tensor
    groups: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the batch on a device."""
        return evolve(self, **{f.name: getattr(self, f.name).to(device, non_blocking=True) for f in fields(Batch)})

    @property
    def tokens(self) -> int:
        """Return how many targets count."""
        return int((self.targets != IGNORED).sum())


def drops(count: int, share: float, random: np.random.Generator) -> np.ndarray:
    """Return which conditions to drop: (count, 3) bool for prefix, vector and bars.

    With probability `share` a sequence loses all three, else each of them on its own with that probability.
    """
    together = random.random((count, 1)) < share
    return together | (random.random((count, 3)) < share)


def collate(data: Prepared, windows: Sequence[Window], dropped: np.ndarray) -> Batch:
    """Return the windows as a batch as long as its longest sequence; `dropped` is (batch, 3) as drops() gives it."""
    sequences = [_sequence(data, window, *drop) for window, drop in zip(windows, dropped, strict=True)]
    length, batch = max(len(rows) for rows, *_ in sequences) - 1, len(windows)
    conditions = _padded([condition for *_, condition in sequences], data.bar_conditions.shape[1])
    rows = np.zeros((batch, length, len(data.families)), np.int64)
    targets = np.full_like(rows, IGNORED)
    bars = np.full((batch, length), -1, np.int64)
    for i, (tokens, row_bars, first, _) in enumerate(sequences):
        rows[i, : len(tokens) - 1] = tokens[:-1]
        targets[i, first - 1 : len(tokens) - 1] = tokens[first:]
        bars[i, : len(tokens) - 1] = row_bars[:-1]
    examples = [window.example for window in windows]
    arrays = {
        "rows": rows,
        "targets": targets,
        "mask": bars >= 0,
        "bars": np.where(bars >= _counts(sequences)[:, None], conditions.shape[1], bars),
        "bar_conditions": conditions,
        "vector": data.vectors[examples],
        "vector_seen": ~dropped[:, 1] & data.stated[examples],
        "stated": data.stated[examples],
        "conditioned": ~dropped.all(axis=1),
        "groups": data.groups[examples],
    }
    return Batch(**{name: torch.from_numpy(array) for name, array in arrays.items()})


def _sequence(
    data: Prepared, window: Window, no_prefix: bool, _no_vector: bool, no_bars: bool
) -> tuple[np.ndarray, np.ndarray, int, np.ndarray]:
    """Return the rows, the bar of each row, the index of the first target, and the conditions of the bars."""
    i = window.example
    offset, prefix = int(data.offsets[i]), int(data.prefixes[i])
    kept = [0, *([] if no_prefix else _shown(data, offset, prefix)), prefix - 1]  # [BOS] [prefix] [SEP]
    head = data.rows[offset : offset + prefix][kept[1:] if window.start else kept]
    begin, end = offset + prefix + window.start, offset + prefix + window.stop
    rows = np.concatenate([head, data.rows[begin:end]])
    music_bars = data.bars[begin:end]
    first_bar = max(0, int(music_bars[0]))
    bars = np.concatenate([np.full(len(head), -1), np.maximum(music_bars - first_bar, 0)])
    conditions = data.bar_conditions[data.bar_offsets[i] + first_bar : data.bar_offsets[i + 1]]
    conditions = conditions[: 0 if no_bars else int(bars[-1]) + 1]
    return rows, bars, len(head) + window.scored - window.start, conditions


def _shown(data: Prepared, offset: int, prefix: int) -> list[int]:
    """Return which rows between [BOS] and [SEP] stay."""
    return [row for row in range(1, prefix - 1) if int(data.rows[offset + row, 0]) not in data.hidden]


def _counts(sequences: Sequence[tuple[np.ndarray, np.ndarray, int, np.ndarray]]) -> np.ndarray:
    return np.array([len(conditions) for *_, conditions in sequences])


def _padded(conditions: Sequence[np.ndarray], width: int) -> np.ndarray:
    padded = np.zeros((len(conditions), max(len(c) for c in conditions), width), np.float32)
    for i, condition in enumerate(conditions):
        padded[i, : len(condition)] = condition
    return padded
