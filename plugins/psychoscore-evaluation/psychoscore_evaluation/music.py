"""Figures of music as such, from a score alone or against the plan that it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from psychoscore_core.records import Plan
from psychoscore_evaluation.requested import chord_classes
from psychoscore_hearing.chords import chords_of
from psychoscore_hearing.music import Music, hear
from psychoscore_hearing.scales import outside
from psychoscore_hearing.structure import repetition
from psychoscore_hearing.tension import felt_tension, harmonic_tension
from psychoscore_hearing.windows import sounding

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

FIGURES = {  # what each is, in the order of the tables
    "in_scale": "notes in the scale of their bar, share",
    "strong_beats_in_chord": "notes on strong beats that belong to the chord, share",
    "harmonic_tension": "correlation of the plan's tension with the harmony's, over bars",
    "felt_tension": "correlation of the plan's tension with tension as a whole, over bars",
    "pitch_entropy_1": "entropy of the pitch classes of one bar, bits",
    "pitch_entropy_4": "entropy of the pitch classes of four bars, bits",
    "groove": "likeness of the onsets of successive bars",
    "self_similarity": "likeness of a bar to the most similar bar before",
    "notes_per_bar": "notes a bar",
    "empty_bars": "bars without a sound, share",
    "stuck_bars": "bars equal to both bars before, share",
    "exact_length": "exactly the bars that the plan has",
}
AGAINST_A_PLAN = ("harmonic_tension", "felt_tension", "exact_length")
SIXTEENTHS = 4  # onset slots a quarter that the groove is seen in
_LATE = 1 / 24  # quarters that a note may ring over the last bar line
_FLAT = 1e-6


def figures(score: Score, plan: Plan | None = None, max_bars: int = 4096) -> dict[str, float]:
    """Return every figure of FIGURES; NaN where it cannot be measured (no plan, a flat curve, no notes).

    plan: the plan of a take; its keys and, where it has them, its chords count, else they are estimated from the notes.
    max_bars: of real music no more bars are heard than these.
    """
    music = hear(score, max_bars=max_bars)
    if plan is not None:
        music = hear(score, plan.key, plan.mode).in_keys(plan.keys)
    pitched = music.pitched
    found = {
        "in_scale": 1 - _mean(outside(pitched)),
        "strong_beats_in_chord": _strong_in_chord(score, music, plan),
        "pitch_entropy_1": pitch_entropy(music, 1),
        "pitch_entropy_4": pitch_entropy(music, 4),
        "groove": groove(music),
        "self_similarity": repetition(music) if music.bars > 1 else np.nan,
        "stuck_bars": stuck_bars(music),
        **_filling(music, plan),
        **_against(score, music, plan),
    }
    return {name: float(found.get(name, np.nan)) for name in FIGURES}


def tension_curves(score: Score, plan: Plan) -> dict[str, np.ndarray]:
    """Return the tension of each bar that was planned, of the harmony and as a whole, each (bars,)."""
    music = hear(score, plan.key, plan.mode).in_keys(plan.keys)
    planned = np.array([bar.tension for bar in plan.bars])
    harmonic = harmonic_tension(music)
    return {"planned": planned, "harmonic": harmonic, "felt": felt_tension(music, harmonic)}


def _against(score: Score, music: Music, plan: Plan | None) -> dict[str, float]:
    if plan is None or not music.bars:
        return {}
    planned = np.array([bar.tension for bar in plan.bars])
    harmonic = harmonic_tension(music)
    tables = [track.notes.numpy() for track in score.tracks if len(track.notes)]
    end = max(int((table["time"] + table["duration"]).max()) for table in tables) / score.ticks_per_quarter
    last = int(np.ceil((end - _LATE) / music.bar_length[0]))
    return {
        "harmonic_tension": _alike(planned, harmonic),
        "felt_tension": _alike(planned, felt_tension(music, harmonic)),
        "exact_length": float(max(last, music.bars) == len(plan.bars)),
    }


def _alike(planned: np.ndarray, heard: np.ndarray) -> float:
    bars = min(len(planned), len(heard))
    planned, heard = planned[:bars], heard[:bars]
    if bars < 3 or np.ptp(planned) < _FLAT or np.ptp(heard) < _FLAT:
        return float("nan")
    return float(np.corrcoef(planned, heard)[0, 1])


def _strong_in_chord(score: Score, music: Music, plan: Plan | None) -> float:
    """Return the share of pitched notes on the first beat, or on the middle of an even bar, that are chord tones."""
    planned = chord_classes(plan) if plan is not None else None
    chroma = chords_of(score, music).chroma if planned is None else planned
    notes = music.pitched
    within = notes.onset - music.bar_start[notes.bar]
    middle = music.bar_length[notes.bar] / 2
    even = np.isclose(music.bar_length[notes.bar] % 2, 0)
    second = even & (np.abs(within - middle) < _LATE)
    chosen = ((within < _LATE) | second) & (notes.bar < len(chroma))
    chord = chroma[notes.bar[chosen], second[chosen].astype(int)]
    known = chord.any(axis=1)
    return _mean(chord[known, notes.pitch[chosen][known] % 12])


def pitch_entropy(music: Music, bars: int) -> float:
    """Return the mean entropy in bits of the pitch classes of so many successive bars, 0 to 3.58 (Wu and Yang 2020)."""
    notes = music.pitched
    counts = np.bincount(notes.bar * 12 + notes.pitch % 12, minlength=music.bars * 12).reshape(-1, 12)
    if music.bars < bars:
        return float("nan")
    windows = np.lib.stride_tricks.sliding_window_view(counts, bars, axis=0).sum(axis=-1)
    return _mean(np.array([_entropy(window) for window in windows if window.any()]))


def _entropy(counts: np.ndarray) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def groove(music: Music) -> float:
    """Return the mean likeness of the onsets of successive bars, 0 to 1 (Wu and Yang 2020), in sixteenths.

    Likeness of two bars: the share of sixteenths at which both have an onset or both have none.
    """
    slots = int(np.ceil(SIXTEENTHS * music.bar_length.max(initial=0)))
    if music.bars < 2:
        return float("nan")
    slot = np.floor(SIXTEENTHS * (music.onset - music.bar_start[music.bar]) + 0.5).astype(int)
    table = np.zeros((music.bars, slots), bool)
    table[music.bar, np.clip(slot, 0, slots - 1)] = True
    return float(1 - (table[1:] ^ table[:-1]).mean())


def stuck_bars(music: Music) -> float:
    """Return the share of bars, from the third on, whose notes are those of both bars before; empty ones are not."""
    if music.bars < 3:
        return float("nan")
    within, duration = _ticks(music.onset - music.bar_start[music.bar]), _ticks(music.duration)
    bars: list[set[tuple[int, ...]]] = [set() for _ in range(music.bars)]
    rows = zip(music.bar.tolist(), within.tolist(), music.pitch.tolist(), duration.tolist(), strict=True)
    for bar, *note in rows:
        bars[bar].add(tuple(note))
    stuck = [bool(now) and now == one == two for two, one, now in zip(bars, bars[1:], bars[2:], strict=False)]
    return float(np.mean(stuck))


def _ticks(quarters: np.ndarray) -> np.ndarray:
    """Return quarters as whole 24ths of one."""
    return np.floor(quarters * 24 + 0.5).astype(int)


def _filling(music: Music, plan: Plan | None) -> dict[str, float]:
    """Return notes a bar and the share of bars without a sound; a take's bars are those of its plan."""
    bars = max(music.bars, len(plan.bars) if plan else 0)
    if not bars:
        return {}
    heard = sounding(music).reshape(-1, 24).any(axis=1) if music.bars else np.zeros(0, bool)
    heard[music.bar] = True  # drums
    return {"notes_per_bar": len(music.onset) / bars, "empty_bars": 1 - heard.sum() / bars}


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
