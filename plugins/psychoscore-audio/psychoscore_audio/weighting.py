"""How loud the ear finds a frequency."""

from __future__ import annotations

import numpy as np


def a_weighting(hertz: np.ndarray) -> np.ndarray:
    """Return what power at these frequencies counts for: 1 at 1 kHz (IEC 61672-1, A)."""
    squared = np.square(hertz)
    top = 12194.0**2 * np.square(squared)
    low = squared + 20.6**2
    middle = np.sqrt((squared + 107.7**2) * (squared + 737.9**2))
    gain = top / (low * middle * (squared + 12194.0**2))
    found: np.ndarray = np.square(gain * 10 ** (2.0 / 20))
    return found
