"""The model in NumPy: rows of features in, 64 numbers a row out; it remembers until it is reset."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load

from psychoscore_core.errors import CheckpointError
from psychoscore_emotion.names import FEATURES
from psychoscore_emotion.outputs import HIDDEN, MEMORY, WIDTH

CHECKPOINT = Path(__file__).with_name("checkpoint")
WEIGHTS = "model.safetensors"
MOST_BYTES = 1 << 24
SHAPES = {
    "dense.weight": (HIDDEN, len(FEATURES)),
    "dense.bias": (HIDDEN,),
    "lstm.weight_ih_l0": (4 * MEMORY, HIDDEN),
    "lstm.weight_hh_l0": (4 * MEMORY, MEMORY),
    "lstm.bias_ih_l0": (4 * MEMORY,),
    "lstm.bias_hh_l0": (4 * MEMORY,),
    "head.weight": (WIDTH, MEMORY),
    "head.bias": (WIDTH,),
}


class Net:
    """dense 256 tanh -> LSTM 128 -> dense 64, with torch's weights and order of gates."""

    def __init__(self, folder: Path = CHECKPOINT) -> None:
        self.weights = _weights(folder / WEIGHTS)
        self._bias = self.weights["lstm.bias_ih_l0"] + self.weights["lstm.bias_hh_l0"]
        self.reset()

    def reset(self) -> None:
        """Forget all rows."""
        self._hidden, self._cell = np.zeros(MEMORY, np.float32), np.zeros(MEMORY, np.float32)

    def push(self, rows: np.ndarray) -> np.ndarray:
        """Return the outputs (rows, 64) for rows (rows, 128), float32, after all rows before them."""
        weights = self.weights
        dense = np.tanh(rows.astype(np.float32) @ weights["dense.weight"].T + weights["dense.bias"])
        given = dense @ weights["lstm.weight_ih_l0"].T + self._bias
        hidden = np.empty((len(rows), MEMORY), np.float32)
        for index, gates in enumerate(given):
            hidden[index] = self._step(gates)
        found: np.ndarray = hidden @ weights["head.weight"].T + weights["head.bias"]
        return found

    def _step(self, given: np.ndarray) -> np.ndarray:
        gates = given + self.weights["lstm.weight_hh_l0"] @ self._hidden
        take, keep, new, out = np.split(gates, 4)
        self._cell = _sigmoid(keep) * self._cell + _sigmoid(take) * np.tanh(new)
        self._hidden = _sigmoid(out) * np.tanh(self._cell)
        return self._hidden


def _sigmoid(values: np.ndarray) -> np.ndarray:
    found: np.ndarray = 0.5 * (1 + np.tanh(0.5 * values))  # no overflow
    return found


def _weights(path: Path) -> dict[str, np.ndarray]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CheckpointError(f"{path}: more than {MOST_BYTES:,} bytes")
        found = load(path.read_bytes())
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror or error}") from None
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path}: not readable as safetensors ({str(error)[:200]})") from None
    for name, shape in SHAPES.items():
        if name not in found or found[name].shape != shape or not np.isfinite(found[name]).all():
            raise CheckpointError(f"{path}: no {name} of the shape {shape} with finite numbers")
    return {name: found[name].astype(np.float32) for name in SHAPES}
