"""What a listener taps to: the onsets of a performance, and how much each of them stands out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

if TYPE_CHECKING:
    from symusic.core import ScoreSecond
else:
    ScoreSecond = Any

TOGETHER = 0.035  # seconds within which notes are one onset, as fingers play a chord
NEARBY = 4.0  # seconds around an onset that its weight is compared with


@frozen(kw_only=True, eq=False)
class Onsets:
    """The onsets of a performance in order.

    time: seconds (onsets,). weight: how much an onset stands out from those near it, about 1 on the average
    (onsets,). bass: the same for its low notes alone (onsets,). chroma: sounding weight of each pitch class that
    begins here (onsets, 12).
    """

    time: np.ndarray
    weight: np.ndarray
    bass: np.ndarray
    chroma: np.ndarray


def onsets_of(score: ScoreSecond) -> Onsets:
    """Return the onsets of a score in seconds; drums count for the weight, not for bass and chroma."""
    time, duration, pitch, velocity, drum = _notes(score)
    group = _groups(time)
    count = int(group[-1]) + 1 if len(group) else 0
    length = np.minimum(duration, 2.0) ** 0.5
    loud = velocity / 64
    weight = np.sqrt(np.bincount(group, loud * (0.4 + length), count))
    low = np.where(drum, 0.0, np.clip((60 - pitch) / 24, 0, 1)) * loud * (0.4 + length)
    bass = np.sqrt(np.bincount(group, low, count))
    chroma = np.zeros((count, 12))
    np.add.at(chroma, (group[~drum], pitch[~drum] % 12), (loud * length)[~drum])
    mean_time = np.bincount(group, time * velocity, count) / np.maximum(np.bincount(group, velocity, count), 1e-9)
    return Onsets(
        time=mean_time, weight=_standing_out(mean_time, weight), bass=_standing_out(mean_time, bass), chroma=chroma
    )


def _notes(score: ScoreSecond) -> tuple[np.ndarray, ...]:
    tracks = [track for track in score.tracks if len(track.notes)]
    tables = [track.notes.numpy() for track in tracks]
    names = ("time", "duration", "pitch", "velocity")
    columns = [np.concatenate([np.zeros(0), *(table[name] for table in tables)]) for name in names]
    drum = np.repeat(np.array([track.is_drum for track in tracks], bool), [len(table["time"]) for table in tables])
    order = np.argsort(columns[0], kind="stable")
    time, duration, pitch, velocity = (column[order] for column in columns)
    return time, duration, pitch.astype(np.int64), np.maximum(velocity, 1), drum[order]


def _groups(time: np.ndarray) -> np.ndarray:
    """Return the onset that each note belongs to; a group never spans more than TOGETHER."""
    group, begin, number = np.zeros(len(time), np.int64), -np.inf, -1
    for index, at in enumerate(time.tolist()):
        if at - begin > TOGETHER:
            begin, number = at, number + 1
        group[index] = number
    return group


def _standing_out(time: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return weights divided by the mean of those within NEARBY."""
    total = np.concatenate([[0.0], np.cumsum(weight)])
    begin, end = np.searchsorted(time, time - NEARBY), np.searchsorted(time, time + NEARBY, side="right")
    return weight / np.maximum((total[end] - total[begin]) / (end - begin), 1e-9)
