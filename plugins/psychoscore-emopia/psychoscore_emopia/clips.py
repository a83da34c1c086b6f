"""The clips of the corpus on disk: what their names say and where their files are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from psychoscore_core.errors import DataError

# Q2_9v2WSpn4FCw_4, or Q2_9v2WSpn4FCw_4_seg1 where the aligned copy holds a part of the clip
_NAME = re.compile(r"(?P<clip>Q(?P<quadrant>[1-4])_(?P<song>.+)_\d+)(?:_seg\d*)?")
_SUFFIXES = (".mid", ".midi")


@frozen(kw_only=True)
class Name:
    """What a clip's name says: the labelled clip (parts of one share it), its song, its quadrant."""

    clip: str
    song: str
    quadrant: int


@frozen(kw_only=True)
class Clip:
    """One file of the corpus; `key` is its id in the dataset."""

    key: str
    name: Name
    path: Path
    aligned: bool


def parse_name(text: str) -> Name | None:
    """Return what a clip's name says, or None for a name that is no clip's; a MIDI suffix is ignored."""
    stem = text.rsplit(".", 1)[0] if text.lower().endswith((*_SUFFIXES, ".mp3")) else text
    match = _NAME.fullmatch(stem)
    return match and Name(clip=match["clip"], song=match["song"], quadrant=int(match["quadrant"]))


def clips_in(folder: Path, *, aligned: bool, mark: str = "") -> Iterator[Clip]:
    """Yield the clips in a folder in order of their names; files that are no clips are passed over.

    mark: appended to every key. A folder that is not there holds no clips.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise DataError(f"{folder}: cannot be read: {error.strerror}") from None
    for path in paths:
        name = parse_name(path.name)
        if name:
            yield Clip(key=path.stem + mark, name=name, path=path, aligned=aligned)


def chosen(performances: list[Clip], aligned: list[Clip], version: str) -> list[Clip]:
    """Return the clips of a version in order of their keys; see `EmopiaConfig.version`."""
    clips = {
        "performance": performances,
        "aligned": aligned,
        "both": performances + aligned,
        "auto": aligned + _without(performances, {clip.name.clip for clip in aligned}),
    }[version]
    return sorted(clips, key=lambda clip: clip.key)


def _without(clips: list[Clip], names: set[str]) -> list[Clip]:
    return [clip for clip in clips if clip.name.clip not in names]
