"""The table of bars is in the units of a plan's bars."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.records import DENSITY_MAX, BarPlan
from psychoscore_hearing.bars import bar_table
from psychoscore_hearing.tension import felt_tension, harmonic_tension

UNIT = [
    "density", "register", "dynamics", "articulation", "polyphony", "irregularity", "span", "contrast", "chromaticism",
    "tension",
]  # fmt: skip


def test_a_bar_of_known_notes_is_measured_in_plan_units(build):
    table = bar_table(build([(0, 1, 60, 40), (1, 0.5, 64, 80), (2, 1, 66, 80), (3, 1, 66, 40)], keys=[(0, 0, 0)]))
    assert table.density == pytest.approx([4 / DENSITY_MAX])
    assert table.register == pytest.approx([64 / 127])
    assert table.dynamics == pytest.approx([60 / 127])
    assert table.articulation == pytest.approx([2.5 / 3])
    assert table.polyphony == pytest.approx([1 / 8])
    assert table.span == pytest.approx([6**0.5 / 24])
    assert table.contrast == pytest.approx([20 / 40])
    assert table.chromaticism == pytest.approx([0.5])
    assert table.irregularity == pytest.approx([0])
    assert (table.tonic.tolist(), table.brightness.tolist()) == ([0], [2])


def test_density_is_that_of_a_bar_of_four_quarters(build):
    assert bar_table(build([(0, 1, 60), (1, 1, 60)], meters=[(0, 2, 4)])).density == pytest.approx([4 / DENSITY_MAX])


def test_a_silent_bar_carries_the_bar_before(build):
    table = bar_table(build([(4, 1, 72, 100), (12, 1, 48, 20)]))
    assert table.register == pytest.approx([0.5, 72 / 127, 72 / 127, 48 / 127])
    assert table.dynamics == pytest.approx([0.5, 100 / 127, 100 / 127, 20 / 127])
    assert table.density == pytest.approx([0, 1 / DENSITY_MAX, 0, 1 / DENSITY_MAX])
    assert table.polyphony == pytest.approx([0, 1 / 8, 0, 1 / 8])


def test_a_score_that_begins_silent_has_the_defaults_of_a_plan_there(build):
    table = bar_table(build([(4, 1, 72)]))
    for name in set(UNIT) - {"density", "polyphony"}:
        assert getattr(table, name)[0] == pytest.approx(getattr(BarPlan(), name)), name


def test_drums_count_for_rhythm_and_loudness_only(build):
    table = bar_table(build([(0, 4, 60, 64)], drums=[(0, 1, 36, 100), (1, 1, 36, 100), (1.5, 1, 36, 100)]))
    assert table.density == pytest.approx([3 / DENSITY_MAX])
    assert table.dynamics == pytest.approx([91 / 127])
    assert table.contrast[0] > 0 and table.irregularity[0] > 0
    assert (table.register[0], table.polyphony[0], table.span[0]) == (60 / 127, 1 / 8, 0)


def test_brightness_and_tonic_follow_the_key(build):
    table = bar_table(build([(0, 1, 60), (4, 1, 60)], keys=[(0, 2, 0), (4, -2, 1)]))
    assert table.tonic.tolist() == [2, 7]
    assert table.brightness.tolist() == [2, -1]


def test_the_table_of_no_notes_is_empty(build):
    table = bar_table(build())
    assert len(table) == 0
    assert table.chroma.shape == (0, 2, 12)
    assert len(table.section) == len(table.repeats) == 0


def test_harmonic_tension_rises_from_tonic_to_dominant_seventh(build, chord):
    from psychoscore_hearing.music import hear

    chords = [(48, 52, 55), (55, 59, 62), (55, 59, 62, 65), (54, 58, 60, 61, 63)]
    notes = [note for bar, pitches in enumerate(chords) for note in chord(4 * bar, 4, *pitches)]
    tension = harmonic_tension(hear(build(notes), "C", "Ionian"))
    assert np.all(np.diff(tension) > 0)
    assert tension[0] < 0.1


def test_loud_high_and_busy_music_is_tenser_as_a_whole(build):
    from psychoscore_hearing.music import hear

    calm = felt_tension(hear(build([(0, 4, 48, 30)]), "C", "Ionian"))
    wild = felt_tension(hear(build([(step / 4, 0.25, 84, 120) for step in range(16)]), "C", "Ionian"))
    assert wild[0] - calm[0] == pytest.approx(0.3 * 90 / 127 + 0.2 * 15 / 16 + 0.15 * 36 / 60)
