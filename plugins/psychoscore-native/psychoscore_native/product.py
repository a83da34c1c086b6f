"""A matrix by itself, packed: for engines that go their own way through a model and want only the products."""

from __future__ import annotations

import numpy as np

from psychoscore_native.library import library, threads
from psychoscore_native.pack import FORMATS, LANE, aligned, pack_matrix


class PackedMatrix:
    """A matrix (outputs, inputs) as "fp32", "fp16" or "int8"; may be used by several threads at once."""

    def __init__(self, matrix: np.ndarray, precision: str, count: int | None = None, kernels: str = "") -> None:
        """count: of threads. kernels: "" = the best of this machine.

        Raises ImportError where there is no library, ValueError on numbers that float16 cannot hold.
        """
        self._library, self._kernels = library(), kernels.encode()
        self.outputs, self.inputs = matrix.shape
        self.threads, self._format = count or threads(), FORMATS[precision]
        self._parts = [_aligned(part) for part in pack_matrix(matrix.T, precision)]
        places = [part.ctypes.data for part in self._parts]
        self._places = (*places, *(0,) * (3 - len(places)))

    @property
    def nbytes(self) -> int:
        """Return the bytes that a product streams."""
        return sum(part.nbytes for part in self._parts)

    def rows(self, x: np.ndarray) -> np.ndarray:
        """Return x times the matrix turned: float32 rows (n, inputs) become rows (n, outputs)."""
        count, inputs = x.shape
        if inputs != self.inputs:
            raise ValueError(f"rows {x.shape} do not fit a matrix of {self.inputs} inputs")
        if not count:
            return np.empty((0, self.outputs), np.float32)
        if inputs % LANE:
            x = np.pad(x, ((0, 0), (0, -inputs % LANE)))
        x = np.ascontiguousarray(x, np.float32)
        found = np.empty((count, -(-self.outputs // LANE) * LANE), np.float32)
        work = np.empty(self._library.ps_product_work(count, inputs), np.uint8)
        places = (x.ctypes.data, count, found.ctypes.data, work.ctypes.data)
        sizes = (self.inputs, self.outputs)
        if self._library.ps_product(self._kernels, self._format, *self._places, *sizes, *places, self.threads):
            raise ValueError(f"native: no product of {self.outputs} x {self.inputs} with {count} rows on this machine")
        return found[:, : self.outputs]


def _aligned(part: np.ndarray) -> np.ndarray:
    found = aligned(part.nbytes)
    found[:] = np.ascontiguousarray(part).reshape(-1).view(np.uint8)
    return found
