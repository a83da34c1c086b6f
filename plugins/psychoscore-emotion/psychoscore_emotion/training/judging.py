"""How well the model hears what clips are labelled with, with intervals over songs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from psychoscore_emotion.listening import heard_of
from psychoscore_emotion.net import Net
from psychoscore_emotion.outputs import QUADRANTS, place
from psychoscore_emotion.training.fitting import SETTLING
from psychoscore_emotion.training.rendering import Clip

DRAWS = 2000
SPLITS = ("train", "validation", "test")


def heard(net: Net, clips: Sequence[Clip]) -> np.ndarray:
    """Return each clip's mean output (clips, 64) after the first second."""
    found = []
    for clip in clips:
        net.reset()
        found.append(net.push(clip.rows)[SETTLING:].mean(axis=0))
    return np.array(found)


def by_split(net: Net, clips: Sequence[Clip]) -> dict[str, Any]:
    """Return the figures of every corpus and split that there are clips of."""
    parts = [(corpus, split) for corpus in sorted({c.corpus for c in clips}) for split in SPLITS]
    of = {part: [clip for clip in clips if (clip.corpus, clip.split) == part] for part in parts}
    return {" ".join(part): figures(heard(net, chosen), chosen) for part, chosen in of.items() if chosen}


def figures(outputs: np.ndarray, clips: Sequence[Clip]) -> dict[str, Any]:
    """Return accuracies [mean, low, high] of quadrant, valence and arousal, and correlations of all numbers.

    "... sure" is the mean probability that the model itself gives to what it hears.

    outputs: what was heard of each clip (clips, 64).
    """
    chosen = outputs[:, [place(name) for name in QUADRANTS]].argmax(axis=1) + 1
    songs = [clip.group for clip in clips]
    labels = {name: np.array([getattr(clip, name) for clip in clips]) for name in FIELDS}
    right = {"quadrant": chosen == labels["quadrant"]}
    for name in ("valence", "arousal"):
        right[name] = (outputs[:, place(name)] >= 0) == (labels[name] >= 0)
    found: dict[str, Any] = {"clips": len(clips), "songs": len(set(songs))}
    found |= {f"{name} right": _interval(values, songs) for name, values in right.items()}
    found |= {f"{name} sure": round(float(np.mean(values)), 3) for name, values in _sure(outputs).items()}
    for name, output in FIELDS.items():
        if output:
            found[f"{name} correlation"] = _correlation(outputs[:, place(output)], labels[name])
    found["confusion"] = [[int(((labels["quadrant"] == a) & (chosen == b)).sum()) for b in Q] for a in Q]
    return found


Q = (1, 2, 3, 4)
FIELDS = {
    "quadrant": "",
    "valence": "valence",
    "arousal": "arousal",
    "dominance": "disc.dominance",
    "extraversion": "ocean.extraversion",
}


def _sure(outputs: np.ndarray) -> dict[str, list[float]]:
    clips = [heard_of(row, 0.0) for row in outputs]
    sides = {name: [clip.sure(name) for clip in clips] for name in ("valence", "arousal")}
    return {"quadrant": [max(clip.probabilities) for clip in clips]} | sides


def _correlation(found: np.ndarray, wanted: np.ndarray) -> float | None:
    """Return Pearson's correlation; None where there is no spread."""
    if not found.std() or not wanted.std():
        return None
    return round(float(np.corrcoef(found, wanted)[0, 1]), 3)


def _interval(right: np.ndarray, songs: Sequence[str]) -> list[float]:
    """Return the share that is right and its 95% interval when songs are drawn anew."""
    names = sorted(set(songs))
    of = [np.flatnonzero([song == name for song in songs]) for name in names]
    draw = np.random.default_rng(0)
    means = [right[np.concatenate([of[i] for i in draw.integers(0, len(of), len(of))])].mean() for _ in range(DRAWS)]
    return [round(float(value), 3) for value in (right.mean(), *np.quantile(means, (0.025, 0.975)))]
