"""Offer the datasets `midi-folder`, `lakh` and `maestro`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from attrs import field, frozen
from attrs.validators import ge, le

from psychoscore_core import Component, hookimpl

# Said in each config's own docstring, because that is where the options' reference is read from.
_SHARED = """
    min_notes, max_notes: files with fewer or more notes are left out.
    min_bars, max_bars: so are those whose notes begin in fewer or more bars.
    pitch_range: lowest and highest MIDI pitch that a note which is no drum may have.
    duplicates: "drop" keeps the first of all files with the same notes, whatever their names, tempos and instruments;
    "keep" keeps all of them, in one group.
    bars: where bars come from: the "file"; or "track" finds beats and bars in the onsets; or "auto" does so only where
    the onsets keep no grid of the file's own, and finds the bars alone where the file claims bars of one beat.
    tempo: of a tracked file: one tempo for each of its "beats" or "bars", or the "median" for all of it.
    estimate_key: take key and mode from the notes where the file has no key signature, or only one in C major, which
    many programs write unasked.
    transpose: training pieces are also given in every transposition up to so many semitones up and down, 0 to 6.
    fingerprint: how a change of the files is noticed: "content" reads all of them, "stat" trusts size and time stamp.
    isolate: parse each file in a process of its own, so that even a parser that hangs costs one file only; a crash is
    one line of the report either way.
    cache: the folder for the index of duplicates; null is the user's cache folder.
    seed: of the drawn splits and of the choice that max_files makes.
"""


@frozen(kw_only=True)
class FileOptions:
    """What all datasets of MIDI files have in common."""

    path: Path = Path("midi")
    min_notes: int = field(default=16, validator=ge(1))
    max_notes: int = field(default=50_000, validator=ge(1))
    min_bars: int = field(default=2, validator=ge(1))
    max_bars: int = field(default=2000, validator=ge(1))
    pitch_range: tuple[int, int] = (0, 127)
    duplicates: Literal["drop", "keep"] = "drop"
    bars: Literal["auto", "file", "track"] = "auto"
    tempo: Literal["bars", "beats", "median"] = "bars"
    estimate_key: bool = True
    transpose: int = field(default=0, validator=[ge(0), le(6)])
    fingerprint: Literal["content", "stat"] = "content"
    isolate: bool = False
    cache: Path | None = None
    seed: int = 0

    def __attrs_post_init__(self) -> None:
        low, high = self.pitch_range
        if not 0 <= low < high <= 127:
            raise ValueError(f"pitch_range must be two MIDI pitches, the lower one first, not {low} and {high}")
        if self.min_notes > self.max_notes or self.min_bars > self.max_bars:
            raise ValueError("min_notes and min_bars must not be over max_notes and max_bars")


@frozen(kw_only=True)
class MidiFolderConfig(FileOptions):
    __doc__ = f"""Any folder of MIDI files, at any depth; the profiles are neutral.

    path: the folder; every file in it that ends in .mid, .midi or .kar is a piece. Links are not followed.
    pattern: only files whose path in the folder matches, with * for any text: "*/piano/*".
    max_files: at most so many files, drawn by the seed; null takes all.
    validation, test: shares of the groups that go to these splits; the rest is for training.
    group_by: what never spans two splits: a "file" and all with the same notes, or the top "folder" that it lies in.
{_SHARED}"""

    pattern: str = "*"
    max_files: int | None = field(default=None, validator=lambda *it: it[2] is None or ge(1)(*it))
    validation: float = field(default=0.1, validator=[ge(0.0), le(1.0)])
    test: float = field(default=0.1, validator=[ge(0.0), le(1.0)])
    group_by: Literal["file", "folder"] = "file"


@frozen(kw_only=True)
class LakhConfig(FileOptions):
    __doc__ = f"""The Lakh MIDI Dataset (Raffel 2016), LMD-full or LMD-matched; the profiles are neutral.

    path: the folder lmd_full or lmd_matched, or the one that holds it.
    part: "full", "matched", or "auto": matched where it is found.
    best: of the files matched to one track only the one with the highest score, where match_scores.json is found.
    min_score: matched files with a lower score are left out, 0 to 1.
    max_files: at most so many files, drawn by the seed; null takes all.
    validation, test: shares of the tracks (matched) or files (full) that go to these splits.
{_SHARED}"""

    path: Path = Path("lakh")
    part: Literal["auto", "full", "matched"] = "auto"
    best: bool = True
    min_score: float = field(default=0.0, validator=[ge(0.0), le(1.0)])
    max_files: int | None = field(default=None, validator=lambda *it: it[2] is None or ge(1)(*it))
    validation: float = field(default=0.1, validator=[ge(0.0), le(1.0)])
    test: float = field(default=0.1, validator=[ge(0.0), le(1.0)])


@frozen(kw_only=True)
class MaestroConfig(FileOptions):
    __doc__ = f"""MAESTRO (Hawthorne et al. 2019): piano competition performances; the profiles are neutral.

    path: the folder with maestro-v3.0.0.csv (or .json, or that of an earlier version) and a folder for each year.
{_SHARED}"""

    path: Path = Path("maestro-v3.0.0")
    bars: Literal["auto", "file", "track"] = "track"
    duplicates: Literal["drop", "keep"] = "keep"


@hookimpl
def psyco_datasets() -> Iterable[Component]:
    """Offer the datasets."""
    yield Component(
        name="midi-folder",
        factory="psychoscore_midi_folder.midi_folder:MidiFolder",
        config=MidiFolderConfig,
        summary="Any folder of MIDI files, filtered, without duplicates, with bars found where there are none.",
    )
    yield Component(
        name="lakh",
        factory="psychoscore_midi_folder.lakh:Lakh",
        config=LakhConfig,
        summary="The Lakh MIDI Dataset: songs of all kinds, whole or matched to the Million Song Dataset.",
    )
    yield Component(
        name="maestro",
        factory="psychoscore_midi_folder.maestro:Maestro",
        config=MaestroConfig,
        summary="MAESTRO: concert piano performances, with bars found from their onsets.",
    )
