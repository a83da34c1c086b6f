"""The arranger `instruments`: parts played by what suits the profile's trauma."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from attrs import evolve
from symusic import Note, Track

from psychoscore_arranging.parts import BASS, INNER, MELODY, PARTS, part_of_notes
from psychoscore_arranging.plugin import InstrumentsConfig
from psychoscore_core.records import Take

Ensemble = Mapping[str, tuple[int, str]]  # part: General MIDI program (0 to 127) and its name

CALM: Ensemble = {MELODY: (8, "celesta"), INNER: (0, "piano"), BASS: (46, "harp")}
STRINGS: Ensemble = {MELODY: (68, "oboe"), INNER: (48, "strings"), BASS: (70, "bassoon")}
BRASS: Ensemble = {MELODY: (61, "brass"), INNER: (44, "tremolo strings"), BASS: (47, "timpani")}


class Instruments:
    """Gives every track but drums an instrument, and divides a take of one track into parts."""

    def __init__(self, config: InstrumentsConfig) -> None:
        self.config = config

    def ensemble(self, trauma: float) -> Ensemble:
        """Return the instruments for a trauma in [0, 1]."""
        if trauma > self.config.brass_above:
            return BRASS
        return STRINGS if trauma > self.config.strings_above else CALM

    def arrange(self, take: Take) -> Take:
        """Return a take with the same notes on other instruments; drums and empty tracks stay as they are."""
        score = take.score.copy()
        ensemble = self.ensemble(take.condition.profile.trauma)
        tracks = list(score.tracks)
        pitched = [index for index, track in enumerate(tracks) if len(track.notes) and not track.is_drum]
        score.tracks.clear()
        parts = self._parts([tracks[index] for index in pitched])
        for index, track in enumerate(tracks):
            for part, played in parts[pitched.index(index)] if index in pitched else [("", track)]:
                score.tracks.append(_played(played, ensemble[part]) if part else played)
        return evolve(take, score=score)

    def _parts(self, tracks: list[Any]) -> list[list[tuple[str, Any]]]:
        """Return for each track the (part, track) pairs that it becomes."""
        if len(tracks) == 1:
            return [list(_divided(tracks[0])) if self.config.split else [(MELODY, tracks[0])]]
        heights = [float(track.notes.numpy()["pitch"].mean()) for track in tracks]
        order = np.argsort(heights, kind="stable").tolist()
        names = {order[0]: BASS, order[-1]: MELODY} if tracks else {}
        return [[(names.get(index, INNER), track)] for index, track in enumerate(tracks)]


def _divided(track: Any) -> Iterator[tuple[str, Any]]:
    """Yield each part of a track that has notes; pedals and other controls go to every part."""
    notes = track.notes.numpy()
    parts = part_of_notes(notes)
    for part in PARTS:
        chosen = parts == part
        if chosen.any():
            copy = track.copy()
            copy.notes = Note.from_numpy(*(notes[name][chosen] for name in ("time", "duration", "pitch", "velocity")))
            yield part, copy


def _played(track: Any, instrument: tuple[int, str]) -> Any:
    copy: Track = track.copy()
    copy.program, copy.name = instrument
    return copy
