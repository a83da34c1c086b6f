"""What an evaluation is asked to do."""

from __future__ import annotations

from pathlib import Path

from attrs import field, frozen
from attrs.validators import deep_iterable, ge, in_, le

PARTS = ("control", "sweep", "interpolation", "emotion", "music", "likelihood", "originality")


@frozen(kw_only=True)
class Settings:
    """The settings of an evaluation.

    profiles, seeds: takes are made of so many random profiles with so many seeds each. bars: of every take.
    emopia: where EMOPIA lies, for the judge of emotion. real, train: folders of MIDI files: held-out music to compare
    with, and the music that the model has seen; without them the project's datasets serve. parts: of PARTS.
    command: what was typed, for the record.
    """

    bars: int = field(default=16, validator=[ge(4), le(512)])
    profiles: int = field(default=200, validator=[ge(8), le(10000)])
    seeds: int = field(default=3, validator=[ge(1), le(64)])
    emopia: Path | None = None
    real: Path | None = None
    train: Path | None = None
    parts: tuple[str, ...] = field(default=PARTS, validator=deep_iterable(in_(PARTS)))
    command: str = ""
