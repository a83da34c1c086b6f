"""Checks of tokenizers: round trip, a grammar that always has a next token, and saving."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from psychoscore_core.errors import CheckpointError
from psychoscore_core.testing import toy
from psychoscore_core.testing.outcome import require
from psychoscore_core.testing.subject import Subject
from psychoscore_core.testing.walk import random_rows, random_walk

BARS = 4
WALKS = 8
GRID = 24  # parts of a quarter that times are compared in: tokens that count milliseconds hit no beat exactly


def rows_lie_in_the_vocabulary(subject: Subject) -> None:
    tokenizer = _ready(subject)
    encoded = tokenizer.encode(toy.score(), toy.PREFIX_TOKENS)
    sizes = [family.size for family in tokenizer.vocabulary.families]
    require(encoded.rows.dtype == "int32", f"rows are {encoded.rows.dtype}, not int32")
    require(encoded.rows.ndim == 2 and encoded.rows.shape[1] == len(sizes), f"rows have shape {encoded.rows.shape}")
    require((encoded.rows >= 0).all() and (encoded.rows < sizes).all(), "an id lies outside its family")


def rows_know_their_bars(subject: Subject) -> None:
    encoded = _ready(subject).encode(toy.score(BARS), toy.PREFIX_TOKENS)
    prefix, music = encoded.bars[: encoded.prefix_length], encoded.bars[encoded.prefix_length :]
    require(len(encoded.bars) == len(encoded.rows), "bars and rows differ in length")
    require((prefix == -1).all() and (music >= 0).all(), "bars must be -1 in the prefix and nowhere else")
    require((music[1:] >= music[:-1]).all(), "bars go backwards")
    require(int(music.max()) == BARS - 1, f"the last bar of {BARS} is numbered {int(music.max())}")


def round_trip_keeps_the_notes(subject: Subject) -> None:
    tokenizer = _ready(subject)
    place = _placed if subject.has("decode_for") else toy.notes_of
    before = place(toy.score())
    encoded = tokenizer.encode(toy.score(), toy.PREFIX_TOKENS)
    after = place(tokenizer.decode(encoded.rows))
    lost, gained = sorted(set(before) - set(after)), sorted(set(after) - set(before))
    require(before == after, f"decode(encode(score)) lost {lost[:3]} and gained {gained[:3]} (onset, pitch, quarters)")
    require(encoded.notes == len(before), f"encode() counts {encoded.notes} notes of {len(before)}")


def _placed(score: Any) -> list[tuple[float, int, float]]:
    """Return onset, pitch and duration of every note, sorted; both times rounded to parts of a quarter."""
    notes = toy.notes_of(score)
    return sorted((round(GRID * onset) / GRID, pitch, round(GRID * length) / GRID) for onset, pitch, length in notes)


def prompt_is_the_start_of_encoding(subject: Subject) -> None:
    tokenizer = _ready(subject)
    prompt = tokenizer.prompt(toy.PREFIX_TOKENS)
    first = [int(row[0]) for row in prompt]
    wanted = [tokenizer.vocabulary.prefix[name] for name in toy.PREFIX_TOKENS]
    require(first == [tokenizer.vocabulary.bos, *wanted, tokenizer.vocabulary.sep], f"prompt() gives {first}")


def unknown_prefix_is_a_value_error(subject: Subject) -> None:
    tokenizer, unknown = _ready(subject), ("NO_SUCH:1",)
    for call in (partial(tokenizer.prompt, unknown), partial(tokenizer.encode, toy.score(), unknown)):
        try:
            call()
        except ValueError as error:
            require("NO_SUCH:1" in str(error), f"the error does not name the token: {error}")
        else:
            raise AssertionError("an unknown prefix name raises no ValueError")


def walks_end_in_valid_music(subject: Subject) -> None:
    """Random walks through the grammar end, and what they decode to survives MIDI."""
    from symusic import Score

    tokenizer = _ready(subject)
    for seed in range(WALKS):
        rows = random_walk(tokenizer.grammar(BARS), tokenizer.vocabulary, seed)
        score = tokenizer.decode(rows)
        _check_score(score)
        read = Score.from_midi(score.dumps_midi())
        require(len(toy.notes_of(read)) == len(toy.notes_of(score)), "notes are lost in MIDI")


def walks_have_exactly_their_bars(subject: Subject) -> None:
    tokenizer = _ready(subject)
    for seed, bars in enumerate((1, BARS, 9)):
        for plan in (None, toy.plan(toy.profiles()[0], bars), toy.plan(toy.profiles()[1], bars, (3, 4))):
            grammar = tokenizer.grammar(bars, plan)
            random_walk(grammar, tokenizer.vocabulary, seed)
            require(grammar.bar == bars - 1, f"a stream of {bars} bars ends in bar {grammar.bar + 1}")


def forbidden_rows_are_refused(subject: Subject) -> None:
    tokenizer = _ready(subject)
    grammar = tokenizer.grammar(BARS)
    forbidden = [index for index, allowed in enumerate(grammar.mask(0)) if not allowed]
    require(forbidden, "the mask allows everything at the start")
    try:
        grammar.push([forbidden[0]] + [0] * (len(tokenizer.vocabulary.families) - 1))
    except ValueError:
        return
    raise AssertionError("push() takes a row that the mask forbids")


def any_rows_decode(subject: Subject) -> None:
    tokenizer = _ready(subject)
    for seed in range(WALKS):
        _check_score(tokenizer.decode(random_rows(tokenizer.vocabulary, 64, seed)))


def saving_keeps_the_vocabulary(subject: Subject) -> None:
    tokenizer = _ready(subject)
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.save(Path(folder))
        loaded = subject.build()
        loaded.load(Path(folder))
    before, after = tokenizer.vocabulary.digest, loaded.vocabulary.digest
    require(before == after, f"the vocabulary's digest is {before} before saving and {after} after loading")
    rows = [t.encode(toy.score(), toy.PREFIX_TOKENS).rows for t in (tokenizer, loaded)]
    require(rows[0].tolist() == rows[1].tolist(), "a loaded tokenizer encodes otherwise")
    require(not loaded.needs_training(), "a loaded tokenizer wants to be trained again")


def empty_folder_is_a_checkpoint_error(subject: Subject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            subject.build().load(Path(folder))
        except CheckpointError:
            return
    raise AssertionError("load() of an empty folder raises no CheckpointError")


def _ready(subject: Subject) -> Any:
    tokenizer = subject.build()
    if tokenizer.needs_training():
        tokenizer.train([toy.score(bars) for bars in (4, 8, 16)])
    return tokenizer


def _check_score(score: Any) -> None:
    for track in score.tracks:
        for note in track.notes:
            fits = note.time >= 0 and note.duration > 0 and 0 <= note.pitch <= 127 and 1 <= note.velocity <= 127
            require(fits, f"decode() gives a note that MIDI cannot hold: {note}")


CHECKS: MappingProxyType[str, Callable[[Subject], None]] = MappingProxyType(
    {
        "rows-lie-in-the-vocabulary": rows_lie_in_the_vocabulary,
        "rows-know-their-bars": rows_know_their_bars,
        "round-trip-keeps-the-notes": round_trip_keeps_the_notes,
        "prompt-is-the-start-of-encoding": prompt_is_the_start_of_encoding,
        "unknown-prefix-is-a-value-error": unknown_prefix_is_a_value_error,
        "walks-end-in-valid-music": walks_end_in_valid_music,
        "walks-have-exactly-their-bars": walks_have_exactly_their_bars,
        "forbidden-rows-are-refused": forbidden_rows_are_refused,
        "any-rows-decode": any_rows_decode,
        "saving-keeps-the-vocabulary": saving_keeps_the_vocabulary,
        "empty-folder-is-a-checkpoint-error": empty_folder_is_a_checkpoint_error,
    }
)
