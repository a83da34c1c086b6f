"""Rows that were drawn become takes in the plan's bars."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from symusic import Note, Score, Track

from psychoscore_core.profile import Profile
from psychoscore_core.records import BarPlan, Plan
from psychoscore_core.stages.sample import draw
from psychoscore_core.stages.takes import Wanted
from psychoscore_core.testing import toy

PLAN = Plan(key="C", mode="Ionian", tempo=60.0, bars=(BarPlan(), BarPlan(tempo=120.0)))
WANTED = Wanted(name="one", condition=toy.condition(Profile()), plan=PLAN, seed=1)


class Tokenizer:
    vocabulary = toy.VOCABULARY

    def prompt(self, prefix=()):
        return np.zeros((1, 1), np.int32)

    def grammar(self, bars=None, plan=None):
        return None

    def decode(self, rows):
        return score_of(0)


class TokenizerOfSeconds(Tokenizer):
    def decode_for(self, rows, plan):
        return score_of(int(plan.tempo))


def score_of(time):
    score = Score(480)
    score.tracks.append(Track())
    score.tracks[0].notes.append(Note(time, 480, 60, 80))
    return score


def onset(tokenizer):
    sampler = SimpleNamespace(sample=lambda decoder, requests: [np.zeros((1, 1), np.int32) for _ in requests])
    scheduler = SimpleNamespace(temperatures=lambda profile, bars: (1.0,) * bars)
    encoder = SimpleNamespace(encode_plan=lambda plan: ())
    (take,) = draw(None, [WANTED], scheduler, tokenizer=tokenizer, encoder=encoder, sampler=sampler)
    assert [t.qpm for t in take.score.tempos] == [60, 120]
    return take.score.tracks[0].notes[0].time


def test_rows_are_decoded_without_their_plan():
    assert onset(Tokenizer()) == 0


def test_where_the_tokenizer_asks_for_the_plan_it_gets_it():
    assert onset(TokenizerOfSeconds()) == 60


def test_requests_name_the_families_of_a_row():
    seen = []

    def sample(decoder, requests):
        seen.extend(request.families for request in requests)
        return [np.zeros((1, 1), np.int32)]

    encoder = SimpleNamespace(encode_plan=lambda plan: ())
    scheduler = SimpleNamespace(temperatures=lambda profile, bars: (1.0,) * bars)
    sampler = SimpleNamespace(sample=sample)
    draw(None, [WANTED], scheduler, tokenizer=Tokenizer(), encoder=encoder, sampler=sampler)
    assert seen == [("token",)]
