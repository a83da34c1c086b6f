"""Offer the exporter `midi`."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen
from attrs.validators import ge, le

from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class MidiConfig:
    """A Standard MIDI File per take, and beside it a picture of its notes.

    piano_roll: also draw `<take>.png`.
    width: of the picture in pixels, 640 to 8000; its height follows from the number of bars and the range of pitches.
    """

    piano_roll: bool = True
    width: int = field(default=1600, validator=[ge(640), le(8000)])


@hookimpl
def psyco_exporters() -> Iterable[Component]:
    """Offer the MIDI exporter."""
    yield Component(
        name="midi",
        factory="psychoscore_midi.exporting:MidiExporter",
        config=MidiConfig,
        summary="A MIDI file for each take, with a piano-roll picture beside it.",
    )
