"""The dataset `groove`: performances become pieces of one drum track."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from psychoscore_core.errors import DataError
from psychoscore_core.profile import Profile
from psychoscore_core.records import Attributes, Piece
from psychoscore_groove.catalogue import Performance, catalogue
from psychoscore_groove.plugin import GrooveConfig
from psychoscore_midi.reading import read_midi

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

NAME = "DRUMS"
# Pads of the kit (Roland TD-11): edges of the closed and the open hi-hat, and the third tom's rim, which General MIDI
# has no sound for or plays as a vibraslap. All others mean the same in both.
LIKE = MappingProxyType({22: 42, 26: 46, 58: 43})


class Groove:
    """The Groove MIDI dataset; building it reads nothing, the first question reads info.csv."""

    def __init__(self, config: GrooveConfig) -> None:
        self.config = config
        self.remarks: list[str] = []  # what is left out, one line each

    @cached_property
    def _performances(self) -> Mapping[str, Performance]:
        return catalogue(self.config, self.remarks)

    def check(self) -> None:
        """Raise DataError where info.csv or all of its files are missing, or a row makes no sense."""
        _ = self._performances

    def keys(self) -> Sequence[str]:
        """Return the ids of the performances, in the table's order."""
        return tuple(self._performances)

    def load(self, key: str) -> Sequence[Piece]:
        """Return a performance; raises DataError on a damaged file."""
        one = self._performances.get(key)
        if one is None:
            raise DataError(f"groove: there is no performance {key!r}")
        piece = Piece(
            id=key,
            score=self._score(one),
            profile=Profile(),
            group=one.key if self.config.split == "official" else one.session,
            split=one.split,
            attributes=Attributes(tempo=one.tempo),
            labels={"style": one.style, "kind": one.kind},
        )
        return [piece]

    def digest(self) -> str:
        """Return a digest of the names, sizes and contents of info.csv and of every file that load() reads."""
        total = hashlib.sha256()
        for path in [self.config.path / "info.csv", *(one.path for one in self._performances.values())]:
            data = path.read_bytes()
            total.update(f"{path.name} {len(data)} {hashlib.sha256(data).hexdigest()}\n".encode())
        return total.hexdigest()[:16]

    def _score(self, one: Performance) -> Score:
        """Return the performance with the table's tempo and signature: one each, which the drummer played to."""
        from symusic import Note, Score, Tempo, TimeSignature, Track

        read = read_midi(one.path, isolate=False)
        tables = [track.notes.numpy() for track in read.tracks if len(track.notes)]
        if not tables:
            raise DataError(f"{one.path}: no notes in it")
        columns = [
            np.concatenate([table[name] for table in tables]) for name in ("time", "duration", "pitch", "velocity")
        ]
        if self.config.general_midi:
            for pad, like in LIKE.items():
                columns[2][columns[2] == pad] = like
        order = np.lexsort((columns[2], columns[0]))
        score, track = Score(read.tpq), Track(NAME, 0, True)
        track.notes = Note.from_numpy(*(np.ascontiguousarray(column[order]) for column in columns))
        score.tracks.append(track)
        score.tempos.append(Tempo(0, one.tempo))
        score.time_signatures.append(TimeSignature(0, *one.signature))
        return score
