"""The arranger `instruments`: the same notes, played by whom the profile's trauma calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from psychoscore_arranging.general_midi import INSTRUMENTS
from psychoscore_arranging.plugin import InstrumentsConfig
from psychoscore_arranging.voices import part
from psychoscore_core.records import Plan, Take

if TYPE_CHECKING:
    from symusic import Score, Track
else:
    Score = Track = Any

MELODY, INNER, BASS, DOWNBEATS = range(4)


@frozen
class Instruments:
    """Gives every track an instrument; drums stay drums, and no note is added, lost or moved."""

    config: InstrumentsConfig

    def arrange(self, take: Take) -> Take:
        """Return a take with the same notes in tracks named after their instruments; the one given stays as it is."""
        score = take.score.copy()
        names = self._ensemble(take.condition.profile.trauma)
        drums = [track for track in score.tracks if track.is_drum]
        parts = [(role, track) for role, track in self._parts(score, take.plan, len(names) == 4) if len(track.notes)]
        for role, track in parts:
            track.program, track.name = INSTRUMENTS[names[role]], names[role].capitalize()
        score.tracks.clear()
        score.tracks.extend([track for _, track in parts] + drums)
        return evolve(take, score=score)

    def _ensemble(self, trauma: float) -> tuple[str, ...]:
        config = self.config
        if trauma > config.shattered_above:
            return config.shattered
        return config.wounded if trauma > config.wounded_above else config.calm

    def _parts(self, score: Score, plan: Plan, downbeats: bool) -> list[tuple[int, Track]]:
        """Return every pitched track with its role; a take of one track is parted by register."""
        tracks = [track for track in score.tracks if not track.is_drum]
        if len(tracks) != 1 or not self.config.split:
            roles = list(_ranked(tracks))
        else:
            voices = part(list(tracks[0].notes), self.config.melody_floor, self.config.bass_ceiling)
            kinds = ((MELODY, voices.melody), (INNER, voices.inner), (BASS, voices.bass))
            roles = [(role, _with_notes(tracks[0], notes)) for role, notes in kinds]
        return list(_apart(roles, _bar_ticks(score.tpq, plan))) if downbeats else roles


def _ranked(tracks: Sequence[Track]) -> Iterable[tuple[int, Track]]:
    """Yield the tracks as they stand, with a role by mean pitch: the highest sings, the lowest is the bass."""
    order = sorted((t for t in tracks if len(t.notes)), key=lambda t: float(t.notes.numpy()["pitch"].mean()))
    for track in tracks:
        if not order or track is order[-1]:
            yield MELODY, track
        else:
            yield (BASS if track is order[0] else INNER), track


def _apart(roles: Iterable[tuple[int, Track]], bar_ticks: int) -> Iterable[tuple[int, Track]]:
    """Yield the parts, the bass notes on downbeats in a part of their own."""
    for role, track in roles:
        if role != BASS:
            yield role, track
            continue
        yield BASS, _with_notes(track, [note for note in track.notes if note.time % bar_ticks])
        yield DOWNBEATS, _with_notes(track, [note for note in track.notes if not note.time % bar_ticks])


def _with_notes(track: Track, notes: Sequence[Any]) -> Track:
    """Return a copy of the track, its controls included, with these notes instead of its own."""
    copy = track.copy()
    copy.notes.clear()
    copy.notes.extend(list(notes))
    return copy


def _bar_ticks(tpq: int, plan: Plan) -> int:
    beats, unit = plan.time_signature
    return max(1, tpq * 4 * beats // unit)
