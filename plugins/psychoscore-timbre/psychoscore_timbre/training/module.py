"""The decoder in torch, and what it plays: differentiable harmonics and filtered noise."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from psychoscore_timbre.architecture import Sizes
from psychoscore_timbre.names import HARMONICS, HOP, NOISE_BANDS, RATE
from psychoscore_timbre.synthesis import BEHIND, FADE, TAPS

LOG10 = 2.302585092994046


def modified_sigmoid(x: Tensor) -> Tensor:
    """Return 2 sigmoid(x)^ln 10 + 1e-7 (Engel et al. 2020, equation 5)."""
    return 2 * torch.exp(LOG10 * nn.functional.logsigmoid(x)) + 1e-7


class Decoder(nn.Module):
    """(batch, rows, 2) -> amplitudes, distribution and noise magnitudes; its parameters are named as the graph's."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        wide, memory = sizes.dense, sizes.memory
        self.f0_1, self.f0_2 = nn.Linear(1, wide), nn.Linear(wide, wide)
        self.loudness_1, self.loudness_2 = nn.Linear(1, wide), nn.Linear(wide, wide)
        self.gru = nn.GRU(2 * wide, memory, batch_first=True)
        self.out_1, self.out_2 = nn.Linear(memory + 2 * wide, wide), nn.Linear(wide, wide)
        self.amplitude, self.harmonics = nn.Linear(wide, 1), nn.Linear(wide, HARMONICS)
        self.noise = nn.Linear(wide, NOISE_BANDS)
        nn.init.constant_(self.noise.bias, -5.0)  # noise begins soft (Engel et al. 2020)

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return (batch, rows), (batch, rows, 60) and (batch, rows, 65) from a state of zeros."""
        pitch = torch.relu(self.f0_2(torch.relu(self.f0_1(inputs[..., :1]))))
        loudness = torch.relu(self.loudness_2(torch.relu(self.loudness_1(inputs[..., 1:]))))
        heard = torch.cat([pitch, loudness], -1)
        joined = torch.cat([self.gru(heard)[0], heard], -1)
        hidden = torch.relu(self.out_2(torch.relu(self.out_1(joined))))
        shares = modified_sigmoid(self.harmonics(hidden))
        distribution = shares / shares.sum(-1, keepdim=True)
        return modified_sigmoid(self.amplitude(hidden))[..., 0], distribution, modified_sigmoid(self.noise(hidden))


def played(hertz: Tensor, controls: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """Return the sound (batch, (rows - 1) * 320) from the first row to the last, for known pitches (batch, rows)."""
    amplitudes, distribution, noise = controls
    number = torch.arange(1, HARMONICS + 1)
    shares = distribution * ((RATE / 2 - hertz[..., None] * number) / FADE).clamp(0, 1)
    levels = amplitudes[..., None] * shares / shares.sum(-1, keepdim=True).clamp(min=1e-7)
    return _harmonic(hertz, levels) + _filtered(noise[:, :-1])


def _harmonic(hertz: Tensor, levels: Tensor) -> Tensor:
    """Return the sum of sines; their phases need no gradient, for the pitch is given."""
    along = torch.arange(1, HOP + 1) / HOP
    with torch.no_grad():
        speed = hertz[:, :-1, None] * (1 - along) + hertz[:, 1:, None] * along
        turns = ((torch.cumsum(speed.flatten(1).double(), 1) / RATE) % 1.0).float()
        sines = torch.sin(turns[..., None] * (2 * torch.pi * torch.arange(1, HARMONICS + 1)))
    rows = sines.view(*speed.shape, HARMONICS)  # (batch, rows, hop, harmonics)
    both = torch.stack([levels[:, :-1], levels[:, 1:]], -1)  # (batch, rows, harmonics, 2)
    old, new = (rows @ both).unbind(-1)
    return (old * (1 - along) + new * along).flatten(1)


def _filtered(magnitudes: Tensor) -> Tensor:
    """Return noise through each row's filter (batch, rows * 320), not delayed."""
    filters = torch.roll(torch.fft.irfft(magnitudes, TAPS), BEHIND, -1) * torch.hann_window(TAPS)
    batch, rows = magnitudes.shape[:2]
    size = 1 << (HOP + TAPS - 1).bit_length()
    white = torch.rand(batch, rows, HOP) * 2 - 1
    rung = torch.fft.irfft(torch.fft.rfft(white, size) * torch.fft.rfft(filters, size), size)[..., : HOP + TAPS]
    whole = nn.functional.fold(rung.transpose(1, 2), (1, rows * HOP + TAPS), (1, HOP + TAPS), stride=(1, HOP))[:, 0, 0]
    return whole[:, BEHIND : BEHIND + rows * HOP]
