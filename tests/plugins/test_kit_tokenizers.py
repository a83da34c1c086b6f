"""Every check of tokenizers fails on the fault that it is there for; the sound one has compound rows."""

import numpy as np
import pytest
from symusic import Note, Score, Track

from psychoscore_core.errors import CheckpointError
from psychoscore_core.records import Encoded, Family, Vocabulary
from psychoscore_core.testing import checks_for
from psychoscore_core.testing.kit import CHECKS, outcome

PAD, BOS, SEP, EOS, BAR, NOTE = range(6)
SIXTEENTH = 120  # ticks
NOTES = 6  # a bar, at most, in a random walk


class Grammar:
    def __init__(self, bars):
        self.bars, self.bar, self.begun, self.notes, self.finished = bars, 0, 0, 0, False

    def mask(self, family=0, partial=()):
        mask = np.zeros(SIZES[family], dtype=bool)
        if family == 0:
            mask[[*self.kinds()]] = True
        elif partial[0] == NOTE:
            mask[1 if family == 3 else 0 :] = True  # no note without a duration
        else:
            mask[0] = True
        return mask

    def kinds(self):
        if self.begun and self.notes < NOTES:
            yield NOTE
        if self.begun < self.bars:
            yield BAR
        else:
            yield EOS

    def push(self, row):
        if row[0] not in self.kinds():
            raise ValueError(f"kind {row[0]} may not follow")
        self.finished = row[0] == EOS
        self.notes = self.notes + 1 if row[0] == NOTE else 0
        if row[0] == BAR:
            self.begun += 1
            self.bar = self.begun - 1


SIZES = (16, 16, 128, 65)


class Rows:
    """Rows of (kind, sixteenth in the bar, pitch, sixteenths)."""

    def __init__(self, config, prefix_tokens):
        kinds = ["PAD", "BOS", "SEP", "EOS", "Bar", "Note", *prefix_tokens]
        kinds += [f"UNUSED_{n}" for n in range(SIZES[0] - len(kinds))]
        names = {"kind": kinds, **{n: list(map(str, range(s))) for n, s in zip("pqd", SIZES[1:], strict=True)}}
        families = tuple(Family(name=name, tokens=tuple(tokens)) for name, tokens in names.items())
        prefix = {name: kinds.index(name) for name in prefix_tokens}
        self.vocabulary = Vocabulary(families=families, prefix=prefix, pad=PAD, bos=BOS, sep=SEP, eos=EOS)

    def needs_training(self):
        return False

    def train(self, scores):
        pass

    def prompt(self, prefix=()):
        for name in prefix:
            if name not in self.vocabulary.prefix:
                raise ValueError(f"unknown prefix {name}")
        ids = [BOS, *(self.vocabulary.prefix[name] for name in prefix), SEP]
        return np.array([[i, 0, 0, 0] for i in ids], dtype=np.int32)

    def encode(self, score, prefix=()):
        start = self.prompt(prefix)
        rows, bars, notes = [], [], sorted(score.tracks[0].notes, key=lambda n: (n.time, n.pitch))
        for bar in range(1 + max(n.time for n in notes) // (16 * SIXTEENTH)):
            inside = [n for n in notes if n.time // (16 * SIXTEENTH) == bar]
            rows += [
                [BAR, 0, 0, 0],
                *([NOTE, n.time // SIXTEENTH % 16, n.pitch, n.duration // SIXTEENTH] for n in inside),
            ]
            bars += [bar] * (1 + len(inside))
        rows, bars = [*rows, [EOS, 0, 0, 0]], [*bars, bars[-1]]
        return Encoded(
            rows=np.concatenate([start, np.array(rows, dtype=np.int32)]),
            bars=np.array([-1] * len(start) + bars, dtype=np.int32),
            prefix_length=len(start),
            notes=len(notes),
        )

    def decode(self, rows):
        score, track, bar = Score(480), Track(), -1
        for kind, position, pitch, duration in rows.tolist():
            bar += kind == BAR
            if kind == NOTE and duration:
                track.notes.append(Note((16 * max(0, bar) + position) * SIXTEENTH, duration * SIXTEENTH, pitch, 64))
        score.tracks.append(track)
        return score

    def grammar(self, bars=None, plan=None):
        return Grammar(bars)

    def save(self, folder):
        (folder / "rows.txt").write_text("rows")

    def load(self, folder):
        if not (folder / "rows.txt").exists():
            raise CheckpointError(f"{folder} holds no tokenizer")


class WideRows(Rows):
    def encode(self, score, prefix=()):
        encoded = super().encode(score, prefix)
        encoded.rows[-1, 0] = SIZES[0]
        return encoded


class BarlessRows(Rows):
    def encode(self, score, prefix=()):
        encoded = super().encode(score, prefix)
        encoded.bars[:] = 0
        return encoded


class ForgetfulRows(Rows):
    def decode(self, rows):
        score = super().decode(rows)
        if score.tracks[0].notes:
            score.tracks[0].notes.pop()
        return score


class HeadlessRows(Rows):
    def prompt(self, prefix=()):
        return super().prompt(prefix)[1:]


class GenerousRows(Rows):
    def prompt(self, prefix=()):
        return super().prompt([name for name in prefix if name in self.vocabulary.prefix])


class StuckRows(Rows):
    def grammar(self, bars=None, plan=None):
        grammar = super().grammar(bars)
        grammar.kinds = lambda: [NOTE] if grammar.begun else [BAR]
        return grammar


class ShortRows(Rows):
    def grammar(self, bars=None, plan=None):
        return Grammar(min(bars, 4))


class LaxRows(Rows):
    def grammar(self, bars=None, plan=None):
        grammar = super().grammar(bars)
        grammar.push = lambda row: None
        return grammar


class BrittleRows(Rows):
    def decode(self, rows):
        if rows[0, 0] not in (BOS, BAR):
            raise KeyError("no bar")
        return super().decode(rows)


class GrowingRows(Rows):
    def load(self, folder):
        super().load(folder)
        families = (*self.vocabulary.families, Family(name="more", tokens=("x",)))
        self.vocabulary = Vocabulary(families=families, prefix={}, pad=0, bos=1, sep=2, eos=3)


class CarelessRows(Rows):
    def load(self, folder):
        pass


CATCHES = [
    ("rows-lie-in-the-vocabulary", WideRows, "an id lies outside its family"),
    ("rows-know-their-bars", BarlessRows, "bars must be -1 in the prefix"),
    ("round-trip-keeps-the-notes", ForgetfulRows, "decode(encode(score)) lost [("),
    ("prompt-is-the-start-of-encoding", HeadlessRows, "prompt() gives"),
    ("unknown-prefix-is-a-value-error", GenerousRows, "raises no ValueError"),
    ("walks-end-in-valid-music", StuckRows, "has not ended after"),
    ("walks-have-exactly-their-bars", ShortRows, "a stream of 9 bars ends in bar 4"),
    ("forbidden-rows-are-refused", LaxRows, "takes a row that the mask forbids"),
    ("any-rows-decode", BrittleRows, "KeyError"),
    ("saving-keeps-the-vocabulary", GrowingRows, "the vocabulary's digest is"),
    ("empty-folder-is-a-checkpoint-error", CarelessRows, "raises no CheckpointError"),
]


@pytest.mark.parametrize(("check", "cls", "text"), CATCHES, ids=[row[0] for row in CATCHES])
def test_a_fault_is_caught(check, cls, text, subject_of, monkeypatch):
    monkeypatch.setattr("psychoscore_core.testing.walk.MOST_ROWS", 500)
    result = outcome(subject_of("tokenizer", cls), check, {})
    assert (result.status, text in result.text) == ("failed", True), result.text


def test_a_sound_component_passes(subject_of):
    subject = subject_of("tokenizer", Rows)
    outcomes = [outcome(subject, check, {}) for check in checks_for("tokenizer")]
    assert not [str(o) for o in outcomes if o.status == "failed"]


def test_every_check_has_a_fault_that_it_catches():
    assert {check for check, _, _ in CATCHES} == set(CHECKS["tokenizer"])
