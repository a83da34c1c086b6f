"""Ornaments: narcissism decorates the melody with graces, turns and trills."""

from __future__ import annotations

from collections.abc import Callable

from psychoscore_rules.dice import draw
from psychoscore_rules.harmony import Harmony
from psychoscore_rules.meter import STEP
from psychoscore_rules.notes import Note
from psychoscore_rules.setting import Setting

SHORT = STEP // 2


def ornament(setting: Setting, harmony: Harmony, melody: list[Note]) -> list[Note]:
    """Return the melody with ornaments on its longer notes; the last note of the piece stays plain."""
    wish = setting.character.ornaments
    if wish <= 0:
        return melody
    notes: list[Note] = []
    for note in melody[:-1]:
        rng = setting.dice("ornament", note.onset)
        if note.duration < 2 * STEP or rng.random() >= min(0.9, 1.1 * wish):
            notes.append(note)
            continue
        bar, rest = divmod(note.onset, setting.meter.ticks)
        scale = harmony.at(bar, rest // STEP).scale
        step = scale.step(note.pitch)
        weights = {
            "grace": 3.0,
            "mordent": 2.0,
            "turn": 2.0 * (note.duration >= 4 * STEP),
            "trill": 1.5 * (note.duration >= 4 * STEP),
        }
        notes += ORNAMENTS[draw(rng, weights)](note, scale.pitch(step + 1))
    return [*notes, *melody[-1:]]


def _run(note: Note, pitches: tuple[int, ...]) -> list[Note]:
    """Return short notes followed by the rest of the main note."""
    quick = [Note(note.onset + i * SHORT, SHORT, pitch) for i, pitch in enumerate(pitches)]
    spent = SHORT * len(pitches)
    return [*quick, note._replace(onset=note.onset + spent, duration=note.duration - spent)]


def _grace(note: Note, upper: int) -> list[Note]:
    return _run(note, (note.pitch - 1,))  # from a semitone below


def _mordent(note: Note, upper: int) -> list[Note]:
    return _run(note, (note.pitch, upper))


def _turn(note: Note, upper: int) -> list[Note]:
    return _run(note, (upper, note.pitch, note.pitch - 1))


def _trill(note: Note, upper: int) -> list[Note]:
    return _run(note, (note.pitch, upper) * min(4, note.duration // (4 * SHORT)))


ORNAMENTS: dict[str, Callable[[Note, int], list[Note]]] = {
    "grace": _grace,
    "mordent": _mordent,
    "turn": _turn,
    "trill": _trill,
}
