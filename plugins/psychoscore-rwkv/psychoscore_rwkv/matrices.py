"""The matrices of a step: float32 with NumPy, halves or bytes with psychoscore-native's products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

PRECISIONS = ("fp32", "fp16", "int8")


class Matrix(Protocol):
    """A matrix (outputs, inputs)."""

    def columns(self, x: np.ndarray, out: np.ndarray) -> None:
        """Write the matrix times columns (inputs, batch) into out (outputs, batch)."""

    def rows(self, x: np.ndarray) -> np.ndarray:
        """Return what rows (..., inputs) become: (..., outputs)."""


class Dense:
    """Float32, as it lies in the file: for a few columns OpenBLAS multiplies it that way round up to twice as fast."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def columns(self, x: np.ndarray, out: np.ndarray) -> None:
        np.matmul(self.array, x, out=out)

    def rows(self, x: np.ndarray) -> np.ndarray:
        found: np.ndarray = x @ self.array.T
        return found


class Packed:
    """Halves or bytes."""

    def __init__(self, array: np.ndarray, precision: str) -> None:
        from psychoscore_native.product import PackedMatrix

        self.packed = PackedMatrix(array, precision)

    def columns(self, x: np.ndarray, out: np.ndarray) -> None:
        np.copyto(out, self.packed.rows(x.T).T)

    def rows(self, x: np.ndarray) -> np.ndarray:
        return self.packed.rows(x.reshape(-1, x.shape[-1])).reshape(*x.shape[:-1], -1)


def maker(precision: str) -> Callable[[np.ndarray], Matrix]:
    """Return what makes a matrix of an array; raises ValueError for another precision.

    Raises ImportError, now, where that needs psychoscore-native's library and there is none.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}, not {precision[:40]!r}")
    if precision == "fp32":
        return Dense
    from psychoscore_native.library import library

    library()
    return lambda array: Packed(array, precision)
