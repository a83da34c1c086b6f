"""Measures of a score's bars the numbers that a plan's bars have."""

from __future__ import annotations

import math

import numpy as np
from symusic import Score

from psychoscore_core.records import DENSITY_MAX
from psychoscore_hearing.bars import bar_table
from psychoscore_psychometric.bars import FAST, NUMBERS, ONSETS, SECTIONS, SLOW


def bar_features(score: Score, max_bars: int) -> np.ndarray:
    """Return the numbers of every bar up to that of the last onset: (bars, names) in [0, 1].

    Notes after `max_bars` bars are not measured.
    """
    table = bar_table(score, max_bars=max_bars)
    count = len(table)
    bars = np.arange(count)
    tonic = table.tonic[:, None]
    section = table.section % SECTIONS
    columns = [
        table.density * DENSITY_MAX / ONSETS,
        *(getattr(table, name) for name in NUMBERS[1:]),
        1 / (count - bars),
        np.log(np.maximum(table.tempo, 1) / SLOW) / math.log(FAST / SLOW),
        table.brightness / 6 + 0.5,
        table.quarters / 8,
        table.repeats >= 0,
        np.append(True, np.diff(table.section) != 0)[:count],
        *(section == n for n in range(SECTIONS)),
    ]
    numbers = np.stack([np.asarray(column, dtype=float) for column in columns], axis=1).reshape(count, len(columns))
    places = (np.arange(12) + tonic) % 12  # (bars, 12): pitch class n semitones above the tonic
    chords = [table.chroma[bars[:, None], half, places] for half in (0, 1)]
    roots = [(table.root[:, half, None] == places) & (table.root[:, half, None] >= 0) for half in (0, 1)]
    return np.clip(np.concatenate([numbers, *chords, *roots], axis=1).astype(float), 0.0, 1.0)
