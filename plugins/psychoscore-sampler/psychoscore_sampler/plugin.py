"""Offers the sampler `constrained`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import field, frozen, validators

from psychoscore_core import Component, hookimpl


def _within(low: float, high: float, default: float) -> Any:
    return field(default=default, validator=[validators.ge(low), validators.le(high)])


@frozen(kw_only=True)
class FamilyDraw:
    """How the tokens of one family are drawn, where otherwise than the others.

    temperature: in place of the bar's, above 0 to 100; null = the bar's.
    top_p: in place of the sampler's, above 0 to 1; null = the sampler's.
    """

    temperature: float | None = field(
        default=None, validator=validators.optional([validators.gt(0), validators.le(100)])
    )
    top_p: float | None = field(default=None, validator=validators.optional([validators.gt(0), validators.le(1)]))


@frozen(kw_only=True)
class ConstrainedConfig:
    """Options of the sampler `constrained`.

    top_k: draw only from so many likeliest tokens, 0 = all.
    top_p: draw only from the likeliest tokens that together have this probability, above 0 to 1 (1 = all).
    min_p: draw only tokens at least this many times as likely as the likeliest, 0 to 1 (0 = all).
    families: a temperature and a top_p of their own for families of the tokenizer, by their names.
    guidance: classifier-free guidance g, 0 to 20: logits = u + g (c - u), c with and u without the condition; 1 = off.
    repetition_penalty: how many nats a token loses that would go on with a passage already played, 0 to 100 (0 = off).
    repetition_length: how many rows may repeat literally before that penalty sets in, from 1.
    repetition_window: how many rows back a passage counts as already played, 2 to 100000.
    max_rows_per_bar: rows after which a bar is led to its end by the shortest way, from 1.
    max_rows: rows of a piece after which each of its bars is led to its end at once, 0 = no limit.
    plan_guidance: the same for the plan's bar conditions alone, where `guidance` is then for the profile alone; null =
        both together.
    scale: with a plan, no note lies outside the bar's scale and chord while the bar's chromaticism is 0, and foreign
        notes come in the share that it asks for otherwise.
    chord_tones: on strong beats (the first, and the middle one of an even number) only tones of the planned chord.
    chord_boost: how many nats chord tones gain everywhere, 0 to 20; melodies half of it.
    tension: how many nats a note loses for each unit (on the spiral array) by which it takes half a bar off the tension
        of its chord and of the plan's curve, 0 to 100 (0 = off); melodies half of it.
    density: as many onsets as the plan's bars ask for, the rounding carried on; an even rhythm, or a bar that takes up
        another, may have some more or fewer.
    rhythm: pull the inter-onset intervals to the plan's irregularity.
    polyphony: pull the number of notes that sound together to the plan's.
    most_notes: never more notes together than so many, 0 = no limit.
    register: pull the mean and the spread of the pitches to the plan's, and keep them within 2.5 planned deviations
        (at least 14 semitones) of the mean.
    melody: the share of onsets at which the melody is to begin a note, 0 to 1; 0 = whatever comes. At any onset there
        are at most 1 note of melody, 2 of counter-melody and 5 of accompaniment.
    dynamics: pull the mean and the spread of the velocities to the plan's.
    repeats: how many nats a note of the bar that the plan's bar takes up gains, 0 to 40; 0 = off, and no bar is kept
        unlike the ones before it either.
    batch_size: how many pieces are drawn together, 1 to 1024; the result of each does not depend on it.
    """

    top_k: int = _within(0, 10**6, 0)
    top_p: float = field(default=0.95, validator=[validators.gt(0), validators.le(1)])
    min_p: float = _within(0, 1, 0.0)
    families: dict[str, FamilyDraw] = field(factory=dict)
    guidance: float = _within(0, 20, 1.0)
    repetition_penalty: float = _within(0, 100, 0.0)
    repetition_length: int = _within(1, 10**6, 32)
    repetition_window: int = _within(2, 10**5, 1024)
    max_rows_per_bar: int = _within(1, 10**6, 400)
    max_rows: int = _within(0, 10**9, 0)
    plan_guidance: float | None = field(
        default=None, validator=validators.optional([validators.ge(0), validators.le(20)])
    )
    scale: bool = True
    chord_tones: bool = True
    chord_boost: float = _within(0, 20, 4.0)
    tension: float = _within(0, 100, 45.0)
    density: bool = True
    rhythm: bool = True
    polyphony: bool = True
    most_notes: int = _within(0, 128, 12)
    register: bool = True
    melody: float = _within(0, 1, 0.4)
    dynamics: bool = True
    repeats: float = _within(0, 40, 16.0)
    batch_size: int = _within(1, 1024, 16)


@hookimpl
def psyco_samplers() -> Iterable[Component]:
    """Offer `constrained`."""
    yield Component(
        name="constrained",
        factory="psychoscore_sampler.constrained:ConstrainedSampler",
        config=ConstrainedConfig,
        summary="Draws rows under the tokenizer's grammar: temperature, top-k, top-p, guidance, exactly so many bars.",
        version=2,
    )
