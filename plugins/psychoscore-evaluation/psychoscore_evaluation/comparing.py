"""Takes beside real music and beside the rules backend: the figures of music, and the runs that are not original."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from psychoscore_core.records import Take
from psychoscore_evaluation.estimate import Estimate
from psychoscore_evaluation.music import FIGURES, figures
from psychoscore_evaluation.originality import ORDERS, Corpus, Run
from psychoscore_evaluation.real import RealMusic
from psychoscore_evaluation.statistics import mean_of

MOST_QUERIES = 600  # takes that are looked up in the corpus
HIGH = 0.95  # quantile that is given beside the mean


def compare(
    takes: Sequence[Take], seeds: int, rules: Sequence[Take] | None, real: RealMusic | None, bars: int, seed: int
) -> dict[str, Any]:
    """Return every figure of music as mean and interval: of the takes, of the rules backend's, of real music.

    Intervals are over profiles, and over songs where the music is real; of that the first `bars` bars count.
    """
    found: dict[str, Any] = {"meaning": dict(FIGURES)}
    found["takes"] = _means([figures(t.score, t.plan) for t in takes], _profiles(len(takes), seeds), seed)
    found["chords"] = "plan" if any(bar.chord for take in takes for bar in take.plan.bars) else "estimated"
    if rules is not None:
        found["rules"] = _means([figures(t.score, t.plan) for t in rules], _profiles(len(rules), 1), seed)
    if real is not None:
        rows = [figures(score, max_bars=bars) for score in real.scores.values()]
        found["real"] = _means(rows, _songs(real), seed)
        found["real_origin"], found["real_pieces"] = real.origin, len(real.scores)
    return found


def runs_of(
    takes: Sequence[Take], seeds: int, seen: RealMusic, real: RealMusic | None, bars: int, seed: int
) -> dict[str, Any]:
    """Return the longest shared runs of takes, and of held-out music, with the training music, by note order."""
    takes, profiles = takes[:MOST_QUERIES], _profiles(len(takes), seeds)[:MOST_QUERIES]
    found: dict[str, Any] = {"train_origin": seen.origin, "real_origin": real.origin if real else None, "orders": {}}
    for order in ORDERS:
        corpus = Corpus(seen.scores, order)
        of: dict[str, Any] = {"pieces": len(corpus.names), "notes": len(corpus.tokens), "left_out": corpus.left_out}
        of["takes"] = _runs(corpus.longest_runs([take.score for take in takes]), profiles, seed)
        if real is not None:
            heard = [score for name, score in real.scores.items() if name not in seen.scores]
            songs = _songs(real)[[name not in seen.scores for name in real.scores]]
            of["real"] = _runs(corpus.longest_runs(heard, max_bars=bars), songs, seed) if heard else None
        found["orders"][order] = of
    return found


def _runs(runs: Sequence[Run], unit: np.ndarray, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    notes = np.array([run.notes for run in runs], dtype=float)
    longest = max(runs, key=lambda run: run.notes)
    return {
        "notes": mean_of(notes, unit, rng).json(),
        "share": mean_of(np.array([run.share for run in runs]), unit, rng).json(),
        "median": float(np.median(notes)),
        "high": round(float(np.quantile(notes, HIGH)), 2),
        "longest": {"notes": longest.notes, "source": longest.source, "of": longest.of},
        "counts": np.bincount(notes.astype(int)).tolist(),  # of pieces whose longest run has 0, 1, 2, ... notes
    }


def _means(rows: Sequence[dict[str, float]], unit: np.ndarray, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    found: dict[str, Estimate] = {}
    for name in FIGURES:
        found[name] = mean_of(np.array([row[name] for row in rows]), unit, rng)
    return {name: estimate.json() for name, estimate in found.items()}


def _profiles(takes: int, seeds: int) -> np.ndarray:
    return np.arange(takes) // seeds


def _songs(real: RealMusic) -> np.ndarray:
    return np.unique([real.songs[name] for name in real.scores], return_inverse=True)[1]
