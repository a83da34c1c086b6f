"""The digests of many files' notes, in as many processes as there are cores; a parser's crash costs one file."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

from psychoscore_core.errors import DataError
from psychoscore_midi_folder.quality import Limits
from psychoscore_midi_folder.reading import read_good

FEW = 400  # files below which a pool of processes is not worth its start
CHUNK = 32


def examine(folder: Path, limits: Limits, names: Sequence[str]) -> Iterator[bytes | None]:
    """Yield the digest of each file's notes, None of one that fails the filters."""
    workers = os.cpu_count() or 1
    if len(names) < FEW or workers == 1 or multiprocessing.parent_process():
        yield from digests(folder, limits, names, isolate=True)
        return
    chunks = [names[start : start + CHUNK] for start in range(0, len(names), CHUNK)]
    # "spawn": a forked child would inherit the threads of whatever is already imported, and could hang
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        flying = [_submit(pool, partial(digests, folder, limits, chunk, isolate=False)) for chunk in chunks]
        for chunk, future in zip(chunks, flying, strict=True):
            try:
                yield from future.result()
            except BrokenProcessPool:  # the parser took a process along: each file in one of its own, then
                yield from digests(folder, limits, chunk, isolate=True)


def _submit(pool: ProcessPoolExecutor, task: Callable[[], list[bytes | None]]) -> Future[list[bytes | None]]:
    try:
        return pool.submit(task)
    except BrokenProcessPool as error:  # told once, where the result is waited for
        broken: Future[list[bytes | None]] = Future()
        broken.set_exception(error)
        return broken


def digests(folder: Path, limits: Limits, names: Sequence[str], *, isolate: bool) -> list[bytes | None]:
    """Return the digest of each file's notes, None of one that fails the filters."""
    return [_digest(folder / name, limits, isolate) for name in names]


def _digest(path: Path, limits: Limits, isolate: bool) -> bytes | None:
    try:
        return read_good(path, limits, isolate=isolate).digest
    except DataError:
        return None  # load() says what is wrong
