"""Offers the tokenizer `midi-llm`; imports nothing heavy."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from attrs import field, frozen, validators

from psychoscore_core import Component, hookimpl


def _within(low: float, high: float, default: Any) -> Any:
    checks = [validators.ge(low), validators.le(high)]
    return field(default=default, validator=validators.optional(validators.and_(*checks)))


@frozen(kw_only=True)
class MidiLlmConfig:
    """What the tokens can say; whatever a score holds beyond it is dropped or rounded, see the README.

    instruments: "piano" for one instrument (2,176 ids, as brianflakes/rwkv-midi-piano has them) or "band" for thirteen
        (20,096 ids, as BlinkDL/rwkv-4-music has them).
    velocity_bins: velocity bins of each pitch, the one that ends a note included, 2 to 128; null = the checkpoints'
        own, 16 for the piano and 12 for the band.
    velocity_exponent: how bins narrow towards quiet notes, 0.01 to 1 (1 = all alike); null = the checkpoints' own, 0.33
        and 0.5.
    tokenizer_json: tokenizer file of a checkpoint (Hugging Face, word-level), which must say the same ids; null = none.
    pedal: whether notes sound as long as the sustain pedal holds them, as in the music the checkpoints learned.
    longest: the longest note in seconds, 1 to 600; longer ones are ended there.
    polyphony: notes that may sound at once, 1 to 1664; further ones are left out.
    max_bars: bars of a score after which the rest is dropped, 1 to 65536.
    max_notes: notes of a score after which the rest is dropped, 1 to 10000000.
    max_seconds: seconds of a score after which the rest is dropped, 1 to 86400.
    """

    instruments: Literal["piano", "band"] = "piano"
    velocity_bins: int | None = _within(2, 128, None)
    velocity_exponent: float | None = _within(0.01, 1.0, None)
    tokenizer_json: Path | None = None
    pedal: bool = True
    longest: float = _within(1.0, 600.0, 20.0)
    polyphony: int = _within(1, 1664, 64)
    max_bars: int = _within(1, 65536, 4096)
    max_notes: int = _within(1, 10_000_000, 100_000)
    max_seconds: float = _within(1.0, 86_400.0, 3600.0)


@hookimpl
def psyco_tokenizers() -> Iterable[Component]:
    """Offer `midi-llm`."""
    yield Component(
        name="midi-llm",
        factory="psychoscore_midi_llm.tokenizer:MidiLlmTokenizer",
        config=MidiLlmConfig,
        summary="The tokens of the public RWKV-4 music models: waits, note-ons, note-offs; with a grammar.",
    )
