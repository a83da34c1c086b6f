"""The dataset `vgmidi`: arrangements become pieces, with a profile where listeners rated them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from psychoscore_core.errors import DataError
from psychoscore_core.profile import Profile
from psychoscore_core.records import Attributes, Piece
from psychoscore_emopia.evidence import with_evidence
from psychoscore_midi.reading import read_midi
from psychoscore_vgmidi.catalogue import LABELS, MANIFEST, RATINGS, Source, catalogue
from psychoscore_vgmidi.moods import Mood, mood_profile
from psychoscore_vgmidi.plugin import VgmidiConfig

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

LOWEST, HIGHEST = 21, 108  # a piano's keys: no transposition leaves them
SLOWEST, FASTEST = 10.0, 400.0  # quarter notes a minute that attributes may have


class Vgmidi:
    """VGMIDI as a dataset; building it reads nothing, the first question reads the tables."""

    def __init__(self, config: VgmidiConfig) -> None:
        self.config = config
        self.remarks: list[str] = []  # what is not there, one line each

    @cached_property
    def _sources(self) -> Mapping[str, Source]:
        return catalogue(self.config, self.remarks)

    def check(self) -> None:
        """Raise DataError where the folder or its tables are not what they must be."""
        _ = self._sources

    def keys(self) -> Sequence[str]:
        """Return the ids of all pieces that are there, in a fixed order."""
        return tuple(self._sources)

    def load(self, key: str) -> Sequence[Piece]:
        """Return a piece, for training with its transpositions; raises DataError on a bad file or broken bars."""
        source = self._sources.get(key)
        if source is None:
            raise DataError(f"vgmidi: there is no piece {key!r}")
        score = self._score(source)
        shifts = self._shifts(score) if source.split == "train" else (0,)
        return [self._piece(source, score, shift) for shift in shifts]

    def digest(self) -> str:
        """Return a digest of the names, sizes and contents of every file that load() and the splits depend on."""
        total = hashlib.sha256()
        tables = [self.config.path / name for name in (MANIFEST, LABELS, RATINGS)]
        files = [*(path for path in tables if path.is_file()), *(source.path for source in self._sources.values())]
        for path in files:
            data = path.read_bytes()
            total.update(f"{path.parent.name}/{path.name} {len(data)} {hashlib.sha256(data).hexdigest()}\n".encode())
        return total.hexdigest()[:16]

    def _score(self, source: Source) -> Score:
        score = read_midi(source.path, isolate=False)
        onsets = [track.notes.numpy()["time"].astype(np.int64) for track in score.tracks if len(track.notes)]
        if not onsets:
            raise DataError(f"{source.path}: no notes in it")
        share = on_grid(np.concatenate(onsets) / score.tpq)
        if share < self.config.grid:
            least = f"under {self.config.grid:.0%}"
            raise DataError(f"{source.path}: broken bars: {share:.0%} of the onsets lie on them, {least}")
        return score

    def _shifts(self, score: Score) -> Iterator[int]:
        pitches = [track.notes.numpy()["pitch"] for track in score.tracks if len(track.notes)]
        low, high = int(min(p.min() for p in pitches)), int(max(p.max() for p in pitches))
        for shift in range(-self.config.transpose, self.config.transpose + 1):
            if shift == 0 or (low + shift >= LOWEST and high + shift <= HIGHEST):
                yield shift

    def _piece(self, source: Source, score: Score, shift: int) -> Piece:
        moved = score.shift_pitch(shift) if shift else score
        for event in moved.key_signatures if shift else ():
            event.key = (event.key + 7 * shift + 6) % 12 - 6
        attributes = Attributes(tempo=float(np.clip(median_tempo(score), SLOWEST, FASTEST)))
        mood = source.mood
        return Piece(
            id=source.key + (f"{shift:+d}" if shift else ""),
            score=moved,
            profile=with_evidence(mood_profile(mood), moved, attributes) if mood else Profile(),
            group=source.game,
            split=source.split,
            attributes=attributes,
            labels=_labels(mood) if mood else {},
        )


def on_grid(onsets: np.ndarray) -> float:
    """Return the share of onsets, in quarter notes, within a 24th of one of the sixteenths or the eighth triplets."""
    away = [np.abs(onsets * steps - np.rint(onsets * steps)) / steps for steps in (4, 3)]
    return float((np.minimum(*away) <= 1 / 24 + 1e-9).mean())


def median_tempo(score: Score) -> float:
    """Return the tempo that half of the piece's beats lie above, each tempo weighing as long as it holds."""
    tempos = sorted((event.time, event.qpm) for event in score.tempos)
    times = np.array([*(time for time, _ in tempos), max(score.end(), tempos[-1][0] + 1)])
    values = np.array([qpm for _, qpm in tempos])
    order = np.argsort(values, kind="stable")
    share = np.cumsum(np.diff(times)[order])
    return round(float(values[order][np.searchsorted(share, share[-1] / 2)]), 2)


def _labels(mood: Mood) -> dict[str, float | int | str]:
    return {"quadrant": mood.quadrant, "valence": mood.valence, "arousal": mood.arousal}
