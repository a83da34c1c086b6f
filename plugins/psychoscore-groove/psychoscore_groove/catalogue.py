"""Every performance that info.csv lists and that is there; no MIDI is parsed yet."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from psychoscore_core.corpus_files import csv_rows, seeded_split
from psychoscore_core.errors import DataError
from psychoscore_groove.plugin import GrooveConfig

COLUMNS = ("session", "id", "style", "bpm", "beat_type", "time_signature", "midi_filename", "duration", "split")
SPLITS = ("train", "validation", "test")
KINDS = ("beat", "fill")
_SIGNATURE = re.compile(r"([1-9]\d?)-(1|2|4|8|16|32)")
SLOWEST, FASTEST = 10.0, 400.0  # beats a minute


@frozen(kw_only=True)
class Performance:
    """One row of the table: signature is (numerator, denominator), tempo in quarter notes a minute."""

    key: str
    path: Path
    session: str
    style: str
    kind: str
    tempo: float
    signature: tuple[int, int]
    bars: float
    split: str


def catalogue(config: GrooveConfig, remarks: list[str]) -> Mapping[str, Performance]:
    """Return the performances that the config wants, by id, in the table's order; raises DataError.

    `remarks` gets a line for what is left out or not there.
    """
    table = config.path / "info.csv"
    every = [_performance(config, table, row) for row in _rows(table)]
    wanted = [one for one in every if config.kind in ("both", one.kind)]
    long = [one for one in wanted if one.bars > config.min_bars - 0.5]  # the last bar seldom rings out
    there = {one.key: one for one in long if one.path.is_file()}
    if len(long) < len(wanted):
        remarks.append(f"{len(wanted) - len(long)} performances are shorter than {config.min_bars} bars")
    if len(there) < len(long):
        remarks.append(f"{table}: {len(long) - len(there)} of {len(long)} MIDI files are not there")
    if not there:
        raise DataError(f"{config.path}: none of the {len(every)} performances of info.csv is here and long enough")
    return there


def _rows(table: Path) -> list[dict[str, str]]:
    if not table.is_file():
        raise DataError(
            f"{table.parent}: the Groove dataset is not here (no info.csv); set the dataset's path, or get "
            "groove-v1.0.0-midionly.zip of Magenta's Groove MIDI Dataset"
        )
    return csv_rows(table, *COLUMNS)


def _performance(config: GrooveConfig, table: Path, row: Mapping[str, str]) -> Performance:
    where, name = f"{table}: {row['id']!r:.60}", Path(row["midi_filename"])
    signature = _SIGNATURE.fullmatch(row["time_signature"])
    tempo, seconds = _number(row["bpm"]), _number(row["duration"])
    if not signature or not SLOWEST <= tempo <= FASTEST or not 0 <= seconds <= 36_000:
        raise DataError(f"{where} has no sensible bpm, duration and time_signature")
    if row["split"] not in SPLITS or row["beat_type"] not in KINDS or not row["id"]:
        raise DataError(f"{where} has no split among {', '.join(SPLITS)}, or is neither beat nor fill")
    if name.is_absolute() or ".." in name.parts or "\0" in row["midi_filename"] or name.suffix != ".mid":
        raise DataError(f"{where}: {str(name)!r:.80} is not a MIDI file of the dataset")
    numerator, denominator = int(signature[1]), int(signature[2])
    return Performance(
        key=row["id"],
        path=config.path / name,
        session=row["session"],
        style=row["style"].partition("/")[0],
        kind=row["beat_type"],
        tempo=tempo,
        signature=(numerator, denominator),
        bars=seconds * tempo / 60 / (numerator * 4 / denominator),
        split=row["split"] if config.split == "official" else seeded_split(row["session"], config.seed),
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan  # in no range
