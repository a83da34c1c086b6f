"""Every piece that is there, with its file, game, split and ratings; no music is parsed yet."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from psychoscore_core.corpus_files import seeded_split
from psychoscore_core.errors import DataError
from psychoscore_vgmidi.moods import Mood, quadrant_of
from psychoscore_vgmidi.plugin import VgmidiConfig
from psychoscore_vgmidi.tables import ratings_of, rows_of, sign_of

MANIFEST, LABELS, RATINGS = "manifest.csv", "vgmidi_labelled.csv", "va_continuous.json"
UNLABELLED = "unlabelled"
SPLITS = {"train": "train", "val": "validation", "validation": "validation", "test": "test"}
_CONSOLES = "N64|S?NES|PS[1-5]?|PSP|PC|[3N]?DS|GB[AC]?|GCN?|Wii ?U?|Switch|Genesis|Xbox[^_]*"
_CONSOLE = re.compile(rf"[^_]+_(?:{_CONSOLES})_(?P<game>[^_]+)_[^_]+")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}


@frozen(kw_only=True)
class Source:
    """One piece: its key, file, game and split, and its mood where it is labelled."""

    key: str
    path: Path
    game: str
    split: str
    mood: Mood | None = None


def catalogue(config: VgmidiConfig, remarks: list[str]) -> Mapping[str, Source]:
    """Return all pieces by key, in a fixed order; raises DataError where the corpus is missing or damaged.

    `remarks` gets one line where pieces of the tables are not there.
    """
    known = _known_splits(config.path)
    found = [] if config.pieces == "unlabelled" else list(_labelled(config, known, remarks))
    if config.pieces != "labelled":
        found += _unlabelled(config, known)
    if not found:
        raise DataError(
            f"{config.path}: VGMIDI's {config.pieces.replace('both', 'music')} is not here ({MANIFEST} or {LABELS} and "
            f"the files they name, or a folder {UNLABELLED}); set the dataset's path, or get lucasnfe/vgmidi on GitHub"
        )
    return {source.key: source for source in sorted(found, key=lambda source: source.key)}


def game_of(stem: str) -> str:
    """Return the game that a file's name states: "Series_Console_Game_Title" or "Some_Game_Title"."""
    match = _CONSOLE.fullmatch(stem)
    return match["game"] if match else stem.rpartition("_")[0].replace("_", " ") or stem


def plain(game: str) -> str:
    """Return a game's name in a form in which its spellings agree: words in order of the alphabet, Arabic numbers."""
    words = re.findall(r"[a-z]+|[0-9]+", game.lower().replace("'", ""))
    return " ".join(sorted({_ROMAN.get(word, word) for word in words} - {"the"})) or game


def _known_splits(path: Path) -> Mapping[str, str]:
    """Return the splits of the games in manifest.csv; labelled games that it leaves out are held out for testing."""
    table = path / MANIFEST
    rows = rows_of(table, "game", "split")
    if not rows:
        return {}
    known = {plain(row["game"]): "test" for row in rows_of(path / LABELS, "game")}
    for row in rows:
        if row["split"] not in SPLITS:
            raise DataError(f"{table}: the split {row['split']!r:.20} is none of train, val and test")
        known[plain(row["game"])] = SPLITS[row["split"]]
    return known


def _labelled(config: VgmidiConfig, known: Mapping[str, str], remarks: list[str]) -> Iterator[Source]:
    table = next((config.path / name for name in (MANIFEST, LABELS) if (config.path / name).is_file()), None)
    if table is None:
        return
    ratings, files = ratings_of(config.path / RATINGS), defaultdict(list)
    for row in rows_of(table, "midi", "game", "valence", "arousal"):
        files[row["midi"]].append(row)
    absent = 0
    for name, rows in files.items():
        path = _inside(config.path, name, table)
        if not path.is_file():
            absent += 1
            continue
        signs = [(sign_of(table, row, "valence"), sign_of(table, row, "arousal")) for row in rows]
        game = rows[0]["game"]
        yield Source(
            key=path.stem,
            path=path,
            game=game,
            split=known.get(plain(game)) or seeded_split(plain(game), config.seed),
            mood=_mood(signs, ratings.get(path.stem)),
        )
    if absent:
        remarks.append(f"{table}: {absent} of its {len(files)} files are not there")


def _unlabelled(config: VgmidiConfig, known: Mapping[str, str]) -> Iterator[Source]:
    for path in sorted((config.path / UNLABELLED).rglob("*.mid")):
        game = game_of(path.stem)
        yield Source(
            key=f"{UNLABELLED}/{path.stem}",
            path=path,
            game=game,
            split=known.get(plain(game)) or seeded_split(plain(game), config.seed),
        )


def _mood(signs: list[tuple[int, int]], rating: tuple[float, float] | None) -> Mood:
    """Return the mood: ratings where there are some, else the labels; several segments' labels are summed.

    Segments of one piece may contradict each other; where they cancel out, the ratings decide.
    """
    sums = [sum(pair[axis] for pair in signs) for axis in (0, 1)]
    means = rating or tuple(total / len(signs) for total in sums)
    return Mood(*means, quadrant_of(*(total or mean for total, mean in zip(sums, means, strict=True))))


def _inside(folder: Path, name: str, table: Path) -> Path:
    """Return the file that a table names; raises DataError where that is outside of the corpus."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name:
        raise DataError(f"{table}: {name!r:.80} is not a file of the corpus")
    return folder / path
