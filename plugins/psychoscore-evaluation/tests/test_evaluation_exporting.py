"""The exporter `report`: what a run's takes were asked for, beside what is heard."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from attrs import evolve

from psychoscore_core.records import BarPlan, Plan
from psychoscore_core.testing import conformance
from psychoscore_evaluation import made, plugin
from psychoscore_evaluation.exporting import ReportExporter
from psychoscore_evaluation.made import record_of
from psychoscore_evaluation.plugin import ReportConfig

NASTY = "<script>&'\""

test_conformance = conformance(plugin)


@pytest.fixture
def exported(perfect, tmp_path):
    """Return the texts that a report of so many profiles' takes leaves, by ending; one take has a picture."""

    def make(count: int, name: str = "", page: bool = True) -> dict[str, str]:
        takes = perfect(count)
        takes[0] = evolve(takes[0], name=name or takes[0].name)
        (tmp_path / f"{takes[0].name}.png").write_bytes(b"PNG")
        artifacts = ReportExporter(ReportConfig(page=page)).export_takes(takes, tmp_path)
        return {artifact.path.suffix: artifact.path.read_text("utf-8") for artifact in artifacts}

    return make


def test_what_is_asked_and_what_is_heard_stand_side_by_side(perfect):
    take = perfect(1)[0]
    found = record_of([take])["takes"][take.name]["attributes"]
    for name in ("tempo", "density", "register", "dynamics"):
        assert found[name]["measured"]["value"] == pytest.approx(found[name]["asked"], rel=0.02)


def test_bars_that_differ_widen_the_interval(composed, perfect):
    even, take = perfect(1)[0], perfect(1)[0]
    plan = evolve(even.plan, bars=tuple(evolve(even.plan.bars[0], density=d) for d in (0.1, 0.8, 0.1, 0.8)))
    uneven = evolve(take, plan=plan, score=composed(plan))
    steady, moving = (record_of([t])["takes"][t.name]["attributes"]["density"]["measured"] for t in (even, uneven))
    assert steady["low"] == steady["high"]
    assert moving["low"] < moving["value"] < moving["high"]
    assert moving["n"] == 4


def test_what_belongs_to_a_whole_piece_has_no_interval_over_bars(perfect):
    take = perfect(1)[0]
    assert record_of([take])["takes"][take.name]["attributes"]["repetition"]["measured"]["low"] is None


def test_what_the_rater_has_measured_is_not_measured_again(perfect, monkeypatch):
    monkeypatch.setattr(made, "measured", lambda take: pytest.fail("measured twice"))
    take = evolve(perfect(1)[0], ratings={f"attributes.{name}": 0.25 for name in made.ATTRIBUTES})
    found = record_of([take])["takes"][take.name]["attributes"]
    assert {of["measured"]["value"] for of in found.values()} == {0.25}


def test_tension_goes_with_its_plan_bar_by_bar(composed, perfect):
    loud = tuple(BarPlan(density=0.4, dynamics=level, tension=level) for level in (0.2, 0.5, 0.3, 0.9, 0.6, 0.8))
    plan = Plan(key="C", mode="Ionian", tempo=100, bars=loud)
    take = evolve(perfect(1)[0], plan=plan, score=composed(plan))
    found = record_of([take])["takes"][take.name]
    assert found["tension"]["planned"] == [0.2, 0.5, 0.3, 0.9, 0.6, 0.8]
    assert found["figures"]["felt_tension"]["value"] > 0.9
    assert found["figures"]["felt_tension"]["n"] == 6


def test_control_needs_eight_profiles(perfect):
    assert record_of(perfect(7))["control"] == {"skipped": "7 of at least 8 different profiles"}


def test_control_over_many_profiles(perfect):
    found = record_of(perfect(12))["control"]
    assert (found["profiles"], found["takes"]) == (12, 2)
    assert found["attributes"]["tempo"]["spearman"]["value"] > 0.99
    assert found["attributes"]["brightness"] is None  # nothing else was asked for


def test_means_over_takes_count_profiles(perfect):
    found = record_of(perfect(5))["together"]
    assert found["figures"]["exact_length"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 5}
    assert abs(found["attributes"]["tempo"]["off"]["value"]) < 0.01


def test_takes_of_one_profile_count_themselves(perfect):
    assert record_of(perfect(1))["together"]["attributes"]["tempo"]["measured"]["n"] == 2


def test_the_same_profile_under_two_names_is_one(perfect):
    assert made.profile_of([*perfect(2), *perfect(1)]) == [0, 0, 1, 1, 0, 0]


def test_the_page_escapes_and_comes_from_nowhere_else(exported):
    page = exported(2, name=NASTY)[".html"]
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert 'src="%3Cscript%3E%26%27%22.png"' in page
    assert "http" not in page


def test_every_tag_of_the_page_is_closed(exported):
    class Balance(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag, attrs):
            if tag not in ("meta", "img"):
                self.open.append(tag)

        def handle_startendtag(self, tag, attrs):
            return

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    parser = Balance()
    parser.feed(exported(9)[".html"])
    assert parser.open == []


def test_the_page_has_a_strip_an_attribute_and_a_chart_a_course(exported):
    assert exported(1)[".html"].count("<svg") == 2 * (15 + 4)


def test_a_page_can_be_left_out(exported):
    assert list(exported(1, page=False)) == [".json"]


def test_the_numbers_are_json_that_any_reader_takes(exported):
    assert json.loads(exported(8)[".json"], parse_constant=pytest.fail)["about"]["takes"] == 16
