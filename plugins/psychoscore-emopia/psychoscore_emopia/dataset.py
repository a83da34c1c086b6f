"""The dataset `emopia`: clips become pieces with a profile, a group and a split."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING, Any

from psychoscore_core.errors import DataError
from psychoscore_core.records import KEYS, Attributes, Piece
from psychoscore_core.report import Report
from psychoscore_emopia.catalogue import TABLES, Clip, catalogue, root_of
from psychoscore_emopia.evidence import with_evidence
from psychoscore_emopia.plugin import EmopiaConfig
from psychoscore_emopia.quadrants import QUADRANTS, drawn_profile
from psychoscore_midi.reading import read_midi

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

LOWEST, HIGHEST = 21, 108  # a piano's keys: no transposition leaves them


class Emopia:
    """EMOPIA as a dataset; building it reads nothing, the first question lists the folder."""

    def __init__(self, config: EmopiaConfig) -> None:
        self.config = config
        self.remarks: list[str] = []  # what was repaired, one line each, once the tables have been read

    @cached_property
    def _clips(self) -> Mapping[str, Clip]:
        return catalogue(self.config, self.remarks)

    def check(self) -> None:
        """Raise DataError where the folder, its tables or its splits are not what they must be."""
        _ = self._clips

    def keys(self) -> Sequence[str]:
        """Return the ids of all clips that are there, in a fixed order."""
        return tuple(self._clips)

    def load(self, key: str) -> Sequence[Piece]:
        """Return a clip, for training with its further profiles and transpositions; raises DataError on a bad file."""
        clip = self._clips.get(key)
        if clip is None:
            raise DataError(f"emopia: there is no clip {key!r}")
        score = self._score(clip)
        attributes = Attributes(key=clip.music_key, mode=clip.mode, tempo=self._tempo(clip, score))
        return [
            self._piece(clip, draw, shift, score, attributes)
            for draw in range(self.config.profiles_per_clip if clip.split == "train" else 1)
            for shift in (self._shifts(score) if clip.split == "train" else (0,))
        ]

    def digest(self) -> str:
        """Return a digest of the names, sizes and contents of every file that load() and the splits depend on."""
        root, total = root_of(self.config), hashlib.sha256()
        tables = [root / name for name in TABLES] + sorted((root / "split").glob("*.csv"))
        files = [path for path in tables if path.is_file()]
        files += [clip.path for clip in self._clips.values()]
        for path in files:
            data = path.read_bytes()
            total.update(f"{path.parent.name}/{path.name} {len(data)} {hashlib.sha256(data).hexdigest()}\n".encode())
        return total.hexdigest()[:16]

    def download(self, report: Report) -> None:
        """Fetch the archive and unpack it to the configured path; does nothing where it is already there."""
        from psychoscore_emopia.downloading import fetch_emopia

        fetch_emopia(self.config.path, progress=lambda done, total: report.progress("EMOPIA", done, total))

    def _score(self, clip: Clip) -> Score:
        score = read_midi(clip.path, isolate=False)
        if not score.note_num():
            raise DataError(f"{clip.path}: no notes in it")
        if clip.aligned and self.config.tempo == "median":
            from symusic import Tempo

            # One tempo: the first of these files is a default in over half of them, the median is not.
            tempo = median(event.qpm for event in score.tempos)
            score.tempos.clear()
            score.tempos.append(Tempo(0, tempo))
        return score

    def _tempo(self, clip: Clip, score: Score) -> float | None:
        """Return the median tempo of an aligned clip; a performance's own 120 is a default that says nothing."""
        return round(median(event.qpm for event in score.tempos), 2) if clip.aligned else None

    def _shifts(self, score: Score) -> Iterator[int]:
        pitches = [track.notes.numpy()["pitch"] for track in score.tracks if len(track.notes)]
        low, high = int(min(p.min() for p in pitches)), int(max(p.max() for p in pitches))
        for shift in range(-self.config.transpose, self.config.transpose + 1):
            if shift == 0 or (low + shift >= LOWEST and high + shift <= HIGHEST):
                yield shift

    def _piece(self, clip: Clip, draw: int, shift: int, score: Score, attributes: Attributes) -> Piece:
        key = attributes.key and KEYS[(KEYS.index(attributes.key) + shift) % 12]
        known = Attributes(key=key, mode=attributes.mode, tempo=attributes.tempo)
        quadrant = QUADRANTS[clip.quadrant]
        return Piece(
            id=clip.key + (f"#{draw}" if draw else "") + (f"{shift:+d}" if shift else ""),
            score=score.shift_pitch(shift) if shift else score,
            profile=with_evidence(drawn_profile(clip.quadrant, clip.clip, self.config.seed, draw), score, known),
            group=clip.song,
            split=clip.split,
            attributes=known,
            labels={"quadrant": clip.quadrant, "valence": quadrant.valence, "arousal": quadrant.arousal},
        )
