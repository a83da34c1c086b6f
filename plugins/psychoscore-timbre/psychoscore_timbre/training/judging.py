"""How near a decoder comes to its instrument on phrases that it never met."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psychoscore_timbre.decoder import Decoder
from psychoscore_timbre.features import features_of
from psychoscore_timbre.loudness import WINDOW, loudness, windows_of
from psychoscore_timbre.names import HARMONICS, HOP, NOISE_BANDS, RATE
from psychoscore_timbre.scaling import hertz_to_midi
from psychoscore_timbre.synthesis import Controls, Synthesizer
from psychoscore_timbre.training.phrases import Clip

HEARD = -50.0  # dB: softer rows do not count
EDGES = np.geomspace(100, 7900, 25)  # of the bands in which colours are compared, Hz


def figures(decoder: Decoder, clips: Sequence[Clip]) -> dict[str, float]:
    """Return shares and mean distances over all rows that are heard.

    pitch: the share of rows within half a semitone. loudness: dB. colour: dB between the shapes of the spectra in 24
    bands of a quarter of an octave, and the same for a sawtooth of the same pitch.
    """
    found: list[dict[str, np.ndarray]] = []
    for clip in clips:
        loud = loudness(clip.sound)
        heard = loud > HEARD
        made = _played(decoder.push(clip.inputs, clip.hertz))
        features = features_of([made])
        away = np.abs(hertz_to_midi(features.hertz) - hertz_to_midi(clip.hertz))
        saw = _colours(_played(_sawtooth(clip.hertz)))
        colours, wanted = _colours(made), _colours(clip.sound)
        found.append(
            {
                "pitch": (away < 0.5)[heard],
                "loudness": np.abs(features.loudness - loud)[heard],
                "colour": np.abs(colours - wanted).mean(axis=1)[heard],
                "colour of a sawtooth": np.abs(saw - wanted).mean(axis=1)[heard],
            }
        )
    return {name: round(float(np.concatenate([one[name] for one in found]).mean()), 3) for name in found[0]}


def _played(controls: Controls) -> np.ndarray:
    rows = len(controls)
    more = np.minimum(np.arange(rows + 2), rows - 1)  # what the synthesizer is late by
    parts = (controls.hertz, controls.amplitudes, controls.distribution, controls.noise)
    sound = Synthesizer().push(Controls(*(part[more] for part in parts)))
    return sound[Synthesizer.LATE :][: rows * HOP]


def _sawtooth(hertz: np.ndarray) -> Controls:
    rows, shares = len(hertz), 1 / np.arange(1, HARMONICS + 1)
    distribution = np.tile(shares / shares.sum(), (rows, 1))
    return Controls(hertz, np.full(rows, 0.5), distribution, np.zeros((rows, NOISE_BANDS)))


def _colours(sound: np.ndarray) -> np.ndarray:
    """Return levels (rows, 24) in dB, of which only the 40 dB under the strongest count; their mean is 0."""
    power = np.abs(np.fft.rfft(windows_of(sound, WINDOW) * np.hanning(WINDOW), axis=1)) ** 2
    band = np.digitize(np.fft.rfftfreq(WINDOW, 1 / RATE), EDGES) - 1
    summed = np.stack([power[:, band == index].sum(axis=1) for index in range(len(EDGES) - 1)], axis=1)
    levels = 10 * np.log10(summed + 1e-9)
    levels = np.maximum(levels, levels.max(axis=1, keepdims=True) - 40)
    centred: np.ndarray = levels - levels.mean(axis=1, keepdims=True)
    return centred
