"""Read prepared data: token rows on disk, and what is known of the pieces that they belong to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen

from psychoscore_core.errors import DataError
from psychoscore_core.fitting import mismatch

SPLITS = ("train", "validation", "test")


@frozen(kw_only=True, eq=False)
class Prepared:
    """The content of a prepared folder; arrays have one entry per example unless said otherwise.

    families: token family sizes. vocabulary, space: digests. rows: (total rows, families) int32, on disk.
    bars: (total rows,) int32, -1 in the prefix. groups: a number per group. splits: indices into SPLITS.
    offsets, lengths, prefixes: in rows. vectors: (examples, dimensions), zeros where `stated` (examples,) is False:
    nothing is known of the profile. bar_conditions: (total bars, numbers), those of example i are
    `bar_offsets[i]:bar_offsets[i + 1]`. hidden: ids of prefix tokens that are left out, because the model was never
    shown them; none as the data comes from disk.
    """

    folder: Path
    families: tuple[int, ...]
    vocabulary: str
    space: str
    rows: np.ndarray
    bars: np.ndarray
    ids: tuple[str, ...]
    groups: np.ndarray
    splits: np.ndarray
    offsets: np.ndarray
    lengths: np.ndarray
    prefixes: np.ndarray
    notes: np.ndarray
    vectors: np.ndarray
    stated: np.ndarray
    bar_conditions: np.ndarray
    bar_offsets: np.ndarray
    hidden: frozenset[int] = frozenset()

    def split(self, name: str) -> np.ndarray:
        """Return the indices of a split's examples; raises DataError on an unknown name."""
        if name not in SPLITS:
            raise DataError(f"{self.folder}: no split {name!r}; there are {', '.join(SPLITS)}")
        return np.flatnonzero(self.splits == SPLITS.index(name))

    @property
    def music(self) -> np.ndarray:
        """Return the number of music rows of each example, its end token included."""
        return self.lengths - self.prefixes


def open_prepared(folder: Path, dimensions: int = 0) -> Prepared:
    """Open a prepared folder without reading its rows; raises DataError where it is not whole and consistent.

    dimensions: how long the vectors are where no example has one.
    """
    facts = _facts(folder / "prepare.json")
    families = tuple(facts["families"])
    rows = _numbers(folder / "rows.i32", facts["rows"] * len(families)).reshape(-1, len(families))
    bars = _numbers(folder / "bars.i32", facts["rows"])
    _check_ids(folder / "rows.i32", rows, families)
    columns = _columns(folder / "examples.jsonl", facts["examples"], facts["rows"], dimensions)
    digests = {"vocabulary": facts["vocabulary"], "space": facts["space"]}
    return Prepared(folder=folder, families=families, rows=rows, bars=bars, **digests, **columns)


def open_fitting(folder: Path, vocabulary: str, space: str, shape: tuple[int, int]) -> Prepared:
    """Open a prepared folder of this vocabulary and condition space, given as digests.

    shape: numbers in a profile's vector, and in a bar's condition. Raises DataError, naming both, where they differ.
    """
    data = open_prepared(folder, shape[0])
    if text := mismatch((data.vocabulary, data.space), (vocabulary, space)):
        raise DataError(f"{data.folder}: prepared with {text}")
    shapes = (data.vectors.shape[1], data.bar_conditions.shape[1])
    if shapes != shape:
        raise DataError(f"{data.folder}: conditions of {shapes[0]} and {shapes[1]} numbers do not fit the space")
    return data


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not readable as prepared data ({error})") from error
    whole = isinstance(facts, dict) and isinstance(facts.get("families"), list) and facts["families"]
    counts = [*facts["families"], facts.get("rows"), facts.get("examples")] if whole else []
    if not whole or not all(type(count) is int and count > 0 for count in counts):
        raise DataError(f"{path}: families, rows and examples must be positive whole numbers")
    if not all(isinstance(facts.get(key), str) for key in ("vocabulary", "space")):
        raise DataError(f"{path}: the digests of the vocabulary and the condition space are missing")
    return facts


def _numbers(path: Path, count: int) -> np.ndarray:
    size = path.stat().st_size if path.is_file() else -1
    if size != 4 * count:
        raise DataError(f"{path}: {max(size, 0)} bytes, but prepare.json promises {4 * count}")
    return np.memmap(path, dtype="<i4", mode="r")


def _check_ids(path: Path, rows: np.ndarray, families: tuple[int, ...]) -> None:
    for family, size in enumerate(families):
        low, high = int(rows[:, family].min()), int(rows[:, family].max())
        if low < 0 or high >= size:
            raise DataError(f"{path}: family {family} has ids {low} to {high}, outside 0 to {size - 1}")


def _columns(path: Path, count: int, rows: int, dimensions: int) -> dict[str, Any]:
    ids, groups, numbers, vectors, bars = [], [], [], [], []
    for line, example in enumerate(_lines(path), 1):
        try:
            numbers.append(_check_example(example, rows))
            vectors.append(_vector(example["vector"]))
            bars.append(_bar_array(example["bar_conditions"]))
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path} line {line}: {type(error).__name__}: {error}") from error
        ids.append(str(example["id"]))
        groups.append(str(example["group"]))
    if len(ids) != count:
        raise DataError(f"{path}: {len(ids)} examples, but prepare.json promises {count}")
    splits, offsets, lengths, prefixes, notes = np.asarray(numbers, np.int64).T
    return {
        "ids": tuple(ids),
        "groups": np.unique(groups, return_inverse=True)[1],
        "splits": splits,
        "offsets": offsets,
        "lengths": lengths,
        "prefixes": prefixes,
        "notes": notes,
        "vectors": _stacked(path, vectors, dimensions),
        "stated": np.array([vector is not None for vector in vectors]),
        "bar_conditions": _joined(path, bars),
        "bar_offsets": np.cumsum([0, *(len(bar) for bar in bars)]),
    }


def _lines(path: Path) -> Iterator[Any]:
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not readable as JSON lines ({error})") from error


def _check_example(example: dict[str, Any], rows: int) -> tuple[int, ...]:
    offset, length, prefix, notes = (example[key] for key in ("offset", "length", "prefix", "notes"))
    if not all(type(value) is int for value in (offset, length, prefix, notes)):
        raise ValueError("offset, length, prefix and notes must be whole numbers")
    if not 0 <= offset <= offset + length <= rows:
        raise ValueError(f"rows {offset} to {offset + length} lie outside the {rows} rows on disk")
    if not 2 <= prefix < length or notes < 0:
        raise ValueError(f"a prefix of {prefix} rows and {notes} notes do not fit {length} rows")
    if example["split"] not in SPLITS:
        raise ValueError(f"the split {example['split']!r} is none of {', '.join(SPLITS)}")
    return SPLITS.index(example["split"]), offset, length, prefix, notes


def _bar_array(bars: list[list[float]]) -> np.ndarray:
    array = np.asarray(bars, np.float32)
    if array.ndim != 2 and array.size:
        raise ValueError("bar_conditions must be a list of equally long lists of numbers")
    return array.reshape(len(bars), -1)


def _vector(numbers: list[float] | None) -> np.ndarray | None:
    return None if numbers is None else np.asarray(numbers, np.float32)


def _stacked(path: Path, vectors: list[np.ndarray | None], dimensions: int) -> np.ndarray:
    """Return the vectors as one array, zeros where there is none."""
    shapes = {vector.shape for vector in vectors if vector is not None} or {(dimensions,)}
    shape = shapes.pop()
    if shapes or len(shape) != 1:
        raise DataError(f"{path}: vectors differ in length")
    return _finite(path, np.stack([np.zeros(shape, np.float32) if vector is None else vector for vector in vectors]))


def _joined(path: Path, bars: list[np.ndarray]) -> np.ndarray:
    widths = {bar.shape[1] for bar in bars if len(bar)}
    if len(widths) > 1:
        raise DataError(f"{path}: bar conditions differ in length")
    width = widths.pop() if widths else 0
    return _finite(path, np.concatenate([bar.reshape(len(bar), width) for bar in bars]))


def _finite(path: Path, array: np.ndarray) -> np.ndarray:
    if not np.isfinite(array).all():
        raise DataError(f"{path}: conditions hold numbers that are not finite")
    return array
