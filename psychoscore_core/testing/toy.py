"""Small values of every record, for checks: profiles, a plan, a score, a take, a vocabulary and its grammar."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from psychoscore_core.profile import DIMENSIONS, Profile
from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import Condition, ConditionSpace, Family, Plan, Take, Vocabulary
from psychoscore_core.rule_table import complete, plan_of

PREFIX_TOKENS = ("DISC_D:0.5", "TRAUMA:0.2", "KEY_C", "MODE_Ionian", "TEMPO_120")
HIDDEN_SIZE = 16
SPACE = ConditionSpace(vector=tuple(d.name for d in DIMENSIONS), bar=("tension", "density"))
PAD, BOS, SEP, EOS, BAR, FIRST_NOTE, NOTES = 0, 1, 2, 3, 4, 5, 12
TEXTS = ("PAD", "BOS", "SEP", "EOS", "Bar", *(f"Note_{n}" for n in range(NOTES)))
VOCABULARY = Vocabulary(families=(Family(name="token", tokens=TEXTS),), prefix={}, pad=PAD, bos=BOS, sep=SEP, eos=EOS)
MOST_NOTES = 4  # a bar


def profiles(count: int = 4) -> list[Profile]:
    """Return the neutral profile and random ones, always the same."""
    rng = random.Random(57)
    return [Profile(), *(random_profile(rng) for _ in range(count - 1))]


def condition(profile: Profile) -> Condition:
    return Condition(profile=profile, vector=profile.to_vector(), prefix=(), attributes=complete(profile))


def plan(profile: Profile, bars: int = 4, time_signature: tuple[int, int] = (4, 4)) -> Plan:
    return plan_of(profile, bars, time_signature=time_signature)


def score(bars: int = 4) -> Any:
    """Return a piano piece in 4/4 at 120: a melody in quarters over whole-note triads, all on any tokenizer's grid."""
    import symusic

    library: Any = symusic  # its classes are unions of three time units, which type checkers cannot follow
    piece = library.Score(480)
    piece.tempos.append(library.Tempo(0, 120))
    piece.time_signatures.append(library.TimeSignature(0, 4, 4))
    track = library.Track("piano", program=0)
    for bar in range(bars):
        start = bar * 4 * 480
        for pitch in (48, 52, 55):
            track.notes.append(library.Note(start, 4 * 480, pitch, 64))
        for beat, pitch in enumerate((60, 64, 67, 72)):
            track.notes.append(library.Note(start + beat * 480, 480, pitch + bar % 3, 80))
    piece.tracks.append(track)
    return piece


def take(name: str = "toy", bars: int = 4) -> Take:
    profile = Profile()
    return Take(name=name, score=score(bars), condition=condition(profile), plan=plan(profile, bars), seed=1)


def notes_of(piece: Any) -> list[tuple[float, int, float]]:
    """Return (onset in quarters, pitch, duration in quarters) of every note, sorted."""
    tpq = piece.ticks_per_quarter
    notes = [n for track in piece.tracks for n in track.notes]
    return sorted((n.time / tpq, n.pitch, n.duration / tpq) for n in notes)


def fingerprint(piece: Any) -> bytes:
    """Return the MIDI bytes of a score, to compare two."""
    data: bytes = piece.dumps_midi()
    return data


class Grammar:
    """The grammar of the toy vocabulary: a bar token, 1 to 4 notes, the next bar; the end after the last bar."""

    def __init__(self, bars: int) -> None:
        self.bars = bars
        self.bar = 0
        self.finished = False
        self._started = 0  # bars begun
        self._notes = 0  # in the present bar

    def mask(self, family: int = 0, partial: Sequence[int] = ()) -> Any:
        import numpy as np

        allowed = np.zeros(len(TEXTS), dtype=bool)
        allowed[list(self._allowed())] = True
        allowed.setflags(write=False)
        return allowed

    def push(self, row: Sequence[int]) -> None:
        token = int(row[0])
        if token not in self._allowed():
            raise ValueError(f"the grammar forbids {TEXTS[token]}")
        self.finished = token == EOS
        if token == BAR:
            self._started += 1
            self._notes = 0
            self.bar = self._started - 1
        elif token != EOS:
            self._notes += 1

    def _allowed(self) -> set[int]:
        if self.finished:
            return {PAD}
        allowed = set()
        if self._started and self._notes < MOST_NOTES:
            allowed |= set(range(FIRST_NOTE, FIRST_NOTE + NOTES))
        if self._notes or not self._started:
            allowed.add(BAR if self._started < self.bars else EOS)
        return allowed


class Decoder:
    """A decoder of the toy vocabulary: fixed random logits that depend on the last token."""

    context = 0

    def start(self, streams: Sequence[Any]) -> Any:
        return {"rows": len(streams)}

    def step(self, state: Any, rows: Any, bars: Any) -> list[Any]:
        import numpy as np

        table = np.random.default_rng(5).normal(size=(len(TEXTS), len(TEXTS))).astype(np.float32)
        return [table[np.asarray(rows)[:, 0]]]
