"""What the weights of the graphs are: a checkpoint's arrays, turned, joined and rounded as the graphs have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from psychoscore_onnx.graph import ELEMENTS, Weight, block_of
from psychoscore_onnx.sizes import STYLE_HEADS, STYLE_KEY, Sizes
from psychoscore_training.known import Known

ZERO = 128  # the byte that means 0


class Values:
    """Gives every weight of the graphs by name; weights: float32 by name (psychoscore_transformer.layout)."""

    def __init__(self, sizes: Sizes, weights: Mapping[str, np.ndarray], known: Known) -> None:
        self.sizes, self.known = sizes, known
        self.weights: dict[str, np.ndarray] = dict(weights)
        tables = [weights[f"embeddings.{k}.weight"] for k in range(len(sizes.families))]
        self.weights |= {f"head.{k}.weight": table for k, table in enumerate(tables)}
        self.weights["embeddings"] = np.concatenate(tables)
        self.weights["zero"] = np.zeros(sizes.added, np.float32)
        self.weights["turns.cos"], self.weights["turns.sin"] = _turns(sizes)
        if "style.bank" in weights:
            self.weights["style.bank"] = np.tanh(weights["style.bank"])
            self.weights["style.keys"] = weights["style.keys"] / np.float32(np.sqrt(STYLE_KEY))
        self.weights |= {f"head.{k}.unseen": self._unseen(k) for k in range(len(sizes.families))}
        for name in [name for name in weights if ".attention." in name]:
            self.weights[name] = _roomy(sizes, weights[name], 1 if name.endswith("out.weight") else 0)
        self._numbers = self._whole_numbers()

    def array(self, name: str, weight: Weight) -> np.ndarray:
        """Return a weight as the graph declares it."""
        if name in self._numbers:
            found = np.array(self._numbers[name])
        elif name.endswith((".bytes", ".scales")):
            whole, _, part = name.rpartition(".")
            found = _rounded(self.weights[whole])[part == "scales"]
        elif name.endswith(".turned"):
            found = self.weights[name.removesuffix(".turned")].T
        else:
            found = self.weights[name]
        return np.asarray(found, ELEMENTS[weight.element], order="C").reshape(weight.shape)

    def _whole_numbers(self) -> dict[str, Any]:
        sizes = self.sizes
        return {
            "offsets": np.cumsum([0, *sizes.families[:-1]]),
            "families": [2],
            "last": -1,
            "axes": [1, 2],
            "axis": [1],
            "heads": [0, STYLE_HEADS, 1, STYLE_KEY],
            "mixed": [0, STYLE_HEADS, sizes.style_tokens],
            "shown": [self.known.profiles],
        }

    def _unseen(self, family: int) -> np.ndarray:
        """Return -inf for ids that training never showed, 0 for all others."""
        found = np.zeros(self.sizes.families[family], np.float32)
        ids = self.known.unseen[family] if family < len(self.known.unseen) else ()
        found[[i for i in ids if 0 <= i < len(found)]] = -np.inf
        return found


def _turns(sizes: Sizes) -> tuple[np.ndarray, np.ndarray]:
    """Return cosines and sines (context, size / 2) of rotary positions."""
    half = sizes.room // 2
    frequency = np.zeros(half, np.float32)
    frequency[: sizes.head // 2] = np.float32(10000.0) ** (
        -np.arange(0, sizes.head, 2, dtype=np.float32) / np.float32(sizes.head)
    )
    angle = np.arange(sizes.context, dtype=np.float32)[:, None] * frequency
    return np.cos(angle), np.sin(angle)


def _roomy(sizes: Sizes, matrix: np.ndarray, axis: int) -> np.ndarray:
    """Return a matrix whose heads lie along an axis, with zeros up to the width that ONNX Runtime wants of a head.

    Each half gets its own zeros: the halves rotate together.
    """
    halves = np.moveaxis(matrix, axis, 0).reshape(-1, 2, sizes.head // 2, matrix.shape[1 - axis])
    more = (sizes.room - sizes.head) // 2
    padded = np.pad(halves, ((0, 0), (0, 0), (0, more), (0, 0)))
    return np.moveaxis(padded.reshape(-1, matrix.shape[1 - axis]), 0, axis)


def _rounded(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a matrix (outputs, inputs) as bytes (outputs, blocks, block), and the scale of each block."""
    block = block_of(matrix.shape[1])
    padded = np.pad(matrix, ((0, 0), (0, -matrix.shape[1] % block))).reshape(len(matrix), -1, block)
    scales = np.abs(padded).max(-1) / np.float32(127)
    whole = np.rint(padded / np.where(scales > 0, scales, 1)[..., None])
    return (whole + ZERO).astype(np.uint8), scales
