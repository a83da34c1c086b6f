"""From examples to committees: one that hears loudness and one that judges by the notes alone."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import define
from threadpoolctl import threadpool_limits

from psychoscore_core.report import Report
from psychoscore_judge.accuracy import Measured, measured_on
from psychoscore_judge.committee import Committee
from psychoscore_judge.examples import Examples
from psychoscore_judge.folds import FOLDS, song_folds
from psychoscore_judge.measures import patterns
from psychoscore_judge.measures.measuring import hears_loudness

REPEATS = 3  # of the cross-validation, each with other folds
THREADS = 1  # the trees are small: further threads wait more than they work


@define(frozen=True, eq=False, slots=False)
class Table:
    """The examples as a committee learns them: every clip and then every disguised copy.

    examples: the clips. loudness: whether velocities are heard.
    """

    examples: Examples
    loudness: bool

    @cached_property
    def columns(self) -> np.ndarray:
        """Return which measures are heard, bool (measures,)."""
        return np.array([self.loudness or not hears_loudness(str(name)) for name in self.examples.names])

    @cached_property
    def measures(self) -> np.ndarray:
        """Return the measures of clips and copies (2 * clips, heard measures)."""
        return np.concatenate([self.examples.measures, self.examples.copies])[:, self.columns]

    @cached_property
    def patterns(self) -> np.ndarray:
        """Return the patterns of clips and copies, float32 (2 * clips, patterns)."""
        found = np.concatenate([self.examples.patterns, self.examples.copied_patterns])
        return self.seen(found)

    @cached_property
    def overlap(self) -> np.ndarray:
        """Return the overlap of the patterns of all clips and copies (2 * clips, 2 * clips)."""
        return self.overlap_with(self.patterns)

    def seen(self, shares: np.ndarray) -> np.ndarray:
        """Return patterns in float32, without loudness where it is not heard."""
        shares = shares.astype(np.float32)
        if not self.loudness:
            shares[:, patterns.loud_columns()] = 0
        return shares

    def overlap_with(self, shares: np.ndarray) -> np.ndarray:
        """Return the overlap of patterns as `seen` with those of the examples, 0 to 1 (n, 2 * clips)."""
        return (shares @ self.patterns.T).astype(float) / patterns.families()

    def committee(self, clips: np.ndarray) -> Committee:
        """Return a committee that has learnt from these clips (indices) and their copies."""
        rows = self.rows(clips)
        quadrants = np.tile(self.examples.quadrants[clips], 2)
        return Committee.fit(self.measures[rows], self.overlap[np.ix_(rows, rows)], quadrants, trees=self.loudness)

    def rows(self, clips: np.ndarray) -> np.ndarray:
        """Return the rows of clips (indices) and of their copies."""
        return np.concatenate([clips, clips + len(self.examples.quadrants)])


def whole(table: Table) -> Committee:
    """Return a committee that has learnt from every clip."""
    with threadpool_limits(THREADS):
        return table.committee(np.arange(len(table.examples.quadrants)))


def out_of_fold(table: Table, repeats: int = REPEATS, report: Report | None = None) -> np.ndarray:
    """Return the shares that each clip gets from committees that know nothing of its song (repeats, clips, 4)."""
    examples = table.examples
    found = np.zeros((repeats, len(examples.quadrants), 4))
    for repeat in range(repeats):
        fold = song_folds(examples.songs, examples.quadrants, seed=repeat)
        for number in range(FOLDS):
            learnt, asked = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
            overlap = table.overlap[np.ix_(asked, table.rows(learnt))]
            with threadpool_limits(THREADS):
                found[repeat, asked] = table.committee(learnt).shares(table.measures[asked], overlap)
            if report:
                report.progress("examining the judge", repeat * FOLDS + number + 1, repeats * FOLDS)
    return found


def examined(table: Table, report: Report | None = None) -> Measured:
    """Return what repeated cross-validation by song finds of the committee."""
    examples = table.examples
    heard = "notes and loudness" if table.loudness else "notes alone"
    how = f"{REPEATS} times {FOLDS}-fold cross-validation by song, {heard}"
    return measured_on(out_of_fold(table, REPEATS, report), examples.quadrants, examples.songs, how)
