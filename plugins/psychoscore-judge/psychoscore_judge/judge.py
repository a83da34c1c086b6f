"""The judge: fitted on the user's copy of EMOPIA, it says valence, arousal and quadrant of any score."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, frozen
from threadpoolctl import threadpool_limits

from psychoscore_core.errors import DataError
from psychoscore_core.report import Report, Silent
from psychoscore_judge.accuracy import Accuracy, Measured, keep, kept, verdicts
from psychoscore_judge.committee import Committee, sharpened
from psychoscore_judge.examples import gather, vectors
from psychoscore_judge.fitting import THREADS, Table, examined, whole
from psychoscore_judge.measures.heard import Heard, excerpts, heard
from psychoscore_judge.measures.loudness import is_flat

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

CACHE = Path(".judge-cache")
MODEL_VERSION = 1  # raised when a committee fitted on the same measures judges otherwise
EXCERPT = 16  # bars; longer pieces are judged in parts of about so many: half of EMOPIA's clips have up to 17


@frozen(kw_only=True)
class Verdict:
    """What the judge thinks of a score.

    quadrant: "Q1" to "Q4" (Russell 1980; Q3 is low valence, low arousal). probabilities: of the four, sum 1. valence,
    arousal: probability that it is high, 0 to 1. loudness: False where the velocities are all alike and the verdict
    rests on the notes alone.
    """

    quadrant: str
    probabilities: tuple[float, float, float, float]
    valence: float
    arousal: float
    loudness: bool


@frozen
class _Fitted:
    table: Table
    committee: Committee
    measured: Measured

    def shares(self, pieces: Sequence[Heard]) -> np.ndarray:
        _, measures, found = vectors(pieces)
        overlap = self.table.overlap_with(self.table.seen(found))
        shares = self.committee.shares(measures[:, self.table.columns], overlap)
        return sharpened(shares, self.measured.power)


@define(frozen=True, eq=False)
class Judge:
    """Judges scores; made by `Judge.fit`. by_clock: it has learnt from performances without beats."""

    _loud: _Fitted
    _notes: _Fitted
    by_clock: bool

    @classmethod
    def fit(cls, path: str | Path, cache: str | Path | None = None, report: Report | None = None) -> Judge:
        """Return a judge fitted on a copy of EMOPIA, without its test split; raises DataError.

        path: the folder EMOPIA_2.2. cache: the folder for measures and accuracy, None is `.judge-cache` in the working
        folder; nothing in it is a pickle, and the models are fitted anew from the measures each time.
        """
        folder, report = CACHE if cache is None else Path(cache), report or Silent()
        examples = gather(Path(path), folder, report)
        tables = {"loudness": Table(examples, True), "notes": Table(examples, False)}
        file = folder / f"accuracy-{examples.digest}-{MODEL_VERSION}.json"
        found = kept(file)
        if found is None or set(found) != set(tables):
            found = {name: examined(table, report) for name, table in tables.items()}
            _keep(file, found, report)
        fitted = {name: _Fitted(table, whole(table), found[name]) for name, table in tables.items()}
        return cls(fitted["loudness"], fitted["notes"], examples.by_clock)

    @property
    def accuracy(self) -> Accuracy:
        """Return how often verdicts on scores with living velocities are right."""
        return self._loud.measured.accuracy

    @property
    def accuracy_of_notes(self) -> Accuracy:
        """Return how often verdicts on scores with flat velocities are right, measured without hearing loudness."""
        return self._notes.measured.accuracy

    def judge(self, scores: Sequence[Score]) -> list[Verdict]:
        """Return a verdict for each score; raises DataError where one has no pitched note."""
        with threadpool_limits(THREADS):
            return [self._verdict(score, index) for index, score in enumerate(scores)]

    def _verdict(self, score: Score, index: int) -> Verdict:
        piece = heard(score, self.by_clock)
        if piece is None:
            raise DataError(f"score {index + 1}: there is no pitched note in it to judge")
        loudness = not is_flat(piece)
        shares = (self._loud if loudness else self._notes).shares(excerpts(piece, EXCERPT)).mean(axis=0)
        quadrant, valence, arousal = verdicts(shares)
        return Verdict(
            quadrant=f"Q{quadrant}",
            probabilities=tuple(shares.tolist()),
            valence=float(valence),
            arousal=float(arousal),
            loudness=loudness,
        )


def _keep(file: Path, found: dict[str, Measured], report: Report) -> None:
    try:
        keep(file, found)
    except OSError as error:
        report.remark(f"judge: {file.parent}: not cached: {error.strerror or error}")
