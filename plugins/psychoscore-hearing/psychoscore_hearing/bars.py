"""What each bar of a score is like, in the units of a plan's bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define

from psychoscore_core.records import CONTRAST_MAX, DENSITY_MAX, POLYPHONY_MAX, SPAN_MAX, BarPlan
from psychoscore_hearing import rhythm
from psychoscore_hearing.chords import chords_of
from psychoscore_hearing.music import MAX_BARS, Music, hear
from psychoscore_hearing.scales import outside, scale_place
from psychoscore_hearing.structure import bar_likeness, repeats, sections
from psychoscore_hearing.tension import bar_means, carried, group_means, harmonic_tension

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

IRREGULARITY_MAX = 2.5  # bits that count as irregularity 1
_NEUTRAL = BarPlan()


@define(kw_only=True, frozen=True, eq=False)
class BarTable:
    """One row a bar. In [0, 1] and in `BarPlan`'s units: density, register, dynamics, articulation, polyphony,
    irregularity, span, contrast, chromaticism, tension (harmonic). tempo: quarter notes a minute. quarters: the bar's
    length. tonic: pitch class. brightness: mean place of the bar's scale on the line of fifths, -3 to 3. chroma, root:
    the chords of the half bars, bool (bars, 2, 12) and int (bars, 2), -1 none. section: 0 for A and so on. repeats:
    the earlier bar that is taken up, -1 none."""

    density: np.ndarray
    register: np.ndarray
    dynamics: np.ndarray
    articulation: np.ndarray
    polyphony: np.ndarray
    irregularity: np.ndarray
    span: np.ndarray
    contrast: np.ndarray
    chromaticism: np.ndarray
    tension: np.ndarray
    tempo: np.ndarray
    quarters: np.ndarray
    tonic: np.ndarray
    brightness: np.ndarray
    chroma: np.ndarray
    root: np.ndarray
    section: np.ndarray
    repeats: np.ndarray

    def __len__(self) -> int:
        return len(self.density)


def bar_table(score: Score, music: Music | None = None, max_bars: int = MAX_BARS) -> BarTable:
    """Return what every bar of a score is like, up to the bar of the last onset.

    A bar without notes carries the values of the bar before, or `BarPlan`'s defaults at the start; its density and
    polyphony are 0. Drums count for density, dynamics, contrast and irregularity only.
    """
    music = hear(score, max_bars=max_bars) if music is None else music
    likeness = bar_likeness(music)
    chords = chords_of(score, music)
    return BarTable(
        **{name: np.clip(values, 0.0, 1.0) for name, values in _measures(music).items()},
        tempo=music.tempo,
        quarters=music.bar_length,
        tonic=music.tonic,
        brightness=np.array([scale_place(mode) for _, mode in music.key]),
        chroma=chords.chroma,
        root=chords.root,
        section=sections(music, likeness),
        repeats=repeats(music, likeness),
    )


def _measures(music: Music) -> dict[str, np.ndarray]:
    pitched = music.pitched
    attacks = rhythm.attacks_a_bar(music)
    notes, ratios = rhythm.articulation(music)
    bar, together = rhythm.polyphony(music)
    irregular = carried(rhythm.bar_irregularity(music) / IRREGULARITY_MAX, attacks > 0, _NEUTRAL.irregularity)
    sounding = np.bincount(pitched.bar, minlength=music.bars) > 0
    return {
        "density": attacks * 4 / np.maximum(music.bar_length, 1e-9) / DENSITY_MAX,
        "register": bar_means(pitched, pitched.pitch / 127, _NEUTRAL.register),
        "dynamics": bar_means(music, music.velocity / 127, _NEUTRAL.dynamics),
        "articulation": group_means(music.bar[notes], ratios, music.bars, _NEUTRAL.articulation),
        "polyphony": np.where(sounding, group_means(bar, together, music.bars, 0.0) / POLYPHONY_MAX, 0.0),
        "irregularity": irregular,
        "span": _deviation(pitched, pitched.pitch, _NEUTRAL.span * SPAN_MAX) / SPAN_MAX,
        "contrast": _deviation(music, music.velocity, _NEUTRAL.contrast * CONTRAST_MAX) / CONTRAST_MAX,
        "chromaticism": bar_means(pitched, outside(pitched), _NEUTRAL.chromaticism),
        "tension": harmonic_tension(music),
    }


def _deviation(music: Music, values: np.ndarray, start: float) -> np.ndarray:
    """Return the standard deviation of the notes' values in each bar, carried like the means."""
    off = (values - bar_means(music, values, 0.0)[music.bar]) ** 2
    counts = np.bincount(music.bar, minlength=music.bars)
    squares = np.bincount(music.bar, weights=off, minlength=music.bars) / np.maximum(counts, 1)
    return carried(np.sqrt(squares), counts > 0, start)
