"""Write a synthetic dataset to disk, in parallel, going on where an earlier writing stopped.

DIR/settings.json            what the pairs were made with
DIR/index.jsonl              one line a piece: id, group, split, key, mode, tempo; written last
DIR/000/000000.mid           the music
DIR/000/000000.profile.json  its profile, as `psyco generate` reads it
"""

from __future__ import annotations

import json
import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from attrs import asdict

from psychoscore_core.errors import DataError
from psychoscore_core.profile_json import profile_to_json
from psychoscore_core.whole_files import replacing
from psychoscore_synthetic.dataset import Synthetic, versions
from psychoscore_synthetic.keys import Keys
from psychoscore_synthetic.plugin import SyntheticConfig
from psychoscore_synthetic.variants import split_of

FOLDER_SIZE = 1000  # pairs a sub-folder
CHUNK = 50  # pairs a task; divides FOLDER_SIZE


def write(config: SyntheticConfig, folder: Path, workers: int) -> Iterator[tuple[int, int]]:
    """Write all pairs and then the index; yields (pairs, of these newly written) per chunk.

    Complete pairs that are there already are kept. Raises DataError where the folder holds other pairs, or cannot
    be written to.
    """
    Synthetic(config).check()
    try:
        _claim(config, folder)
        yield from _chunks_written(config, folder, workers)
        _write_index(Synthetic(config), folder)
    except BrokenProcessPool:
        raise DataError(f"{folder}: a writing process died; the same command goes on where it stopped") from None
    except OSError as error:
        raise DataError(f"{error.filename or folder}: cannot be written: {error.strerror or error}") from error


def write_chunk(config: SyntheticConfig, folder: Path, keys: Keys) -> tuple[int, int]:
    """Write the pairs of some keys; returns how many there are and how many of them were new."""
    dataset = Synthetic(config)
    return len(keys), sum(_write_pair(dataset, folder, key) for key in keys)


def place_of(folder: Path, key: str, name: str) -> Path:
    """Return where a pair's piece lies, without the ending of its files."""
    return folder / f"{int(key) // FOLDER_SIZE:03d}" / name


def _write_pair(dataset: Synthetic, folder: Path, key: str) -> bool:
    profile, variants = dataset.plan(key)
    places = [place_of(folder, key, variant.id) for variant in variants]
    if all(path.is_file() for place in places for path in _files(place)):
        return False
    places[0].parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"id": key, **profile_to_json(profile)}, indent=2) + "\n"
    for place, piece in zip(places, dataset.load(key), strict=True):
        music, mind = _files(place)
        _put(music, piece.score.dumps_midi())
        _put(mind, text.encode())
    return True


def _files(place: Path) -> tuple[Path, Path]:
    return place.with_name(f"{place.name}.mid"), place.with_name(f"{place.name}.profile.json")


def _put(path: Path, content: bytes) -> None:
    with replacing(path) as part:
        part.write_bytes(content)


def _claim(config: SyntheticConfig, folder: Path) -> None:
    """Note what the folder's pairs are made with; raises DataError where it holds others."""
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder}: not a folder")
    settings = {name: value for name, value in asdict(config).items() if name != "num_pairs"}
    settings |= versions()
    path = folder / "settings.json"
    if path.exists():
        _compare(path, settings)
    elif folder.is_dir() and any(not item.name.startswith(".") for item in folder.iterdir()):
        raise DataError(f"{folder}: holds other files; choose an empty or new folder")
    else:
        folder.mkdir(parents=True, exist_ok=True)
        _put(path, (json.dumps(settings, indent=2) + "\n").encode())


def _compare(path: Path, settings: dict[str, Any]) -> None:
    try:
        there = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        there = None
    if not isinstance(there, dict):
        raise DataError(f"{path}: damaged; choose another folder")
    for name, value in settings.items():
        if there.get(name) != value:
            raise DataError(f"{path}: made with {name} {there.get(name)!r:.40}, not {value!r}; choose another folder")


def _chunks_written(config: SyntheticConfig, folder: Path, workers: int) -> Iterator[tuple[int, int]]:
    keys = Synthetic(config).keys()
    chunks = (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
    if workers == 1:
        yield from (write_chunk(config, folder, chunk) for chunk in chunks)
        return
    # "spawn": a forked child would inherit the threads of what is already imported, and could hang
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _leave_interrupts_to_the_parent)
    flying: deque[Future[tuple[int, int]]] = deque()  # few under way, so that memory stays flat
    try:
        for chunk in chunks:
            flying.append(pool.submit(write_chunk, config, folder, chunk))
            if len(flying) > 2 * workers:
                yield flying.popleft().result()
        while flying:
            yield flying.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _write_index(dataset: Synthetic, folder: Path) -> None:
    part, keys = folder / ".index.jsonl.part", dataset.keys()
    with part.open("w", encoding="utf-8") as file:
        for key in keys:
            split = split_of(dataset.config, key)
            for variant in dataset.plan(key)[1]:
                line = {"id": variant.id, "group": key, "split": split, **asdict(variant.attributes)}
                file.write(json.dumps(line) + "\n")
    part.replace(folder / "index.jsonl")
