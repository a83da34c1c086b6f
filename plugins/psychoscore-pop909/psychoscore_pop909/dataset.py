"""The dataset `pop909`: songs become pieces with voices, bars, tempos, keys and chords."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from attrs import evolve

from psychoscore_core.errors import DataError
from psychoscore_core.profile import Profile
from psychoscore_core.records import Attributes, Piece
from psychoscore_pop909.catalogue import Song, catalogue, split_table
from psychoscore_pop909.chords import transposed
from psychoscore_pop909.corrected import read_corrected
from psychoscore_pop909.original import read_original
from psychoscore_pop909.parts import Parts, assemble, median_tempo, on_grid, sharps_of, tonic
from psychoscore_pop909.plugin import Pop909Config

LOWEST, HIGHEST = 21, 108  # a piano's keys: no transposition leaves them


class Pop909:
    """POP909 as a dataset; building it reads nothing, the first question lists the folder."""

    def __init__(self, config: Pop909Config) -> None:
        self.config = config
        self.remarks: list[str] = []  # what is not as it could be, one line each

    @cached_property
    def _songs(self) -> Mapping[str, Song]:
        return catalogue(self.config, self.remarks)

    def check(self) -> None:
        """Raise DataError where the folder or its table of splits is not what it must be."""
        _ = self._songs

    def keys(self) -> Sequence[str]:
        """Return the numbers of all songs that are there, in order."""
        return tuple(self._songs)

    def load(self, key: str) -> Sequence[Piece]:
        """Return a song, for training with its transpositions; raises DataError on a bad file or broken bars."""
        song = self._songs.get(key)
        if song is None:
            raise DataError(f"pop909: there is no song {key!r}")
        parts = self._parts(song)
        shifts = self._shifts(parts) if song.split == "train" else (0,)
        return [self._piece(song, moved(parts, shift), shift) for shift in shifts]

    def digest(self) -> str:
        """Return a digest of the names, sizes and contents of every file that load() and the splits depend on."""
        table, total = split_table(self.config.path), hashlib.sha256()
        for path in [*([table] if table else []), *(path for song in self._songs.values() for path in song.files())]:
            data = path.read_bytes()
            total.update(f"{path.parent.name}/{path.name} {len(data)} {hashlib.sha256(data).hexdigest()}\n".encode())
        return total.hexdigest()[:16]

    def _parts(self, song: Song) -> Parts:
        if song.corrected is None:
            return self._checked(song.original)
        try:
            return self._checked(song.corrected, song.original)
        except DataError:
            if self.config.version != "auto" or song.original is None:
                raise
            return self._checked(song.original)  # raises its own reason where that is no better

    def _checked(self, path: Path | None, original: Path | None = None) -> Parts:
        """Return a version's parts with the tempo that the config wants; raises DataError on broken bars."""
        assert path
        parts = read_original(path) if path.parent.name == path.stem else read_corrected(path, original)
        if not len(parts.notes):
            raise DataError(f"{path}: no notes in it")
        share = on_grid(parts.notes[:, 0])
        if share < self.config.grid:
            raise DataError(f"{path}: broken bars: {share:.0%} of the onsets lie on them, under {self.config.grid:.0%}")
        if self.config.tempo == "beats":
            return parts
        return evolve(parts, tempos=[(0, round(median_tempo(parts.tempos, int(parts.notes[:, 0].max())), 2))])

    def _shifts(self, parts: Parts) -> Iterator[int]:
        low, high = int(parts.notes[:, 2].min()), int(parts.notes[:, 2].max())
        for shift in range(-self.config.transpose, self.config.transpose + 1):
            if shift == 0 or (low + shift >= LOWEST and high + shift <= HIGHEST):
                yield shift

    def _piece(self, song: Song, parts: Parts, shift: int) -> Piece:
        key, mode = tonic(*parts.keys[0][1:]) if parts.keys else (None, None)
        tempo = round(median_tempo(parts.tempos, int(parts.notes[:, 0].max())), 2) if parts.known else None
        return Piece(
            id=song.key + (f"{shift:+d}" if shift else ""),
            score=assemble(parts),
            profile=Profile(),
            group=song.key,
            split=song.split,
            attributes=Attributes(key=key, mode=mode, tempo=tempo),
        )


def moved(parts: Parts, shift: int) -> Parts:
    """Return the parts `shift` semitones higher: notes, keys and chords."""
    if not shift:
        return parts
    notes = parts.notes.copy()
    notes[:, 2] += shift
    return evolve(
        parts,
        notes=notes,
        keys=[(t, sharps_of((7 * sharps + 9 * minor + shift) % 12, minor), minor) for t, sharps, minor in parts.keys],
        chords=[(time, transposed(symbol, shift)) for time, symbol in parts.chords],
    )
