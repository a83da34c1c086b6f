"""Offers the tokenizer `remi`; imports nothing heavy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from attrs import Attribute, field, frozen, validators

from psychoscore_core import Component, hookimpl

_SIGNATURE = re.compile(r"([1-9]\d?)/(2|4|8|16)")
_QUARTERS = tuple(f"{beats}/4" for beats in range(1, 9))
_EIGHTHS = tuple(f"{beats}/8" for beats in range(1, 13))


def _rising(low: int, high: int) -> Any:
    def check(_: object, attribute: Attribute[Any], value: tuple[int, ...]) -> None:
        if not low <= value[0] < value[1] <= high:
            raise ValueError(f"{attribute.name} must be two rising numbers within {low} to {high}, not {value}")

    return check


def _tempo_bins(_: object, attribute: Attribute[Any], value: tuple[int, int, int]) -> None:
    if not (10 <= value[0] < value[1] <= 400 and 2 <= value[2] <= 400):
        raise ValueError(
            f"{attribute.name} must be (lowest, highest, number of bins) with 10 <= lowest < highest <= 400 "
            f"and 2 to 400 bins, not {value}"
        )


def _time_signatures(_: object, attribute: Attribute[Any], value: tuple[str, ...]) -> None:
    wrong = [text for text in value if not _SIGNATURE.fullmatch(text)]
    if wrong or "4/4" not in value or len(set(value)) != len(value):
        raise ValueError(
            f"{attribute.name} must be different signatures like '6/8' over 2, 4, 8 or 16, 4/4 among them, not {value}"
        )


def _duration_steps(instance: Any, attribute: Attribute[Any], value: tuple[tuple[int, int], ...]) -> None:
    ends = [end for end, _ in value]
    good = bool(value) and ends == sorted(set(ends)) and ends[0] > 0 and ends[-1] <= 64 and value[0][1] == 1
    if not good or any(step < 1 or instance.positions % step for _, step in value):
        raise ValueError(
            f"{attribute.name} must be (up to beat, step in positions) with rising ends up to 64, a first step of 1 "
            f"and steps that divide positions ({instance.positions}), not {value}"
        )


@frozen(kw_only=True)
class RemiConfig:
    """What the REMI vocabulary can say; whatever a score holds beyond it is normalised, see the README.

    positions: grid positions in a beat (1 to 48); 12 holds sixteenths and triplets exactly.
    durations: (up to beat, step in positions) in rising order; the first step is 1, the last end the longest note.
    velocities: velocity bins between 1 and 127 (1 to 127).
    pitches: lowest and highest MIDI pitch of tuned instruments (0 to 127).
    drum_pitches: lowest and highest MIDI pitch of drums (0 to 127).
    tempos: lowest and highest tempo in quarter notes a minute (10 to 400), and the number of bins between them.
    time_signatures: the time signatures that have a token, 4/4 among them.
    chords: whether recognised chords are written where the harmony changes.
    max_bars: bars of a score after which the rest is dropped (1 to 65536).
    max_notes: notes, and tempo changes, of a score after which the rest is dropped (1 to 10000000).
    bpe_vocabulary: size of the vocabulary after byte-pair merges are trained (up to 30000); 0 trains none.
    """

    positions: int = field(default=12, validator=[validators.ge(1), validators.le(48)])
    durations: tuple[tuple[int, int], ...] = field(default=((4, 1), (8, 3), (16, 6)), validator=_duration_steps)
    velocities: int = field(default=32, validator=[validators.ge(1), validators.le(127)])
    pitches: tuple[int, int] = field(default=(21, 108), validator=_rising(0, 127))
    drum_pitches: tuple[int, int] = field(default=(22, 88), validator=_rising(0, 127))
    tempos: tuple[int, int, int] = field(default=(40, 250, 43), validator=_tempo_bins)
    time_signatures: tuple[str, ...] = field(default=(*_QUARTERS, *_EIGHTHS), validator=_time_signatures)
    chords: bool = True
    max_bars: int = field(default=4096, validator=[validators.ge(1), validators.le(65536)])
    max_notes: int = field(default=100_000, validator=[validators.ge(1), validators.le(10_000_000)])
    bpe_vocabulary: int = field(default=0, validator=[validators.ge(0), validators.le(30_000)])


@hookimpl
def psyco_tokenizers() -> Iterator[Component]:
    """Offer the tokenizer `remi`."""
    yield Component(
        name="remi",
        factory="psychoscore_remi.tokenizer:RemiTokenizer",
        config=RemiConfig,
        summary="REMI tokens on MidiTok: bars, positions, chords, tempos, programs, optional BPE, with a grammar.",
    )
