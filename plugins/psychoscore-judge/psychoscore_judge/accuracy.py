"""How often the judge is right: measured on songs it has not seen, with an interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from attrs import asdict, frozen

from psychoscore_core.whole_files import read_json, write_json

DRAWS = 2000  # of songs, with replacement, for an interval
POWERS = np.geomspace(0.5, 4, 43)  # tried for making shares as sure as they are right


@frozen
class Rate:
    """A share of correct verdicts and its 95% interval, by bootstrap over songs."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@frozen(kw_only=True)
class Accuracy:
    """The judge's own accuracy. clips, songs: measured on. how: in words."""

    quadrant: Rate
    valence: Rate
    arousal: Rate
    clips: int
    songs: int
    how: str


@frozen(kw_only=True)
class Measured:
    """What a cross-validation leaves: the accuracy, and the power that makes the shares honest."""

    accuracy: Accuracy
    power: float


def measured_on(found: np.ndarray, quadrants: np.ndarray, songs: np.ndarray, how: str) -> Measured:
    """Return the accuracy of out-of-fold shares (repeats, clips, 4) against quadrants 1 to 4 (clips,)."""
    right = correct(found, quadrants).mean(axis=1)
    rates = [_rate(row, songs) for row in right]
    accuracy = Accuracy(
        quadrant=rates[0],
        valence=rates[1],
        arousal=rates[2],
        clips=len(quadrants),
        songs=len(set(songs.tolist())),
        how=how,
    )
    return Measured(accuracy=accuracy, power=honest_power(found, quadrants))


def correct(found: np.ndarray, quadrants: np.ndarray) -> np.ndarray:
    """Return where quadrant, valence and arousal are right, bool (3, repeats, clips)."""
    quadrant, valence, arousal = verdicts(found)
    return np.stack(
        [
            quadrant == quadrants,
            (valence > 0.5) == np.isin(quadrants, (1, 4)),
            (arousal > 0.5) == np.isin(quadrants, (1, 2)),
        ]
    )


def verdicts(shares: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the likeliest quadrant (1 to 4), valence and arousal (0 to 1) of shares (..., 4)."""
    return shares.argmax(axis=-1) + 1, shares[..., [0, 3]].sum(axis=-1), shares[..., [0, 1]].sum(axis=-1)


def honest_power(found: np.ndarray, quadrants: np.ndarray) -> float:
    """Return the power of the shares under which the true quadrants are likeliest."""
    logs = np.log(found)
    truth = np.broadcast_to(quadrants - 1, found.shape[:2])[..., None]

    def loss(power: float) -> float:
        scaled = logs * power
        return float(
            (np.log(np.exp(scaled).sum(axis=-1, keepdims=True)) - np.take_along_axis(scaled, truth, -1)).mean()
        )

    return float(min(POWERS, key=loss))


def _rate(right: np.ndarray, songs: np.ndarray) -> Rate:
    _, song = np.unique(songs, return_inverse=True)
    hits, clips = np.bincount(song, weights=right), np.bincount(song)
    drawn = np.random.default_rng(0).integers(len(hits), size=(DRAWS, len(hits)))
    low, high = np.percentile(hits[drawn].sum(axis=1) / clips[drawn].sum(axis=1), (2.5, 97.5))
    return Rate(round(float(right.mean()), 4), round(float(low), 4), round(float(high), 4))


def keep(file: Path, found: Mapping[str, Measured]) -> None:
    """Write accuracies as JSON; raises OSError."""
    write_json(file, {name: asdict(measured) for name, measured in found.items()})


def kept(file: Path) -> dict[str, Measured] | None:
    """Read accuracies back, or None where the file is missing or damaged."""
    try:
        return {name: _measured(value) for name, value in read_json(file).items()}
    except (AttributeError, TypeError, KeyError, ValueError):
        return None


def _measured(value: Any) -> Measured:
    power, facts = float(value["power"]), dict(value["accuracy"])
    if not math.isfinite(power) or power <= 0:
        raise ValueError(power)
    rates = {
        name: Rate(**{k: float(v) for k, v in facts.pop(name).items()}) for name in ("quadrant", "valence", "arousal")
    }
    facts = {"clips": int(facts["clips"]), "songs": int(facts["songs"]), "how": str(facts["how"])}
    return Measured(accuracy=Accuracy(**rates, **facts), power=power)
