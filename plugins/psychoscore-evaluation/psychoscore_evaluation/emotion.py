"""Emotion: does a judge that learned from people's labels hear the quadrant that a profile asks for?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from attrs import asdict, evolve

from psychoscore_core.profile import Profile
from psychoscore_core.records import Take
from psychoscore_evaluation.control import measured, random_profiles
from psychoscore_evaluation.music import tension_curves
from psychoscore_evaluation.pipeline import Pipeline
from psychoscore_evaluation.statistics import mean_by_t, wilson

QUADRANTS = (1, 2, 3, 4)
CALM, TENSE = 0.2, 0.9
SAME_AROUSAL = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]], bool)
SAME_VALENCE = np.array([[1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1]], bool)
MOST_TAKES = 50  # of a quadrant
PAIRS = 24  # profiles that are heard calm and tense
AT_TENSIONS = {  # what is compared, and its unit
    "arousal": "judged, 0 to 1",
    "dissonance": "cloud diameter, spiral array",
    "tension": "of the harmony, 0 to 1",
    "density": "onsets a bar",
    "dynamics": "MIDI velocity",
}


class Verdict(Protocol):
    """What a judge says of a score: "Q1" to "Q4", and how sure it is of high arousal, 0 to 1."""

    quadrant: str
    arousal: float


class Judge(Protocol):
    """A judge of emotion, as psychoscore-judge has it; `accuracy` is its own on labelled music it has not seen."""

    accuracy: Any

    def judge(self, scores: Sequence[Any]) -> Sequence[Verdict]:
        """Return a verdict for each score; every score has a pitched note."""


def quadrant_takes(pipeline: Pipeline, count: int, seed: int) -> dict[int, list[Take]]:
    """Return so many takes of each quadrant (at most 50), each of a profile of its own, drawn from the quadrant."""
    profiles = {(number, i): _drawn(number, i, seed) for number in QUADRANTS for i in range(min(count, MOST_TAKES))}
    named = {f"q{number}-{i + 1:02d}": profile for (number, i), profile in profiles.items()}
    takes = pipeline.takes(named, 1, label="quadrants")
    found: dict[int, list[Take]] = {number: [] for number in QUADRANTS}
    for (number, _), take in zip(profiles, takes, strict=True):
        found[number].append(take)
    return found


def _drawn(number: int, index: int, seed: int) -> Profile:
    from psychoscore_emopia.quadrants import ASKED, drawn_profile, quadrant_profile

    middle, drawn = quadrant_profile(number), drawn_profile(number, f"evaluation-{index}", seed)
    return evolve(middle, trauma=drawn.trauma, entropy=drawn.entropy, given=ASKED)


def recognised(judge: Judge, takes: Mapping[int, Sequence[Take]]) -> dict[str, Any]:
    """Return the recognised shares with Wilson's intervals, and the table of asked (rows) and heard quadrants.

    A take without a pitched note is in no column of the table, and not recognised.
    """
    table = np.zeros((4, 4), int)
    for number, several in takes.items():
        for verdict in judge.judge([take.score for take in several if _pitched(take)]):
            table[number - 1, int(verdict.quadrant[1]) - 1] += 1
    sizes = [len(takes[number]) for number in QUADRANTS]
    right, total = np.diag(table), sum(sizes)
    return {
        "recognised": wilson(int(right.sum()), total).json(),
        "quadrants": {f"Q{n}": wilson(int(right[n - 1]), sizes[n - 1]).json() for n in QUADRANTS},
        "arousal_right": wilson(int(table[SAME_AROUSAL].sum()), total).json(),
        "valence_right": wilson(int(table[SAME_VALENCE].sum()), total).json(),
        "table": table.tolist(),
        "judge_accuracy": asdict(judge.accuracy),
    }


def at_tensions(calm: Pipeline, tense: Pipeline, seed: int, judge: Judge | None = None) -> dict[str, Any]:
    """Return what the same profiles and seeds sound like by two pipelines: all tension at 0.2, and at 0.9.

    By name in AT_TENSIONS: the means at both with Student's intervals, and of the differences profile by profile.
    Arousal needs a judge and is left out without one. Pairs of which one has no pitched note do not count.
    """
    profiles = random_profiles(PAIRS, seed)
    both = ((calm, CALM), (tense, TENSE))
    pairs = zip(*(of.takes(profiles, 1, label=f"tension {tension}") for of, tension in both), strict=True)
    kept = [pair for pair in pairs if all(_pitched(take) for take in pair)]
    low, high = (_sounds([pair[place] for pair in kept], judge) for place in (0, 1))
    return {name: _compared(low[name], high[name]) for name in low}


def _sounds(takes: Sequence[Take], judge: Judge | None) -> dict[str, np.ndarray]:
    rows = [measured(take) for take in takes]
    found = {name: np.array([row[name] for row in rows]) for name in ("dissonance", "density", "dynamics")}
    curves = [tension_curves(take.score, take.plan)["harmonic"] for take in takes]
    found["tension"] = np.array([float(curve.mean()) for curve in curves])
    if judge is not None:
        found["arousal"] = np.array([verdict.arousal for verdict in judge.judge([take.score for take in takes])])
    return {name: found[name] for name in AT_TENSIONS if name in found}


def _compared(low: np.ndarray, high: np.ndarray) -> dict[str, Any]:
    found = {str(CALM): mean_by_t(low), str(TENSE): mean_by_t(high), "difference": mean_by_t(high - low)}
    return {name: estimate.json() for name, estimate in found.items()}


def _pitched(take: Take) -> bool:
    return any(len(track.notes) for track in take.score.tracks if not track.is_drum)
