"""EMOPIA's clips as rows: measured once, twice each (as they are and disguised), and cached."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from attrs import define

from psychoscore_core.errors import DataError
from psychoscore_core.report import Report, Silent
from psychoscore_core.whole_files import replacing
from psychoscore_emopia.catalogue import catalogue
from psychoscore_emopia.dataset import Emopia
from psychoscore_emopia.plugin import EmopiaConfig
from psychoscore_judge.disguise import disguised
from psychoscore_judge.measures import patterns
from psychoscore_judge.measures.heard import Heard, heard
from psychoscore_judge.measures.measuring import VERSION, measured

LEAST_SONGS = 10  # with fewer, five folds by song say nothing
_ARRAYS = ("names", "measures", "copies", "patterns", "copied_patterns", "quadrants", "songs")


@define(kw_only=True, frozen=True, eq=False)
class Examples:
    """The clips that the judge learns from: no clip of the test split.

    digest: of the files and of how they were measured. by_clock: without beats. names: of the measures (measures,).
    measures, copies: as they are and disguised, float64 (clips, measures). patterns, copied_patterns: float16
    (clips, patterns). quadrants: 1 to 4 (clips,). songs: text (clips,).
    """

    digest: str
    by_clock: bool
    names: np.ndarray
    measures: np.ndarray
    copies: np.ndarray
    patterns: np.ndarray
    copied_patterns: np.ndarray
    quadrants: np.ndarray
    songs: np.ndarray


def gather(path: Path, cache: Path, report: Report | None = None) -> Examples:
    """Return the examples of a copy of EMOPIA, from the cache where its files have not changed; raises DataError."""
    corpus = Emopia(EmopiaConfig(path=path))
    by_clock = not any(clip.aligned for clip in catalogue(corpus.config, []).values())
    digest = f"{corpus.digest()}-{VERSION}{'c' if by_clock else 'b'}"
    file = cache / f"clips-{digest}.npz"
    arrays = _cached(file)
    if arrays is None:
        arrays = _arrays(corpus, by_clock, report or Silent())
        _keep(file, arrays, report or Silent())
    return _checked(path, Examples(digest=digest, by_clock=by_clock, **arrays))


def _checked(path: Path, examples: Examples) -> Examples:
    songs, missing = len(set(examples.songs)), {1, 2, 3, 4} - set(examples.quadrants.tolist())
    if songs < LEAST_SONGS or missing:
        lack = f"no clip of Q{min(missing)}" if missing else f"{songs} songs, fewer than {LEAST_SONGS}"
        raise DataError(f"{path}: too little of EMOPIA to learn from: {lack} outside of the test split")
    return examples


def vectors(pieces: Sequence[Heard]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return names, measures (pieces, measures) and patterns (pieces, patterns) of pieces; at least one."""
    found = [measured(piece) for piece in pieces]
    shares = np.stack([patterns.shares(piece) for piece in pieces])
    # Rounded as the cache rounds them, so that a first run and a later one judge alike.
    return np.array(list(found[0])), np.array([list(f.values()) for f in found]), shares.astype(np.float16)


def _arrays(corpus: Emopia, by_clock: bool, report: Report) -> dict[str, np.ndarray]:
    clips = list(_clips(corpus, by_clock, report))
    if not clips:
        raise DataError(f"{corpus.config.path}: no clip outside of the test split")
    random = np.random.default_rng(0)
    names, measures, shares = vectors([piece for piece, _, _ in clips])
    _, copies, copied = vectors([disguised(piece, random) for piece, _, _ in clips])
    labels = np.array([quadrant for _, quadrant, _ in clips]), np.array([song for _, _, song in clips])
    return dict(zip(_ARRAYS, (names, measures, copies, shares, copied, *labels), strict=True))


def _clips(corpus: Emopia, by_clock: bool, report: Report) -> Iterator[tuple[Heard, int, str]]:
    keys = corpus.keys()
    for done, key in enumerate(keys):
        piece = corpus.load(key)[0]
        notes = heard(piece.score, by_clock)
        if notes is not None and piece.split != "test":
            yield notes, int(piece.labels["quadrant"]), piece.group
        report.progress("listening to EMOPIA", done + 1, len(keys))


def _cached(file: Path) -> dict[str, np.ndarray] | None:
    """Return what the file holds, or None where it is missing or damaged: it can always be measured again."""
    try:
        with file.open("rb") as whole, np.load(whole, allow_pickle=False) as found:
            return {name: found[name] for name in _ARRAYS}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _keep(file: Path, arrays: dict[str, Any], report: Report) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as part, part.open("wb") as whole:
            np.savez_compressed(whole, **arrays)
    except OSError as error:
        report.remark(f"judge: {file.parent}: not cached: {error.strerror or error}")
