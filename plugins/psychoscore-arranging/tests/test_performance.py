"""The arranger `performance`: lengths and velocities follow the plan's bars, onsets and pitches stay."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve

from psychoscore_arranging.performance import Performance
from psychoscore_arranging.plugin import PerformanceConfig
from psychoscore_core.records import BarPlan, Plan
from psychoscore_core.testing import toy

BAR = 4 * 480


def played(bars, **options):
    take = toy.take(bars=len(bars))
    plan = Plan(key="C", mode="Ionian", tempo=120.0, bars=tuple(bars))
    return Performance(PerformanceConfig(**options)).arrange(evolve(take, plan=plan)).score


def notes_of(score, bar):
    return [note for track in score.tracks for note in track.notes if note.time // BAR == bar]


def melody_share(score, bar):
    """The mean share of a quarter that the notes sound, the bar's chord left out of the toy piece's ratio."""
    return np.mean([min(1, note.duration / 480) for note in notes_of(score, bar)])


@pytest.mark.parametrize("wanted", [0.2, 0.5, 0.8])
def test_each_bar_is_as_legato_as_planned(wanted):
    score = played([BarPlan(articulation=wanted), BarPlan(articulation=0.9)])
    assert melody_share(score, 0) == pytest.approx(wanted, abs=0.02)
    assert melody_share(score, 1) == pytest.approx(0.9, abs=0.02)


def test_legato_keeps_what_is_held_longer():
    score = played([BarPlan(articulation=1.0)] * 2)
    assert max(note.duration for note in notes_of(score, 0)) == BAR


@pytest.mark.parametrize(("dynamics", "contrast"), [(0.4, 0.1), (0.6, 0.3), (0.8, 0.2)])
def test_each_bar_is_as_loud_and_as_varied_as_planned(dynamics, contrast):
    score = played([BarPlan(dynamics=dynamics, contrast=contrast)] * 2)
    velocities = [note.velocity for note in notes_of(score, 1)]
    assert np.mean(velocities) == pytest.approx(127 * dynamics, abs=0.6)
    assert np.std(velocities) == pytest.approx(40 * contrast, abs=1.0)


def test_onsets_and_pitches_stay():
    before = sorted((n.time, n.pitch) for track in toy.take(bars=2).score.tracks for n in track.notes)
    after = sorted((n.time, n.pitch) for track in played([BarPlan()] * 2).tracks for n in track.notes)
    assert before == after


def test_the_take_given_stays_as_it_is():
    take = toy.take()
    before = toy.fingerprint(take.score)
    Performance(PerformanceConfig()).arrange(take)
    assert toy.fingerprint(take.score) == before


def test_each_part_can_be_turned_off():
    plain = toy.score(2)
    loud = played([BarPlan(articulation=0.2, dynamics=0.9)] * 2, articulation=False)
    short = played([BarPlan(articulation=0.2, dynamics=0.9)] * 2, dynamics=False)
    assert sorted(n.duration for n in loud.tracks[0].notes) == sorted(n.duration for n in plain.tracks[0].notes)
    assert sorted(n.velocity for n in short.tracks[0].notes) == sorted(n.velocity for n in plain.tracks[0].notes)
