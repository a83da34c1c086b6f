"""From a file's music to pieces: bars, attributes, transpositions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from psychoscore_core.errors import DataError
from psychoscore_core.profile import Profile
from psychoscore_core.records import KEYS, Attributes, Piece
from psychoscore_midi_folder.attributes import attributes_of
from psychoscore_midi_folder.bars import with_bars
from psychoscore_midi_folder.notes import Notes
from psychoscore_midi_folder.quality import bar_fault
from psychoscore_midi_folder.reading import Good, limits_of

if TYPE_CHECKING:
    from symusic import Score

    from psychoscore_midi_folder.plugin import FileOptions
else:
    Score = FileOptions = Any


def pieces_of(
    good: Good, options: FileOptions, name: str, group: str, split: str, labels: Mapping[str, float | int | str]
) -> list[Piece]:
    """Return the piece, for training with its transpositions; raises DataError where its bars cannot be used.

    labels: the corpus's own; `bars_from` is added: "file", "onsets" or "downbeats".
    """
    score, source = with_bars(good.score, good.notes, options.bars, options.tempo)
    fault = bar_fault(score, limits_of(options))
    if fault:
        raise DataError(f"{name}: {fault}")
    attributes = attributes_of(score, estimate_key=options.estimate_key)
    return [
        Piece(
            id=name + (f"{shift:+d}" if shift else ""),
            score=transposed(score, shift) if shift else score,
            profile=Profile(),
            group=group,
            split=split,
            attributes=_in_key(attributes, shift),
            labels={**labels, "bars_from": source},
        )
        for shift in _shifts(good.notes, options, split)
    ]


def _shifts(notes: Notes, options: FileOptions, split: str) -> Iterator[int]:
    """Yield 0 and, for training, every shift that keeps the notes in the allowed range; drums have no pitch."""
    most = options.transpose if split == "train" else 0
    pitch = notes.pitch[~notes.drum]
    low, high = options.pitch_range
    yield 0
    for shift in (sign * size for size in range(1, most + 1) for sign in (-1, 1)):
        if len(pitch) and pitch.min() + shift >= low and pitch.max() + shift <= high:
            yield shift


def transposed(score: Score, shift: int) -> Score:
    """Return a copy, every pitched note moved by `shift` semitones; key signatures go along, drums stay."""
    moved = score.copy()
    for track in moved.tracks:
        if not track.is_drum:
            track.shift_pitch(shift, inplace=True)
    for sign in moved.key_signatures:
        sign.key = (sign.key + 7 * shift + 5) % 12 - 5  # a semitone is seven fifths; 6 sharps rather than 6 flats
    return moved


def _in_key(attributes: Attributes, shift: int) -> Attributes:
    key = attributes.key and KEYS[(KEYS.index(attributes.key) + shift) % 12]
    return Attributes(key=key, mode=attributes.mode, tempo=attributes.tempo)
