"""Offers the tokenizer `notes`; imports nothing heavy."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen, validators

from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class NotesConfig:
    """What the rows can say; whatever a score holds beyond it is rounded, see the README.

    positions: grid positions in a quarter note, 1 to 24; 4 holds sixteenths, 12 triplets too.
    velocities: velocity bins between 1 and 127, 1 to 127.
    tempos: tempo bins between 20 and 300 quarter notes a minute, evenly apart in ratio, 2 to 200.
    longest: the longest note in quarters, 1 to 32; longer ones are cut.
    max_bars: bars of a score after which the rest is dropped, 1 to 65536.
    max_notes: notes of a score after which the rest is dropped, 1 to 10000000.
    """

    positions: int = field(default=4, validator=[validators.ge(1), validators.le(24)])
    velocities: int = field(default=32, validator=[validators.ge(1), validators.le(127)])
    tempos: int = field(default=48, validator=[validators.ge(2), validators.le(200)])
    longest: int = field(default=16, validator=[validators.ge(1), validators.le(32)])
    max_bars: int = field(default=4096, validator=[validators.ge(1), validators.le(65536)])
    max_notes: int = field(default=100_000, validator=[validators.ge(1), validators.le(10_000_000)])


@hookimpl
def psyco_tokenizers() -> Iterable[Component]:
    """Offer `notes`."""
    yield Component(
        name="notes",
        factory="psychoscore_notes.tokenizer:NotesTokenizer",
        config=NotesConfig,
        summary="One row a note: time, voice, pitch above the tonic, duration, velocity; with a grammar.",
    )
