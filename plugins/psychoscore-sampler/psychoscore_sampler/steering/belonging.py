"""Belonging: what scale, chord and register say of each pitch, which depends on the plan alone."""

from __future__ import annotations

import math

import numpy as np

from psychoscore_sampler.plugin import ConstrainedConfig
from psychoscore_sampler.steering.bars import Bar, pitches_of

NEVER = -math.inf
MELODY_SHARE = 0.5  # of the pull of chord and tension: melodies pass through more than their chord
Weighed = tuple[np.ndarray, np.ndarray | None]


class Belonging:
    """Looks up a bar's pitches by onset and kind of voice; made where it is first asked for."""

    def __init__(self, config: ConstrainedConfig) -> None:
        self._config = config
        self._bar: Bar | None = None
        self._by_onset: dict[tuple[int, bool], Weighed] = {}
        self._by_chord: dict[tuple[frozenset[int] | None, bool, bool], Weighed] = {}

    def weights(self, bar: Bar, onset: int, melody: bool) -> Weighed:
        """Return what each pitch (128,) weighs, and which of them (128,) feedback decides, if any; both read-only."""
        if bar is not self._bar:
            self._bar, self._by_onset, self._by_chord = bar, {}, {}
        key = (onset, melody)
        if key not in self._by_onset:
            strict = self._config.chord_tones and onset in bar.strong
            chord = bar.chord(onset)
            kind = (chord, strict, melody)
            if kind not in self._by_chord:
                self._by_chord[kind] = _weighed(self._config, bar, *kind)
            self._by_onset[key] = self._by_chord[kind]
        return self._by_onset[key]


def _weighed(config: ConstrainedConfig, bar: Bar, chord: frozenset[int] | None, strict: bool, melody: bool) -> Weighed:
    tones = None if chord is None else pitches_of(chord)
    inside = bar.scale if tones is None else bar.scale | tones
    weights, foreign = np.zeros(128), None
    if config.scale and bar.plan.chromaticism:
        foreign = (~inside).astype(float)
    elif config.scale:
        weights[~inside] = NEVER
    if config.register:
        low, high = bar.window
        weights[:low], weights[high + 1 :] = NEVER, NEVER
    if tones is not None:
        weights[tones] += config.chord_boost * (MELODY_SHARE if melody else 1.0)
        if strict:
            weights[~tones] = NEVER
    return weights, foreign
