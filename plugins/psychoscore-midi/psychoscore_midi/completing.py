"""What a take's score lacks of a whole MIDI file: tempo, time signature, key signature, track names, durations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from psychoscore_core.key_signatures import key_signature
from psychoscore_core.records import Take

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

# General MIDI Level 1: eight programs each.
_FAMILIES = """Piano, Chromatic percussion, Organ, Guitar, Bass, Strings, Ensemble, Brass,
Reed, Pipe, Synth lead, Synth pad, Synth effects, Ethnic, Percussive, Sound effects"""
FAMILIES = tuple(name.strip() for name in _FAMILIES.split(","))


def complete(take: Take) -> Score:
    """Return a copy of the take's score, in ticks, with what it lacks filled in from the plan; its notes stay.

    A note without duration gets one tick, a track without a name that of its instrument's family.
    """
    from symusic import KeySignature, Tempo, TimeSignature

    score, plan = take.score.to("tick").copy(), take.plan
    if not any(event.time == 0 for event in score.tempos):
        score.tempos.insert(0, Tempo(0, plan.tempo))
    if not any(event.time == 0 for event in score.time_signatures):
        score.time_signatures.insert(0, TimeSignature(0, *plan.time_signature))
    if not len(score.key_signatures):
        score.key_signatures.append(KeySignature(0, *key_signature(plan.key, plan.mode)))
    for track in score.tracks:
        _mend(track)
    return score


def _mend(track: Any) -> None:
    from symusic import Note

    if not track.name.strip():
        track.name = "Drums" if track.is_drum else FAMILIES[track.program // 8]
    if not len(track.notes):
        return
    notes = track.notes.numpy()
    if notes["duration"].min() < 1:
        duration = np.maximum(notes["duration"], 1)
        track.notes = Note.from_numpy(notes["time"], duration, notes["pitch"], notes["velocity"])
