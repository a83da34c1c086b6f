"""The page: whole, safe, and from nowhere else."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from psychoscore_core.profile_json import read_profile
from psychoscore_evaluation.control import control
from psychoscore_evaluation.evaluation import Evaluated
from psychoscore_evaluation.interpolation import STEPS, courses, summary
from psychoscore_evaluation.report.control_figures import draw_spearman
from psychoscore_evaluation.report.drawing import save
from psychoscore_evaluation.report.markup import Raw, table, text
from psychoscore_evaluation.report.spoken import spoken
from psychoscore_evaluation.report.writing import chosen_takes, write_report

NASTY = '<script>alert("1")</script> & co'
EMOTION = {
    "recognised": {"value": 0.6, "low": 0.5, "high": 0.7, "n": 80},
    "quadrants": {f"Q{n}": {"value": 0.6, "low": 0.4, "high": 0.8, "n": 20} for n in range(1, 5)},
    "arousal_right": {"value": 0.9, "low": 0.8, "high": 1.0, "n": 80},
    "valence_right": {"value": 0.6, "low": 0.5, "high": 0.7, "n": 80},
    "table": [[12, 4, 2, 2], [2, 12, 4, 2], [2, 2, 12, 4], [4, 2, 2, 12]],
    "judge_accuracy": {"clips": 9, "songs": 3, "how": NASTY}
    | {name: {"value": 0.7, "low": 0.6, "high": 0.8} for name in ("quadrant", "valence", "arousal")},
    "tension": {
        sound: {name: {"value": 0.2, "low": 0.1, "high": 0.3, "n": 9} for name in ("0.2", "0.9", "difference")}
        for sound in ("arousal", "dissonance", "tension", "density", "dynamics")
    },
}
RUNS = {"notes": {"value": 6.0, "low": 5.0, "high": 7.0, "n": 9}, "share": {"value": 0.1}, "median": 6.0, "high": 8.0}
RUNS |= {"longest": {"notes": 9, "source": NASTY, "of": 90}, "counts": [0, 1, 4, 2]}
NATS = {"songs": 9, "nats_per_token": {"value": 1.25, "low": 1.2, "high": 1.3, "n": 9}}
LIKELIHOOD = {"pieces": 9, "real_origin": NASTY, "meaning": {"nats_per_token": "nats a token"}, "all": NATS}
LIKELIHOOD["all"]["nats_per_note"] = NATS["nats_per_token"]
LIKELIHOOD["datasets"] = {NASTY: NATS, "other": NATS}
ORIGINALITY = {"train_origin": NASTY, "orders": {"skyline": {"pieces": 3, "notes": 90, "takes": RUNS, "real": RUNS}}}


def of_paths(take) -> dict:
    pairs = {NASTY: (read_profile("hamlet"), read_profile("puck"))}
    return summary(pairs, courses(pairs, [take] * STEPS, 1), 1)


@pytest.fixture(scope="module")
def page(perfect, tmp_path_factory) -> str:
    """Return the page of takes that follow perfectly, in a project with a nasty name; a WAV file lies beside one."""
    takes, tmp_path = perfect(12), tmp_path_factory.mktemp("page")
    found = control(takes, 2)
    about = {"project": NASTY, "model": NASTY, "command": NASTY, "bars": 4, "profiles": 12, "seeds": 2, "seed": 0}
    about |= {"config": {}, "versions": {"python": "3", "platform": "x", "plugins": {NASTY: "1"}, "packages": {}}}
    record = {
        "about": about,
        "control": found.json(),
        "emotion": EMOTION,
        "originality": ORIGINALITY,
        "likelihood": LIKELIHOOD,
    }
    record["interpolation"] = of_paths(takes[0])
    (tmp_path / "takes").mkdir()
    (tmp_path / "takes" / f"{chosen_takes(takes)['Fastest'].name}.wav").write_bytes(b"RIFF")
    paths = write_report(Evaluated(record=record, control=found, takes=takes), tmp_path)
    assert json.loads(paths[0].read_text())["about"]["project"] == NASTY
    return paths[1].read_text()


def test_texts_are_escaped(page):
    assert "<script" not in page
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; co" in page


def test_nothing_comes_from_outside(page):
    sources = re.findall(r'(?:src|href)="([^"]{0,60})', page)
    assert sources
    assert all(source.startswith(("data:image/png;base64,", "#", "takes/")) for source in sources)
    assert "http" not in re.sub(r'"data:[^"]*"', "", page)


def test_every_tag_is_closed(page):
    class Balance(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag, attrs):
            if tag not in ("meta", "img"):
                self.open.append(tag)

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    parser = Balance()
    parser.feed(page)
    assert parser.open == []


def test_sound_is_played_where_there_is_any(page):
    assert page.count("<audio") == 1


def test_every_section_has_its_picture(page):
    assert page.count("<img") == 3 + 1 + 2 + 1 + 4  # control, paths, emotion, runs, takes


def test_the_result_is_said_in_words(perfect):
    said = spoken(
        {
            "control": control(perfect(12), 2).json(),
            "emotion": EMOTION,
            "interpolation": of_paths(perfect(1)[0]),
            "likelihood": LIKELIHOOD,
        }
    )
    assert "\n  tempo      1.00 [1.00, 1.00]  1.00" in said
    assert "median rho 1.00; worst " in said
    assert "Q2 tense   0.60 [0.40, 0.80]  2         12" in said
    assert "Paths between profiles: 0 of " in said
    assert "\n  nats a token  1.250 [1.200, 1.300]" in said


def test_the_same_figure_gives_the_same_bytes(perfect, tmp_path):
    found = control(perfect(8), 2)
    one, two = (save(draw_spearman(found), tmp_path / name).read_bytes() for name in ("one.png", "two.png"))
    assert one == two


def test_shown_takes_are_of_different_plans(perfect):
    takes = perfect(6)
    chosen = chosen_takes(takes)
    assert chosen["Fastest"].plan.tempo == max(take.plan.tempo for take in takes)
    assert len({take.plan.tempo for take in chosen.values()}) == 4


def test_cells_are_escaped_unless_they_are_ours():
    assert "<td>&lt;b&gt;</td><td><b>1</b></td>" in table(("a", "b"), [("<b>", Raw("<b>1</b>"))])
    assert text("'\"") == "&#x27;&quot;"
