"""Quality filters for files of unknown origin: the first fault found is one line, no fault is None.

Any dataset can use them: `fault_of(notes_of(score), limits)` and, once the bars are right, `bar_fault(score, limits)`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from psychoscore_midi_folder.notes import Notes

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

STUCK = 0.9  # share of the notes that one pitch may have
LONGEST = 64  # quarters that a note may last
OVERLONG = 0.02  # share of the notes that may last longer: a pedal point is music, lost note-offs are not
MAX_BARS = 100_000
SLOWEST, FASTEST = 10.0, 400.0  # quarter notes a minute, the range of a profile's tempo


@frozen(kw_only=True)
class Limits:
    """What a piece must be: notes, bars, and the pitches of the notes that are no drums, all inclusive."""

    min_notes: int = 16
    max_notes: int = 50_000
    min_bars: int = 2
    max_bars: int = 2000
    pitch_range: tuple[int, int] = (0, 127)


def fault_of(notes: Notes, limits: Limits) -> str | None:
    """Return what is wrong with the notes: too few or many, out of range, held without end, one note over and over."""
    count = len(notes.onset)
    if count == 0:
        return "no notes"
    if count < limits.min_notes:
        return f"too few notes ({count} of {limits.min_notes})"
    if count > limits.max_notes:
        return f"too many notes ({count:,}, at most {limits.max_notes:,})"
    pitch = notes.pitch[~notes.drum]
    low, high = limits.pitch_range
    if len(pitch) and (pitch.min() < low or pitch.max() > high):
        return f"pitches {pitch.min()} to {pitch.max()} (allowed are {low} to {high})"
    overlong = int((notes.duration > LONGEST * notes.tpq).sum())
    if overlong > OVERLONG * count:
        return f"{overlong} of {count} notes last over {LONGEST} quarters"
    return _stuck(notes)


def _stuck(notes: Notes) -> str | None:
    chosen = notes.pitch[~notes.drum] if not notes.drum.all() else notes.pitch
    counts = np.bincount(chosen, minlength=128)
    most = int(counts.argmax())
    if counts[most] <= STUCK * len(chosen):
        return None
    return f"stuck: {counts[most]} of {len(chosen)} notes have the pitch {most}"


def bar_fault(score: Score, limits: Limits) -> str | None:
    """Return what is wrong with the bars and tempos of a score with at least one note."""
    count = bars_in(score)
    if count < limits.min_bars:
        return f"too few bars ({count} of {limits.min_bars})"
    if count > limits.max_bars:
        return f"too many bars ({count:,}, at most {limits.max_bars:,})"
    tempo = mean_tempo(score)
    return None if SLOWEST <= tempo <= FASTEST else f"a mean tempo of {tempo:.0f} quarter notes a minute"


def bars_in(score: Score) -> int:
    """Return the number of the bar that the last note begins in, counted from the beginning."""
    last = max(int(track.notes.numpy()["time"].max()) for track in score.tracks if len(track.notes))
    signs = sorted((s.time, 4 * score.tpq * s.numerator / s.denominator) for s in score.time_signatures)
    if not signs or signs[0][0] > 0:
        signs.insert(0, (0, 4.0 * score.tpq))
    ends = [time for time, _ in signs[1:]] + [last + 1]
    spans = [(min(end, last + 1) - begin, bar) for (begin, bar), end in zip(signs, ends, strict=True) if begin <= last]
    return min(MAX_BARS, int(sum(-(-span // bar) for span, bar in spans if span > 0)))


def mean_tempo(score: Score) -> float:
    """Return the mean tempo up to the last event, each weighted by the quarters that it holds for."""
    tempos = sorted((tempo.time, tempo.qpm) for tempo in score.tempos)
    if not tempos:
        return 120.0
    times = np.array([time for time, _ in tempos] + [max(score.end(), tempos[-1][0] + 1)], float)
    quarters = np.diff(times)
    return float(quarters.sum() / (quarters / np.array([qpm for _, qpm in tempos])).sum())


# What the reader says when it has mended what nobody can know: where the bars or the beats are.
_MENDED = (
    ("impossible time signatures", "time signature", re.compile(rb"\xff\x58\x04(.)(.)", re.DOTALL)),
    ("tempos outside", "tempo", re.compile(rb"\xff\x51\x03(...)", re.DOTALL)),
)


def mended_fault(data: bytes, remarks: Sequence[str]) -> str | None:
    """Return which broken time signature or tempo the reader had to leave out; None where there was none.

    data: the file. remarks: what `read_midi_bytes` said of it.
    """
    for said, name, event in _MENDED:
        if any(said in remark for remark in remarks):
            values = (_value(name, match.groups()) for match in event.finditer(data))
            return f"{name} {next((value for value in values if value), 'that cannot be')}"
    return None


def _value(name: str, groups: tuple[bytes, ...]) -> str:
    """Return the text of a signature or tempo that the reader refuses, "" of one that it takes."""
    if name == "time signature":
        numerator, power = groups[0][0], groups[1][0]
        return "" if 1 <= numerator <= 64 and power <= 6 else f"{numerator}/{2**power if power < 16 else f'2^{power}'}"
    microseconds = int.from_bytes(groups[0])
    if microseconds == 0:
        return "of 0 microseconds a quarter note"
    return "" if 4 <= 6e7 / microseconds <= 1000 else f"of {6e7 / microseconds:.4g} quarter notes a minute"
