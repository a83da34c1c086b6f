"""The names of the model's 64 outputs, and what they are."""

from __future__ import annotations

HIDDEN, MEMORY, WIDTH = 256, 128, 64  # dense with tanh, LSTM, dense

# A number, and further on the logarithm of how sure it is: 1 / variance.
NUMBERS = ("valence", "arousal", "disc.dominance", "ocean.extraversion")
PRECISION = ".log_precision"
QUADRANTS = ("quadrant.1", "quadrant.2", "quadrant.3", "quadrant.4")  # logits

_USED = (*NUMBERS, *(f"{name}{PRECISION}" for name in NUMBERS), *QUADRANTS)
RESERVED = tuple(f"reserved.{index}" for index in range(len(_USED), WIDTH))  # always 0: nothing was learnt there
OUTPUTS: tuple[str, ...] = (*_USED, *RESERVED)


def place(name: str) -> int:
    """Return an output's index."""
    return OUTPUTS.index(name)
