"""The way from one profile to another: its profiles, its targets, and the music along it."""

from __future__ import annotations

import json
import random

import pytest
from attrs import evolve

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.cli.main import main
from psychoscore_core.planning.control_map import CONTROLS
from psychoscore_core.planning.facts import dynamics_of, key_of, mode_of
from psychoscore_core.planning.targets import targets_of
from psychoscore_core.profile import DIMENSIONS, Profile
from psychoscore_core.profile_json import read_profile
from psychoscore_core.random_profile import random_profile
from psychoscore_evaluation.interpolation import FOLLOWED, backwards, between, courses, path, returns

STEPPED = {row.attribute for row in CONTROLS if row.shape == "steps"} | {
    "irregularity"  # bounded by what the density on the way allows
}


@pytest.fixture(scope="module")
def random_pairs() -> list[tuple[Profile, Profile]]:
    rng = random.Random(5)
    return [(random_profile(rng), random_profile(rng)) for _ in range(50)]


def test_the_ends_are_the_profiles_themselves(random_pairs):
    assert all((between(a, b, 0), between(a, b, 1)) == (a, b) for a, b in random_pairs)


def test_numbers_go_straight_and_registers_sum_to_one(random_pairs):
    for a, b in random_pairs:
        middle = between(a, b, 0.25)
        assert middle.entropy == pytest.approx(0.75 * a.entropy + 0.25 * b.entropy)
        assert sum((middle.rsi.real, middle.rsi.symbolic, middle.rsi.imaginary)) == pytest.approx(1)


def test_a_profile_to_itself_stays():
    hamlet = read_profile("hamlet")
    for step in path(hamlet, hamlet, 33):
        assert step.to_vector() == pytest.approx(hamlet.to_vector())


def test_biases_switch_one_by_one_in_their_order():
    a = Profile(cognitive_biases=("authority", "halo"))
    b = Profile(cognitive_biases=("halo", "scarcity", "spotlight"))
    found = [between(a, b, t).cognitive_biases for t in (0.2, 0.3, 0.5, 0.8)]
    assert found == [("authority", "halo"), ("halo",), ("scarcity", "halo"), ("scarcity", "halo", "spotlight")]


def test_spin_turns_in_the_middle():
    a, b = read_profile("calm-order"), read_profile("wounded-chaos")
    assert [between(a, b, t).physics.spin for t in (0.49, 0.5)] == [1, -1]


@pytest.mark.parametrize("t", [-0.1, 1.1, float("nan")])
def test_there_is_no_way_beyond_the_ends(t):
    with pytest.raises(ValueError, match=r"t must be in \[0, 1\]"):
        between(Profile(), Profile(), t)


def test_targets_are_monotone_where_nothing_jumps(random_pairs):
    for a, b in random_pairs:
        smooth = evolve(b, cognitive_biases=a.cognitive_biases, physics=evolve(b.physics, spin=a.physics.spin))
        targets = [targets_of(profile) for profile in path(a, smooth, 17)]
        assert [name for name in set(ATTRIBUTES) - STEPPED if backwards([t[name] for t in targets])] == []


def test_each_dimension_goes_one_way(random_pairs):
    for a, b in random_pairs:
        columns = zip(*(profile.to_vector() for profile in path(a, b, 17)), strict=True)
        assert [d.name for d, column in zip(DIMENSIONS, columns, strict=True) if backwards(column)] == []


def test_steps_jump_but_do_not_reverse(random_pairs):
    for a, b in random_pairs:
        steps = path(a, b, 65)
        assert not backwards([dynamics_of(profile)[1] for profile in steps])
        assert not backwards([profile.ocean.extraversion > 0.7 for profile in steps])


def test_no_key_and_no_mode_comes_back(random_pairs):
    for a, b in random_pairs:
        steps = path(a, b, 65)
        assert not returns([key_of(profile) for profile in steps])
        assert not returns([mode_of(profile) for profile in steps])


def test_what_goes_back_is_measured():
    assert backwards([0, 2, 1, 3]) == 1
    assert backwards([3, 1, 2, 0]) == 1
    assert returns(["C", "G", "C"])
    assert not returns(["C", "C", "G"])


def test_music_that_goes_the_other_way_does_not_follow(perfect):
    takes = sorted(perfect(9)[::2], key=lambda take: take.plan.tempo)
    slow, fast = Profile(entropy=0.0), Profile(entropy=1.0)
    up, down = (courses({"x": pair}, takes, 1)["x"]["tempo"] for pair in ((slow, fast), (fast, slow)))
    assert (up.rho, up.follows, down.follows) == (1.0, True, False)


def test_the_rules_follow_from_calm_order_to_wounded_chaos(project):
    with pytest.raises(SystemExit):
        main(["evaluate", "--profiles", "8", "--bars", "8", "--only", "interpolation", "-q"])
    found = json.loads((project / "evaluation" / "evaluation.json").read_text())["interpolation"]
    of = found["pairs"]["calm-order to wounded-chaos"]["attributes"]
    assert [name for name in FOLLOWED if of[name]["apart"]] == ["tempo", "density", "dynamics", "articulation"]
    assert all(of[name]["follows"] for name in FOLLOWED if of[name]["apart"])
    assert (project / "evaluation" / "figures" / "paths.png").stat().st_size > 10_000
