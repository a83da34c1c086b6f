"""Offers the tokenizer `compound-word`; imports nothing heavy."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from psychoscore_core import Component, hookimpl
from psychoscore_notes.plugin import NotesConfig


@frozen(kw_only=True)
class CompoundWordConfig(NotesConfig):
    """What the words can say; whatever a score holds beyond it is rounded, see the README.

    positions: grid positions in a quarter note, 1 to 24; 4 holds sixteenths, 12 triplets too.
    velocities: velocity bins between 1 and 127, 1 to 127.
    tempos: tempo bins between 20 and 300 quarter notes a minute, evenly apart in ratio, 2 to 200.
    longest: the longest note in quarters, 1 to 32; longer ones are cut.
    max_bars: bars of a score after which the rest is dropped, 1 to 65536.
    max_notes: notes of a score after which the rest is dropped, 1 to 10000000.
    chords: whether metrical words name the chord that is heard, or planned, where it changes.
    """

    chords: bool = True


@hookimpl
def psyco_tokenizers() -> Iterable[Component]:
    """Offer `compound-word`."""
    yield Component(
        name="compound-word",
        factory="psychoscore_compound_word.tokenizer:CompoundWordTokenizer",
        config=CompoundWordConfig,
        summary="Words of eight families: type, bar-beat, tempo, chord, pitch, duration, velocity, emotion; a grammar.",
    )
