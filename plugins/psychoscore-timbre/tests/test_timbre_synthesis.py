"""Harmonics and noise are what their controls say, and the same however the rows come."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from psychoscore_timbre.names import HARMONICS, HOP, NOISE_BANDS, RATE
from psychoscore_timbre.synthesis import BEHIND, Controls, FilteredNoise, Oscillators, Synthesizer, harmonic_amplitudes
from psychoscore_timbre.training.module import _filtered, _harmonic


def controls(rows=50, hertz=220.0, number=4):
    shares = np.zeros((rows, HARMONICS))
    shares[:, :number] = 1 / number
    return Controls(np.full(rows, hertz), np.full(rows, 0.5), shares, np.full((rows, NOISE_BANDS), 1e-3))


def cut(one, start, end):
    return Controls(one.hertz[start:end], one.amplitudes[start:end], one.distribution[start:end], one.noise[start:end])


def moving(rows=60):
    random = np.random.default_rng(0)
    shares = random.random((rows, HARMONICS))
    shares /= shares.sum(axis=1, keepdims=True)
    hertz = 220 * 2 ** np.cumsum(random.normal(0, 0.05, rows))
    return Controls(hertz, random.random(rows), shares, 0.01 * random.random((rows, NOISE_BANDS)))


def test_a_steady_tone_is_a_sum_of_sines():
    found = Oscillators().push(np.full(3, 200.0), np.tile([0.5, 0.25], (3, 1)))[HOP:]
    time = (np.arange(HOP, 3 * HOP) + 1) / RATE
    wanted = 0.5 * np.sin(2 * np.pi * 200 * time) + 0.25 * np.sin(2 * np.pi * 400 * time)
    assert np.abs(found - wanted).max() < 1e-5


def test_the_phase_runs_on_over_glides():
    one = moving()
    sound = Oscillators().push(one.hertz, np.tile([1.0], (len(one), 1)))[HOP:]
    fastest = 2 * np.pi * one.hertz.max() / RATE
    assert np.abs(np.diff(sound)).max() < 1.01 * fastest


def test_rows_in_pieces_are_rows_at_once():
    one, whole, parts = moving(), Synthesizer(3), Synthesizer(3)
    wanted = whole.push(one)
    found = np.concatenate([parts.push(cut(one, *ends)) for ends in ((0, 1), (1, 2), (2, 30), (30, 60))])
    assert len(wanted) == 60 * HOP and np.abs(found - wanted).max() < 1e-5


def test_no_harmonic_lies_above_half_the_rate():
    found = harmonic_amplitudes(controls(hertz=900.0, number=60))[0]
    assert (found[8:] == 0).all() and found.sum() == pytest.approx(0.5)


def test_a_glide_up_to_the_end_folds_nothing_back():
    hertz = np.linspace(600, 3900, 200)
    one = Controls(hertz, np.full(200, 0.5), np.full((200, HARMONICS), 1 / HARMONICS), np.zeros((200, NOISE_BANDS)))
    sound = Oscillators().push(hertz, harmonic_amplitudes(one))
    spectrum = np.abs(np.fft.rfft(sound[-16 * HOP :] * np.hanning(16 * HOP)))
    low = spectrum[: int(3000 / RATE * 16 * HOP)]  # under the fundamental, where folded harmonics would lie
    assert low.max() < 1e-3 * spectrum.max()


def test_the_same_seed_gives_the_same_noise():
    magnitudes = np.full((20, NOISE_BANDS), 0.1)
    first, again, other = (FilteredNoise(seed).push(magnitudes) for seed in (0, 0, 1))
    assert np.array_equal(first, again) and not np.allclose(first, other)


def test_noise_goes_through_its_filter():
    magnitudes = np.zeros((200, NOISE_BANDS))
    magnitudes[:, 16:20] = 1.0  # 2 to 2.4 kHz
    power = np.abs(np.fft.rfft(FilteredNoise(0).push(magnitudes))) ** 2
    hertz = np.fft.rfftfreq(200 * HOP, 1 / RATE)
    inside = (hertz > 1700) & (hertz < 2700)
    assert power[inside].sum() > 0.98 * power.sum()


def test_harmonics_wait_for_the_noise():
    sound = Synthesizer().push(controls(3))
    assert np.abs(sound[:BEHIND]).max() < 0.01 < np.abs(sound[BEHIND + HOP :]).max()


def test_noise_and_harmonics_begin_where_their_rows_say():
    one = controls(20)
    heard = np.arange(20) >= 10
    for part in (
        Controls(one.hertz, one.amplitudes * heard, one.distribution, one.noise * 0),
        Controls(one.hertz, one.amplitudes * 0, one.distribution, one.noise * heard[:, None]),
    ):
        sound = np.abs(Synthesizer().push(part)[Synthesizer.LATE :])
        assert sound[: 9 * HOP - BEHIND].max() < 1e-6 and sound[10 * HOP + BEHIND : 11 * HOP].max() > 1e-4


def test_torch_plays_the_harmonics_that_numpy_plays():
    one = moving()
    levels = harmonic_amplitudes(one)
    found = _harmonic(torch.from_numpy(one.hertz)[None].float(), torch.from_numpy(levels)[None].float())[0].numpy()
    ours = Oscillators()
    ours.push(one.hertz[:1], levels[:1])
    ours._phase = 0.0
    assert np.abs(found - ours.push(one.hertz[1:], levels[1:])).max() < 1e-3


def test_torch_filters_noise_as_numpy_does():
    magnitudes = moving().noise
    torch.manual_seed(0)
    white = (torch.rand(1, len(magnitudes), HOP) * 2 - 1).numpy()[0].astype(np.float64)
    torch.manual_seed(0)
    found = _filtered(torch.from_numpy(magnitudes)[None].float())[0].numpy()
    noise = FilteredNoise(0)
    noise._random = type("Same", (), {"uniform": lambda self, *given: white})()
    assert np.abs(found[: -2 * HOP] - noise.push(magnitudes)[BEHIND:][: len(found) - 2 * HOP]).max() < 1e-5
