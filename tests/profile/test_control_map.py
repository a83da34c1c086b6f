"""The control map: whole, wide, true to the rule table, and as its page says."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.planning.control_map import AUDIBLE, CONTROLS, REFERENCES, SILENT
from psychoscore_core.planning.control_page import control_page, percentiles
from psychoscore_core.planning.options import CURVES
from psychoscore_core.planning.repeating import with_repeats
from psychoscore_core.planning.targets import bar_targets, playable_irregularity, targets_of
from psychoscore_core.profile import BIASES, DIMENSIONS, Disc, Ocean, Physics, Profile
from psychoscore_core.records import DENSITY_MAX
from psychoscore_core.rule_table import plan_of

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "control-map.md"


def test_the_page_is_up_to_date():
    assert PAGE.read_text("utf-8") == control_page()


def test_every_dimension_is_audible_or_silent():
    names = {dimension.name for dimension in DIMENSIONS}
    assert names == AUDIBLE | set(SILENT) and len(SILENT) == 7 and not AUDIBLE & set(SILENT)


def test_every_attribute_is_moved():
    assert {control.attribute for control in CONTROLS} == set(ATTRIBUTES)


def test_every_row_names_a_source():
    for control in CONTROLS:
        marks = control.why.rpartition("(")[2].rstrip(")").replace(";", ",").split(", ")
        assert marks and set(marks) <= set(REFERENCES), control


@pytest.mark.parametrize("name", [name for name in ATTRIBUTES if name != "tempo"])
def test_targets_spread_over_half_of_what_music_spans(name):
    low, high = percentiles()[name]
    assert (high - low) / (ATTRIBUTES[name].high - ATTRIBUTES[name].low) >= 0.49


def test_the_tempo_spreads_as_far_as_the_rule_table_lets_it():
    low, high = percentiles()["tempo"]
    assert high - low > 50


def raised(name: str) -> tuple[Profile, Profile]:
    """Return two profiles that differ in one dimension, low and high."""
    index = next(i for i, d in enumerate(DIMENSIONS) if d.name == name)
    values = list(Profile().to_vector())
    ends = (DIMENSIONS[index].low, DIMENSIONS[index].high)
    return tuple(Profile.from_vector([*values[:index], end, *values[index + 1 :]]) for end in ends)  # type: ignore


@pytest.mark.parametrize(
    "control", [c for c in CONTROLS if not c.dimension.startswith("rsi.")], ids=lambda c: f"{c.dimension}-{c.attribute}"
)
def test_each_row_moves_its_attribute_its_way(control):
    low, high = (targets_of(profile)[control.attribute] for profile in raised(control.dimension))
    assert (high - low) * control.effect > 0


@pytest.mark.parametrize("name", SILENT)
def test_silent_biases_move_nothing(name):
    mind = Profile(cognitive_biases=(name.removeprefix("bias."),))
    assert name.removeprefix("bias.") in BIASES and targets_of(mind) == targets_of(Profile())


def test_a_bars_targets_are_the_attributes_in_its_units():
    profile = Profile(disc=Disc(steadiness=0.9), ocean=Ocean(extraversion=0.2))
    bar, wanted = bar_targets(profile), targets_of(profile)
    assert bar.articulation == wanted["articulation"]
    assert bar.density * DENSITY_MAX == pytest.approx(wanted["density"])
    assert bar.span * 24 == pytest.approx(wanted["span"])
    assert all(0 <= getattr(bar, name) <= 1 for name in CURVES)


def repeats(**changes):
    return [bar.repeats for bar in plan_of(evolve(Profile(), **changes), 24).bars]


def test_a_returning_section_takes_up_its_first_bars():
    assert repeats()[16:23] == [0, 1, 2, None, 0, 5, 6]


def test_phrases_repeat_as_much_as_the_profile_asks():
    orderly = Ocean(conscientiousness=1.0)
    assert repeats(ocean=orderly)[:8] == [None, None, 0, None, 0, 1, 0, 3]
    assert repeats(ocean=orderly, physics=Physics(exponent=0.5))[:8] == [None] * 4 + [0, None, None, None]
    assert repeats(physics=Physics(exponent=0.5), ocean=Ocean(conscientiousness=0.2))[:16] == [None] * 16


@pytest.mark.parametrize("bars", [16, 32])
def test_the_more_repetition_the_more_bars_take_up_others(bars):
    taken = [
        sum(bar.repeats is not None for bar in with_repeats(plan_of(Profile(), bars).bars, share))
        for share in (0.0, 0.2, 0.4, 0.6, 0.8)
    ]
    assert taken == [round((bars - 1) * share**1.5) for share in (0.0, 0.2, 0.4, 0.6, 0.8)]


@pytest.mark.parametrize(("bits", "density", "found"), [(0.0, 8, 0.0), (2.5, 8, 2.0), (0.0, 16, 0.0), (9.0, 16, 0.0)])
def test_irregularity_is_what_so_many_onsets_allow(bits, density, found):
    assert playable_irregularity(bits, density) == pytest.approx(found)


def test_a_bar_takes_up_an_original_that_stands_before_it():
    found = repeats(ocean=Ocean(conscientiousness=1.0), physics=Physics(exponent=-0.5))
    assert all(source is None or (source < bar and found[source] is None) for bar, source in enumerate(found))
    assert found[-1] is None
