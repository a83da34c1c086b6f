"""The multi-scale spectral loss (Engel et al. 2020, section 4.2)."""

from __future__ import annotations

import torch
from torch import Tensor

SIZES = (2048, 1024, 512, 256, 128, 64)
FLOOR = 1e-5


def spectral_loss(found: Tensor, wanted: Tensor) -> Tensor:
    """Return the sum over six spectrograms of the mean distances of magnitudes and of their logarithms.

    found, wanted: sounds (batch, frames). Windows overlap by three quarters.
    """
    total = found.new_zeros(())
    for size in SIZES:
        window = torch.hann_window(size)
        ours, theirs = (
            torch.stft(x, size, size // 4, window=window, return_complex=True).abs() for x in (found, wanted)
        )
        total = total + (ours - theirs).abs().mean()
        total = total + (torch.log(ours + FLOOR) - torch.log(theirs + FLOOR)).abs().mean()
    return total
