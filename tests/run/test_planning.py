"""From a config to a plan: what is given, timelines, and the planner at work in a run."""

from __future__ import annotations

import json

import pytest
from attrs import evolve

from psychoscore_core.errors import RunError
from psychoscore_core.planning.given import bars_of, home_of, lay_over, stretched
from psychoscore_core.planning.options import PlanOptions, SceneOptions, SectionOptions, chord_bars
from psychoscore_core.planning.timeline import mean_profile, plan_of_scenes, scenes_of
from psychoscore_core.profile import Disc, Ocean, Physics, Profile, Rsi
from psychoscore_core.records import Attributes
from psychoscore_core.rule_table import bar_targets, plan_of, tempo_of

CALM, WILD = Profile(entropy=0.1), Profile(entropy=0.9, trauma=0.8, ocean=Ocean(openness=0.0))
DRAFT = plan_of(Profile(), 16)


def laid(draft=DRAFT, **given):
    return lay_over(draft, PlanOptions(**given), 0.5)


def numbers(plan, name):
    return [round(getattr(bar, name), 4) for bar in plan.bars]


def test_nothing_given_changes_nothing():
    assert laid() == DRAFT


def test_chords_are_repeated_to_the_end():
    assert [bar.chord for bar in laid(chords="Am F C").bars][:5] == ["Am", "F", "C", "Am", "F"]


@pytest.mark.parametrize(
    ("chords", "bars"),
    [("Am F", ("Am", "F")), ("Am D7 | G |", ("Am D7", "G")), (("Am7 D7", "", "G"), ("Am7 D7", "", "G"))],
)
def test_chords_by_bars(chords, bars):
    assert chord_bars(chords) == bars


def test_a_curve_of_any_length_is_drawn_over_the_bars():
    assert stretched((0.0, 1.0), 5) == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert stretched((0.0, 1.0, 0.0), 4) == pytest.approx([0.0, 2 / 3, 2 / 3, 0.0])
    assert stretched(0.3, 3) == stretched((0.3,), 3) == [0.3] * 3


def test_given_numbers_are_the_bars():
    plan = laid(density=0.7, span=(0.0, 1.0))
    assert numbers(plan, "density") == [0.7] * 16 and numbers(plan, "span")[::15] == [0.0, 1.0]


def test_tension_bends_dynamics_density_and_register():
    plan = laid(tension=(0.0, 1.0))
    assert numbers(plan, "tension")[::15] == [0.0, 1.0]
    for name, rise in (("dynamics", 40 / 127), ("density", 0.3), ("register", 9 / 127)):
        first, *_, last = numbers(plan, name)
        assert last - first == pytest.approx(rise, abs=1e-3), name


def test_a_tense_flat_curve_is_louder_denser_and_higher_than_a_calm_one():
    calm, tense = laid(tension=0.2), laid(tension=(0.9, 0.9))
    for name, unit, rise in (("dynamics", 127, 28), ("density", 20, 4.2), ("register", 127, 6.3)):
        ((low,), (high,)) = (set(numbers(plan, name)) for plan in (calm, tense))
        assert unit * (high - low) == pytest.approx(rise, abs=0.02), name


def test_the_profiles_own_tension_bends_nothing():
    own = bar_targets(Profile())
    plan = laid(tension=own.tension)
    assert [plan.bars[3].dynamics, plan.bars[9].density] == pytest.approx([own.dynamics, own.density])


def test_a_section_without_a_tension_keeps_its_arch():
    sections = (SectionOptions(name="A", bars=8), SectionOptions(name="B", bars=8, tension=0.9))
    plan = laid(sections=sections)
    assert numbers(plan, "dynamics")[:8] == numbers(DRAFT, "dynamics")[:8]
    assert len(set(numbers(plan, "dynamics")[8:])) == 1


def test_a_bend_stays_in_the_range():
    loud = plan_of(Profile(disc=Disc(dominance=1.0), physics=Physics(total_energy=1.0)), 8)
    assert max(numbers(laid(draft=loud, tension=1.0), "dynamics")) == 1.0


def test_what_is_given_is_not_bent():
    assert numbers(laid(tension=(0.0, 1.0), dynamics=0.5), "dynamics") == [0.5] * 16


SECTIONS = (
    SectionOptions(name="verse", bars=4, chords="Am F"),
    SectionOptions(name="chorus", bars=6, key="C", tempo=90.0, density=0.9, tension=(1.0, 0.0)),
    SectionOptions(name="verse", bars=6, key="Am"),
)


def test_sections_have_their_names_keys_and_tempos():
    plan = laid(draft=plan_of(Profile(), 16, Attributes(key="A", mode="Aeolian", tempo=70.0)), sections=SECTIONS)
    assert [bar.section for bar in plan.bars] == ["verse"] * 4 + ["chorus"] * 6 + ["verse"] * 6
    assert [plan.keys[i] for i in (0, 4, 10)] == [("A", "Aeolian"), ("C", "Ionian"), ("A", "Aeolian")]
    assert [plan.tempos[i] for i in (0, 4, 15)] == [70.0, 90.0, 90.0]
    assert plan.bars[0].key is plan.bars[0].tempo is None


def test_sections_have_their_own_numbers_and_chords():
    plan = laid(sections=SECTIONS, density=0.2, chords="G")
    assert [bar.chord for bar in plan.bars] == ["Am", "F"] * 2 + ["G"] * 12
    assert numbers(plan, "density") == [0.2] * 4 + [0.9] * 6 + [0.2] * 6
    assert numbers(plan, "tension")[4:10] == pytest.approx([1.0, 0.8, 0.6, 0.4, 0.2, 0.0])


def test_a_section_that_returns_takes_up_its_first_bars():
    assert [bar.repeats for bar in laid(sections=SECTIONS).bars][10:] == [0, 1, 2, None, 0, None]


class Given:
    """The keys of a Generation that decide home and length."""

    key, mode, tempo, bars = "D", "Dorian", 100.0, None

    def __init__(self, **plan):
        self.plan = PlanOptions(**plan)


def test_the_plan_goes_before_the_generation():
    assert home_of(Given()) == Attributes(key="D", mode="Dorian", tempo=100.0)
    assert home_of(Given(key="Am", tempo=60.0)) == Attributes(key="A", mode="Aeolian", tempo=60.0)
    assert home_of(Given(sections=SECTIONS[1:])) == Attributes(key="C", mode="Ionian", tempo=90.0)
    assert (bars_of(Given()), bars_of(Given(sections=SECTIONS))) == (32, 16)


def scenes(*options, given=None, profiles=(CALM, WILD, CALM)):
    made = [SceneOptions(profile="x", **option) for option in options]
    return scenes_of(made, profiles[: len(made)], given or Attributes(), (4, 4))


def test_a_timeline_moves_from_state_to_state():
    found = scenes({"bars": 8, "name": "calm"}, {"bars": 8, "transition": 4})
    plan = plan_of_scenes(found, (4, 4))
    assert [bar.section for bar in plan.bars] == ["calm"] * 8 + ["A"] * 8
    assert plan.tempos[7:13] == pytest.approx([tempo_of(CALM) + x * 64 / 5 for x in range(6)], abs=0.01)
    wild = plan.bars[12]
    assert wild.irregularity == pytest.approx(bar_targets(WILD).irregularity)
    assert plan.bars[9].irregularity == pytest.approx(
        0.6 * bar_targets(CALM).irregularity + 0.4 * bar_targets(WILD).irregularity
    )


def test_the_first_scene_keeps_its_tonic_unless_one_modulates():
    still, moving = scenes({"bars": 4}, {"bars": 4}), scenes({"bars": 4}, {"bars": 4, "modulate": True})
    assert [(s.key, s.mode) for s in still] == [("Gb", "Ionian"), ("Gb", "Aeolian")]
    assert [(s.key, s.mode) for s in moving] == [("Gb", "Ionian"), ("C", "Aeolian")]
    assert plan_of_scenes(moving, (4, 4)).keys[3:5] == (("Gb", "Ionian"), ("C", "Aeolian"))


def test_a_scene_may_name_its_key_and_tempo():
    (_, second) = scenes({"bars": 4}, {"bars": 4, "key": "Em", "tempo": 50.0}, given=Attributes(key="C", tempo=80.0))
    assert (second.key, second.mode, second.tempo) == ("E", "Aeolian", 50.0)


def test_scenes_of_one_profile_take_each_other_up():
    found = scenes({"bars": 4}, {"bars": 4}, {"bars": 5})
    assert [scene.name for scene in found] == ["A", "B", "A"]
    assert [bar.repeats for bar in plan_of_scenes(found, (4, 4)).bars][8:12] == [0, 1, 2, 3]


def test_seconds_become_bars_at_the_scenes_tempo():
    found = scenes({"seconds": 60}, {"seconds": 1}, given=Attributes(tempo=120.0))
    assert [scene.bars for scene in found] == [30, 1]


def test_too_many_seconds_are_too_many_bars():
    with pytest.raises(RunError, match=r"generation.timeline: has 1200 bars at its tempos, of at most 512"):
        scenes({"seconds": 2400}, given=Attributes(tempo=120.0))


def test_the_mean_profile_is_weighted_by_time():
    minds = (
        Profile(
            trauma=0.0, cognitive_biases=("halo",), physics=Physics(spin=-1), rsi=Rsi(real=1, symbolic=0, imaginary=0)
        ),
        Profile(trauma=1.0, disc=Disc(dominance=1.0), rsi=Rsi(real=0, symbolic=1, imaginary=0)),
    )
    found = scenes({"bars": 9}, {"bars": 3}, given=Attributes(tempo=100.0), profiles=minds)
    mean = mean_profile(found)
    assert (mean.trauma, mean.disc.dominance, mean.rsi.real) == pytest.approx((0.25, 0.625, 0.75))
    assert mean.physics.spin == -1 and mean.cognitive_biases == ("halo",)
    assert mean_profile((evolve(found[0], bars=1), evolve(found[1], bars=9))).cognitive_biases == ()


def taken(project, **generation):
    planned = project.write(generation=generation).run()
    return json.loads((planned.folder.path / "sample" / "takes.json").read_text())


def test_a_run_keeps_the_whole_plan(project):
    (take,) = taken(project, bars=4, plan={"key": "Am", "chords": ["Am", "", "F"], "tension": [0, 1]})
    assert (take["plan"]["key"], take["plan"]["mode"]) == ("A", "Aeolian")
    assert [bar["chord"] for bar in take["plan"]["bars"]] == ["Am", "C", "F", "Am"]
    assert [round(bar["tension"], 2) for bar in take["plan"]["bars"]] == [0, 0.33, 0.67, 1]


def test_a_timeline_is_one_take(project):
    for name, entropy in (("calm", 0.1), ("wild", 0.9)):
        (project.folder / f"{name}.json").write_text(json.dumps({"entropy": entropy}))
    scenes = [{"profile": "calm.json", "bars": 3}, {"profile": {"entropy": 0.9}, "bars": 3, "name": "storm"}]
    (take,) = taken(project, timeline=scenes)
    assert [bar["section"] for bar in take["plan"]["bars"]] == ["A"] * 3 + ["storm"] * 3
    assert take["plan"]["tempo"] == 68.0


def test_another_plan_is_another_take_and_the_same_is_kept(project):
    first = project.write(generation={"bars": 4, "plan": {"tension": [0, 1]}}).run()
    same = project.run()
    other = project.write(generation={"bars": 4, "plan": {"tension": [1, 0]}}).run()
    assert "sample" in same.done and "sample" not in other.done and first.id == same.id != other.id


def test_another_planner_option_plans_anew(project):
    first = project.write(planner={"use": "harmony"}).plan()
    other = project.write(planner={"use": "harmony", "weight": 2.0}).plan()
    assert first.steps[1].fingerprint != other.steps[1].fingerprint


def test_every_profile_of_a_scene_counts_for_the_fingerprint(project):
    plans = []
    for entropy in (0.2, 0.3):
        (project.folder / "mind.json").write_text(json.dumps({"entropy": entropy}))
        plans.append(project.write(generation={"timeline": [{"profile": "mind.json", "bars": 2}]}).plan())
    assert plans[0].steps[0].fingerprint != plans[1].steps[0].fingerprint
