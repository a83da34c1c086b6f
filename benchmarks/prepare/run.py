"""Time and weigh the preparation of a folder of MIDI files, against MidiTok's REMI alone in as many processes.

    python benchmarks/prepare/run.py [FOLDER ...] [--files 1000] [--bars file] [--rounds 1] [--skip-miditok]

Links the folders' files, as often as it takes, into a temporary folder until there are --files of them; prepares that
with the encoder `psychometric` and the tokenizer `remi`, duplicates kept; then lets MidiTok alone read and tokenize the
same files. FOLDER defaults to EMOPIA's performances beside the checkout. Peaks are VmHWM of /proc: Linux only.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from psychoscore_core.errors import DataError
from psychoscore_core.report import Silent
from psychoscore_core.stages.prepare import CHUNK, prepare
from psychoscore_core.stages.preparer import Recipe
from psychoscore_midi_folder.plugin import MidiFolderConfig
from psychoscore_midi_folder.plugin import psyco_datasets as datasets
from psychoscore_psychometric.plugin import PsychometricConfig
from psychoscore_psychometric.plugin import psyco_profile_encoders as encoders
from psychoscore_remi.plugin import RemiConfig
from psychoscore_remi.plugin import psyco_tokenizers as tokenizers

_EMOPIA = Path(__file__).resolve().parents[3] / "shared" / "data" / "emopia" / "EMOPIA_2.2" / "midis"
WORKERS = os.cpu_count() or 1
_tokenizer: Any = None  # MidiTok's, one per worker process


class Clock(Silent):
    """A report that notes when the first chunk came, and prints now and then how far the work is."""

    def __init__(self) -> None:
        self.first, self.done = 0.0, 0

    def progress(self, what: str, done: int, total: int) -> None:
        self.first = self.first or time.perf_counter()
        if done * 10 // total != self.done * 10 // total:
            print(f"  {what}: {done} of {total} chunks", flush=True)
        self.done = done


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="prepare-") as temporary:
        place = Path(temporary)
        count = link(options.folders or [_EMOPIA], place / "midi", options.files)
        print(f"{count:,} files, {WORKERS} processes, bars from {options.bars}")
        for number in range(options.rounds):
            ours(place, count, options.bars, place / f"out{number}")
            if not options.skip_miditok:
                miditok_alone(place, count)


def ours(place: Path, count: int, bars: Any, out: Path) -> None:
    """Prepare the folder and print speed and peaks."""
    out.mkdir()
    recipe, dataset = recipe_of(MidiFolderConfig(path=place / "midi", duplicates="keep", bars=bars), place)
    clock, start = Clock(), time.perf_counter()
    keys = {"midi-folder": dataset.keys()}
    listed = time.perf_counter()
    with peaks() as peak:
        data = prepare(recipe, keys, {}, out, clock)
    told("preparation", count, start, clock.first, peak)
    size = sum(path.stat().st_size for path in out.iterdir())
    print(
        f"  listed in {listed - start:.2f} s; {data.summary['examples']:,} examples, {data.summary['rows']:,} rows, "
        f"{size / 2**20:.0f} MiB on disk, left out {data.summary['skipped']:,}"
    )


def recipe_of(config: MidiFolderConfig, place: Path) -> tuple[Recipe, Any]:
    """Return what a preparing process builds, its tokenizer saved below `place`, and the dataset for this process."""
    from psychoscore_core.building import build

    encoder, tokenizer, dataset = next(iter(encoders())), next(iter(tokenizers())), next(iter(datasets()))
    folder = place / "tokenizer"
    folder.mkdir(exist_ok=True)
    prefix = build(encoder, PsychometricConfig()).prefix_tokens
    build(tokenizer, RemiConfig(), prefix_tokens=prefix).save(folder)
    recipe = Recipe(
        encoder=(encoder, PsychometricConfig()),
        tokenizer=(tokenizer, RemiConfig()),
        tokenizer_folder=folder,
        datasets={"midi-folder": (dataset, config)},
    )
    return recipe, build(dataset, config)


def miditok_alone(place: Path, count: int) -> None:
    """Let MidiTok read and tokenize the same files in the same number of processes, and print speed and peaks."""
    names = sorted(str(path) for path in (place / "midi").iterdir())
    chunks = [names[at : at + CHUNK] for at in range(0, len(names), CHUNK)]
    context, start, first, failed = multiprocessing.get_context("spawn"), time.perf_counter(), 0.0, 0
    with peaks() as peak, ProcessPoolExecutor(WORKERS, mp_context=context, initializer=start_miditok) as pool:
        for wrong in pool.map(tokenize, chunks):
            first = first or time.perf_counter()
            failed += wrong
    told("MidiTok alone", count, start, first, peak)
    print(f"  {failed} files failed")


def start_miditok() -> None:
    from psychoscore_remi.vocabulary import make_miditok

    global _tokenizer  # noqa: PLW0603  # the pool's initialiser is the only way in
    _tokenizer = make_miditok(RemiConfig(), (), chords=True)


def tokenize(paths: list[str]) -> int:
    """Tokenize a chunk and return how many files failed; the tokens stay here, which spares MidiTok the way back."""
    from symusic import Score

    failed = 0
    for path in paths:
        try:
            _tokenizer(Score(path))
        except Exception:  # whatever it is, the file counts as failed
            failed += 1
    return failed


def told(what: str, count: int, start: float, first: float, peak: dict[str, int]) -> None:
    """Print the speed of it all, that after the first chunk, and the peaks."""
    end = time.perf_counter()
    steady = max(0, count - CHUNK) / max(end - first, 1e-9)
    workers = ", ".join(f"{kib / 1024:.0f}" for name, kib in sorted(peak.items()) if name != "main")
    print(
        f"{what}: {count / (end - start):.0f} files/s in {end - start:.1f} s, {steady:.0f} files/s once started; "
        f"peak {peak['main'] / 1024:.0f} MiB, workers {workers} MiB",
        flush=True,
    )


@contextmanager
def peaks() -> Iterator[dict[str, int]]:
    """Fill a mapping with the highest resident size, in KiB, of this process and of its children by process id."""
    found: dict[str, int] = {"main": 0}
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(0.2):
            _note(found)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        _note(found)
        stop.set()
        thread.join()


def _note(found: dict[str, int]) -> None:
    ids = [str(child.pid) for child in multiprocessing.active_children()]
    for name in ("main", *ids):
        status = Path(f"/proc/{'self' if name == 'main' else name}/status")
        try:
            lines = status.read_text().splitlines()
        except OSError:
            continue  # it has just ended
        peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
        found[name] = max(found.get(name, 0), peak)


def link(folders: list[Path], target: Path, count: int) -> int:
    """Link MIDI files below the folders into `target` under new names until there are `count`; copies elsewhere."""
    files = sorted(path for folder in folders for path in folder.rglob("*.mid*"))
    if not files:
        raise DataError(f"{folders[0]}: no MIDI files there")
    target.mkdir()
    for number, path in enumerate(islice(cycle(files), count)):
        new = target / f"{number:06d}.mid"
        try:
            new.hardlink_to(path)
        except OSError:  # another file system, or links to others' files are forbidden
            new.write_bytes(path.read_bytes())
    return count


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--bars", choices=("auto", "file", "track"), default="file")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--skip-miditok", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
