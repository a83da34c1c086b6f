"""What a parsed score must be before anybody works with it; small faults are mended, the rest is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from symusic import Note, Score, Tempo, TimeSignature

from psychoscore_core.errors import MidiError

MAX_NOTES = 500_000
MAX_QUARTERS = 40_000  # 10,000 bars of 4/4
MAX_NOTE_QUARTERS = 256  # no held note of real music is longer; a lost note-off is
SLOWEST, FASTEST = 4.0, 1000.0  # quarter notes a minute
_DENOMINATORS = (1, 2, 4, 8, 16, 32, 64)


def validate(score: Score, remarks: list[str]) -> Score:
    """Mend a freshly parsed score in place and return it; every repair adds a remark.

    Afterwards there is a tempo and a time signature at time 0, every tempo lies in [4, 1000] quarter notes a minute,
    every time signature has 1 to 64 beats of 1/1 to 1/64, every note has a duration of at least one tick and ends
    within 40,000 quarter notes. Raises MidiError (the reason, no file name) on what cannot be music: over 500,000
    notes, negative or far too large times, pitches and velocities outside MIDI's range.
    """
    if score.note_num() > MAX_NOTES:
        raise MidiError(f"{score.note_num():,} notes; at most {MAX_NOTES:,} are read")
    for track in score.tracks:
        if len(track.notes):
            _notes(track, score.tpq, remarks)
    _timeline(score, remarks)
    _loose_events(score, remarks)
    return score


def _notes(track: Any, tpq: int, remarks: list[str]) -> None:
    notes = track.notes.numpy()
    time, duration = notes["time"].astype(np.int64), notes["duration"].astype(np.int64)
    if time.min() < 0 or duration.min() < 0:
        raise MidiError("a note has a negative time: the delta times do not add up")
    if time.max() > MAX_QUARTERS * tpq:
        raise MidiError(f"a note begins {time.max() / tpq:,.0f} quarter notes in; at most {MAX_QUARTERS:,} are read")
    if notes["pitch"].min() < 0 or notes["velocity"].min() < 0:  # int8: 128 and above show as negative
        raise MidiError("a note has a pitch or velocity over 127")
    fitted = np.clip(duration, 1, MAX_NOTE_QUARTERS * tpq)
    if not np.array_equal(fitted, duration):
        silent, endless = int((duration < 1).sum()), int((duration > MAX_NOTE_QUARTERS * tpq).sum())
        _say(remarks, silent, "notes without duration were given one tick")
        _say(remarks, endless, f"notes held longer than {MAX_NOTE_QUARTERS} quarter notes were cut")
        track.notes = Note.from_numpy(
            notes["time"], fitted.astype(notes["duration"].dtype), notes["pitch"], notes["velocity"]
        )


def _timeline(score: Score, remarks: list[str]) -> None:
    last = MAX_QUARTERS * score.tpq
    dropped = _keep(score.tempos, lambda e: 0 <= e.time <= last and e.mspq > 0 and SLOWEST <= e.qpm <= FASTEST)
    _say(remarks, dropped, f"tempos outside {SLOWEST:g} to {FASTEST:g} quarter notes a minute were dropped")
    dropped = _keep(score.time_signatures, lambda e: 0 <= e.time <= last and _sensible(e))
    _say(remarks, dropped, "impossible time signatures were dropped")
    dropped = _keep(score.key_signatures, lambda e: 0 <= e.time <= last and -7 <= e.key <= 7 and e.tonality in (0, 1))
    _say(remarks, dropped, "impossible key signatures were dropped")
    # The standard's defaults, spelt out, so that nobody after the reader needs to know them.
    if not any(event.time == 0 for event in score.tempos):
        score.tempos.insert(0, Tempo(0, 120.0))
    if not any(event.time == 0 for event in score.time_signatures):
        score.time_signatures.insert(0, TimeSignature(0, 4, 4))


def _sensible(event: Any) -> bool:
    return 1 <= event.numerator <= 64 and event.denominator in _DENOMINATORS


def _loose_events(score: Score, remarks: list[str]) -> None:
    """Drop controls, bends, pedals and texts whose time lies outside of the piece's limits."""
    last = MAX_QUARTERS * score.tpq
    texts = [score.markers, *(track.lyrics for track in score.tracks)]
    numeric = [getattr(track, name) for track in score.tracks for name in ("controls", "pitch_bends", "pedals")]
    strays = texts + [events for events in numeric if len(events) and _strays(events.numpy()["time"], last)]
    dropped = sum(_keep(events, lambda e: 0 <= e.time <= last) for events in strays)
    _say(remarks, dropped, "controls or texts outside of the piece were dropped")


def _strays(times: np.ndarray, last: int) -> bool:
    return bool(times.min() < 0 or times.max() > last)


def _keep(events: Any, good: Callable[[Any], bool]) -> int:
    """Filter a symusic list in place and return how many events went."""
    before = len(events)
    events.filter(good, inplace=True)
    return before - len(events)


def _say(remarks: list[str], count: int, what: str) -> None:
    if count:
        remarks.append(f"{count:,} {what}")
