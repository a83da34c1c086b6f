"""`generation.plan` and `generation.timeline`: what they accept, and how they say no."""

from __future__ import annotations

import pytest

from psychoscore_core.planning.key_names import read_key

AT = "project/psychoscore.json: generation"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Am", ("A", "Aeolian")),
        ("C", ("C", "Ionian")),
        ("Eb Dorian", ("Eb", "Dorian")),
        ("F# minor", ("Gb", "Aeolian")),
        ("Bb major", ("Bb", "Ionian")),
        ("Cb", ("B", "Ionian")),
        ("G♯m", ("Ab", "Aeolian")),
        ("D lydian", ("D", "Lydian")),
    ],
)
def test_keys_as_musicians_write_them(text, key):
    assert read_key(text) == key


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        ({"key": "H"}, "plan.key: 'H' is no key: write Am, C, Eb Dorian or F# minor"),
        ({"key": "C Dorain"}, "plan.key: 'Dorain' is no mode (did you mean 'Dorian'?)"),
        ({"tempo": 5}, "plan.tempo: must be >= 10, not 5.0"),
        ({"chords": 5}, "plan.chords: must be a text or a list or null, not the number 5"),
        ({"chords": ""}, "plan.chords: must be 1 to 512 bars of chords, not 0"),
        ({"tension": "auot"}, "plan.tension: must be one of 'auto' or a number or a list, not the text 'auot'"),
        ({"tension": [0, 2]}, "plan.tension: number 2 must lie in 0 to 1, not 2"),
        ({"density": -0.5}, "plan.density: must lie in 0 to 1, not -0.5"),
        ({"span": []}, "plan.span: must be 1 to 4096 numbers, not 0"),
        ({"tenson": 1}, "plan.tenson: unknown key (did you mean 'tension'?)"),
        ({"sections": [{"bars": 4}]}, "plan.sections[0].name: is required"),
        ({"sections": [{"name": "A", "bars": 0}]}, "plan.sections[0].bars: must be >= 1, not 0"),
        ({"sections": [{"name": "", "bars": 4}]}, "plan.sections[0].name: must not be empty"),
        ({"sections": [{"name": "A", "bars": 512}] * 2}, "plan.sections: have 1024 bars together, of at most 512"),
    ],
)
def test_a_plan_that_cannot_be(problems, plan, problem):
    assert problems({"generation": {"plan": plan}}) == [f"{AT}.{problem}"]


def test_a_wrong_chord_is_named_with_its_bar(problems):
    (line,) = problems({"generation": {"plan": {"chords": ["Am", "C H7"]}}})
    assert line.startswith(f"{AT}.plan.chords: bar 2: 'H7' is not a chord symbol")


def test_all_problems_of_a_plan_at_once(problems):
    plan = {"key": "X", "tension": [9], "sections": [{"name": "A", "bars": "4"}, {"name": "B", "bras": 4}]}
    assert len(problems({"generation": {"plan": plan}})) == 5


def test_sections_and_bars_must_agree(problems, load):
    plan = {"sections": [{"name": "A", "bars": 8}, {"name": "B", "bars": 4}]}
    assert problems({"generation": {"bars": 16, "plan": plan}}) == [
        f"{AT}.plan: its sections have 12 bars together, but bars is 16"
    ]
    assert load({"generation": {"bars": 12, "plan": plan}}).project.generation.plan.sections[1].bars == 4


@pytest.mark.parametrize(
    ("timeline", "rest", "problem"),
    [
        ([{"profile": "hamlet"}], {}, "timeline[0].seconds: a scene has either bars or seconds"),
        ([{"profile": "hamlet", "bars": 4, "seconds": 9}], {}, "timeline[0].seconds: a scene has either bars or"),
        ([{"bars": 4}], {}, "timeline[0].profile: is required"),
        ([{"profile": "hamlet", "bars": 4, "transiton": 1}], {}, "timeline[0].transiton: unknown key (did you mean"),
        ([{"profile": "hamlet", "bars": 4}], {"profile": "hamlet"}, "timeline: cannot stand beside profile"),
        ([{"profile": "hamlet", "bars": 4}], {"profiles": {"a": "hamlet"}}, "timeline: cannot stand beside profile"),
        ([{"profile": "hamlet", "bars": 4}], {"bars": 8}, "timeline: its scenes say how long it is, but bars is 8"),
        ([{"profile": "hamlet", "seconds": 4}], {"bars": 8}, "timeline: its scenes say how long it is, but bars is 8"),
        ([{"profile": "hamlet", "bars": 500}] * 2, {}, "timeline: has 1000 bars, of at most 512"),
        (
            [{"profile": "hamlet", "bars": 4}],
            {"plan": {"sections": [{"name": "A", "bars": 4}]}},
            "timeline: cannot stand beside plan.sections",
        ),
    ],
)
def test_a_timeline_that_cannot_be(problems, timeline, rest, problem):
    lines = problems({"generation": {"timeline": timeline, **rest}})
    assert len(lines) == 1 and lines[0].startswith(f"{AT}.{problem}")


def test_layers_of_a_plan_merge_key_by_key(load, write):
    write({"generation": {"plan": {"key": "Am", "tempo": 80}}}, "user")
    plan = load({"generation": {"plan": {"tempo": 90}}}).project.generation.plan
    assert (plan.key, plan.tempo) == ("Am", 90.0)


def test_the_resolved_config_is_one_again(load):
    config = {"generation": {"plan": {"chords": ["Am", ""], "sections": [{"name": "A", "bars": 2}], "tension": [0, 1]}}}
    resolved = load(config)
    assert load(resolved.data).project == resolved.project


def test_a_scenes_path_belongs_to_its_file(load, write, folders):
    write({"generation": {"timeline": [{"profile": "mind.json", "bars": 4}, {"profile": "hamlet", "bars": 4}]}}, "user")
    first, second = load({}).project.generation.timeline
    assert (first.profile, second.profile) == (str(folders / "user" / "mind.json"), "hamlet")
