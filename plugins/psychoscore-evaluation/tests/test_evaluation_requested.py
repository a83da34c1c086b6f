"""Requests are read from plans in the attributes' units."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.records import DENSITY_MAX, BarPlan, Plan
from psychoscore_evaluation.requested import chord_classes, requested


def plan(*bars: BarPlan, mode: str = "Ionian") -> Plan:
    return Plan(key="C", mode=mode, tempo=100, bars=bars)


def test_bar_numbers_become_units():
    found = requested(plan(BarPlan(density=0.5, register=64 / 127, dynamics=0.5), BarPlan(density=0.25, tempo=140)))
    assert found["density"] == 0.375 * DENSITY_MAX
    assert found["tempo"] == 120
    assert found["span"] == pytest.approx(0.4 * 24)


def test_brightness_is_the_mean_over_bars():
    assert requested(plan(BarPlan(), BarPlan(mode="Aeolian")))["brightness"] == pytest.approx((2 - 1) / 2)


def test_without_chords_harmony_is_left_open():
    found = requested(plan(BarPlan()))
    assert all(np.isnan(found[name]) for name in ("dissonance", "movement", "strain"))


def test_strange_chords_ask_for_more_than_the_tonic():
    home = requested(plan(*[BarPlan(chord="C")] * 4))
    away = requested(plan(*[BarPlan(chord=c) for c in ("C", "F#dim7 Ab", "Dbmaj7", "Bdim")]))
    assert home["movement"] == pytest.approx(0, abs=1e-9)
    assert all(away[name] > home[name] for name in ("dissonance", "movement", "strain"))


def test_repetition_is_the_share_of_repeats():
    assert requested(plan(BarPlan(), BarPlan(repeats=0)))["repetition"] == 0.5


def test_each_half_bar_has_its_chord():
    table = chord_classes(plan(BarPlan(chord="C G"), BarPlan()))
    assert np.flatnonzero(table[0, 1]).tolist() == [2, 7, 11]
    assert not table[1].any()
