"""Ridge regression in the space of a kernel (Saunders, Gammerman and Vovk 1998), solved exactly."""

from __future__ import annotations

import numpy as np
from attrs import define


@define(frozen=True, eq=False)
class KernelRidge:
    """Weights of the examples (examples, outputs) and the mean of the targets (outputs,)."""

    mean: np.ndarray
    weights: np.ndarray

    @classmethod
    def fit(cls, kernel: np.ndarray, targets: np.ndarray, penalty: float) -> KernelRidge:
        """Return the regression of targets (examples, outputs) on a kernel (examples, examples)."""
        mean = targets.mean(axis=0)
        return cls(mean, np.linalg.solve(kernel + penalty * np.eye(len(kernel)), targets - mean))

    def __call__(self, kernel: np.ndarray) -> np.ndarray:
        """Return the outputs (n, outputs) for the kernel between new rows and the examples (n, examples)."""
        return self.mean + kernel @ self.weights


def gaussian(first: np.ndarray, second: np.ndarray, width: float) -> np.ndarray:
    """Return exp(-width * mean squared difference) between all rows of two tables (first, second)."""
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1) - 2 * first @ second.T
    return np.exp(-width * np.maximum(squares, 0) / first.shape[1])
