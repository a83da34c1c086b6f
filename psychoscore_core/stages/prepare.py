"""Prepare: datasets become token rows on disk, in parallel, a damaged file being one line of a report."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, Protocol

from psychoscore_core.errors import DataError
from psychoscore_core.records import Piece
from psychoscore_core.report import Report
from psychoscore_core.stages.prepared_data import Prepared, PreparedData, PreparedWriter, Skipped
from psychoscore_core.stages.preparer import Recipe, Task, start_worker, work

CHUNK = 16  # pieces a task: large enough to hide the pool's overhead, small enough for a smooth bar


class Dataset(Protocol):
    """What a dataset is; built as `Class(config)` in every worker process, so building it must be cheap.

    Optional: `remarks`, lines that the run repeats to the user (what was repaired), filled by check() or keys().
    """

    def check(self) -> None:
        """Raise DataError, naming the place and what to do, when the data is not there."""

    def keys(self) -> Sequence[str]:
        """Return the ids of all pieces, in a fixed order."""

    def load(self, key: str) -> Sequence[Piece]:
        """Return the piece with this id (with its augmentations, if any); raises DataError on a damaged file."""

    def digest(self) -> str:
        """Return a digest of the content: names, sizes and hashes of what would be read."""


def prepare(
    recipe: Recipe, keys: Mapping[str, Sequence[str]], facts: Mapping[str, Any], folder: Path, report: Report
) -> PreparedData:
    """Write every dataset's pieces as token rows; goes on where a killed preparation stopped.

    Raises DataError when no piece could be used at all.
    """
    chunks = Chunks(keys)
    writer = PreparedWriter(folder)
    remaining = (chunks[index] for index in range(writer.chunks, len(chunks)))
    for items in _in_order(recipe, remaining, workers=os.cpu_count() or 1):
        writer.append(items)
        report.progress("prepare", writer.chunks, len(chunks))
    if not writer.examples:
        raise DataError(f"prepare: none of the {chunks.total} pieces could be used; see {folder / 'report.jsonl'}")
    summary = writer.finish(facts)
    report.remark(f"prepared {writer.examples} examples, {writer.rows} rows; left out {writer.skipped} pieces")
    return PreparedData(folder=folder, summary=summary)


class Chunks:
    """All pieces of all datasets in a fixed order, as chunks of tasks, made when asked for."""

    def __init__(self, keys: Mapping[str, Sequence[str]]) -> None:
        self.keys = keys
        self.starts = [(name, start) for name, names in keys.items() for start in range(0, len(names), CHUNK)]
        self.total = sum(len(names) for names in keys.values())

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> list[Task]:
        name, start = self.starts[index]
        return [(name, key) for key in self.keys[name][start : start + CHUNK]]


def _in_order(recipe: Recipe, chunks: Iterator[list[Task]], workers: int) -> Iterator[list[Prepared | Skipped]]:
    """Yield each chunk's items in order, with few chunks under way, so that memory stays flat."""
    pool = _pool(recipe, workers)
    flying: deque[tuple[list[Task], Future[Any]]] = deque()
    try:
        for chunk in chunks:
            flying.append((chunk, _submit(pool, chunk)))
            if len(flying) > 2 * workers:
                pool, items = _next(recipe, pool, flying, workers)
                yield items
        while flying:
            pool, items = _next(recipe, pool, flying, workers)
            yield items
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, chunk: list[Task]) -> Future[Any]:
    try:
        return pool.submit(work, chunk)
    except BrokenProcessPool as error:  # told once, where the result is waited for
        broken: Future[Any] = Future()
        broken.set_exception(error)
        return broken


def _next(
    recipe: Recipe, pool: ProcessPoolExecutor, flying: deque[tuple[list[Task], Future[Any]]], workers: int
) -> tuple[ProcessPoolExecutor, list[Prepared | Skipped]]:
    """Return the oldest chunk's items; a chunk whose process died is done again piece by piece, alone."""
    chunk, future = flying.popleft()
    try:
        return pool, future.result()
    except BrokenProcessPool:
        pool.shutdown(wait=False, cancel_futures=True)
        items = _one_by_one(recipe, chunk)
        pool = _pool(recipe, workers)
        again = [(tasks, _submit(pool, tasks)) for tasks, _ in flying]
        flying.clear()
        flying.extend(again)
        return pool, items


def _one_by_one(recipe: Recipe, chunk: list[Task]) -> list[Prepared | Skipped]:
    items: list[Prepared | Skipped] = []
    pool = _pool(recipe, 1)
    for task in chunk:
        try:
            items += pool.submit(work, [task]).result()
        except BrokenProcessPool:
            dataset, key = task
            items.append(Skipped(id=key, dataset=dataset, reason="reading it killed the process"))
            pool.shutdown(wait=False, cancel_futures=True)
            pool = _pool(recipe, 1)
    pool.shutdown(wait=False, cancel_futures=True)
    return items


def _pool(recipe: Recipe, workers: int) -> ProcessPoolExecutor:
    # "spawn": a forked child would inherit the thread pools of whatever is already imported, and could hang
    return ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=start_worker, initargs=(recipe,)
    )
