"""`psyco evaluate`: results, and one line where something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from psychoscore_core.cli.main import main
from psychoscore_core.testing.imports import heavy_imports_of

SMALL = ("--profiles", "8", "--seeds", "1", "--bars", "4")


def psyco(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["evaluate", *arguments])
    return int(end.value.code or 0)


def results(folder: Path) -> dict:
    return json.loads((folder / "evaluation.json").read_text())


def test_the_plugin_imports_lightly():
    assert heavy_imports_of("psychoscore_evaluation.plugin") == []


def test_a_project_is_evaluated_from_end_to_end(project, composed, perfect, capsys):
    for index, take in enumerate(perfect(3)):
        (project / "songs").mkdir(exist_ok=True)
        take.score.dump_midi(project / "songs" / f"{index}.mid")
    parts = ("--only", "control,music,originality", "--train", "songs", "--real", "songs")
    assert psyco(*SMALL, *parts, "-q") == 0
    assert capsys.readouterr().out.split() == ["evaluation/evaluation.json", "evaluation/index.html"]
    found = results(project / "evaluation")
    assert found["about"]["project"] == "small"
    assert found["control"]["attributes"]["tempo"]["spearman"]["value"] > 0.9
    assert found["music"]["takes"]["exact_length"]["value"] == 1
    assert found["originality"]["orders"]["all"]["pieces"] == 6


def test_the_same_command_gives_the_same_numbers(project):
    for folder in ("one", "two"):
        assert psyco(*SMALL, "--only", "music", "--out", folder, "-q") == 0
    one, two = results(project / "one"), results(project / "two")
    assert one.pop("about")["seed"] == two.pop("about")["seed"]
    assert one == two


def test_what_cannot_be_measured_says_why(project):
    assert psyco(*SMALL, "--only", "emotion,originality", "-q") == 0
    found = results(project / "evaluation")
    assert "--emopia" in found["emotion"]["skipped"]
    assert "--train" in found["originality"]["skipped"]
    assert found["emotion"]["tension"]["dynamics"]["difference"]["n"] == 24


def test_the_result_is_printed_before_the_paths(project, capsys):
    assert psyco(*SMALL, "--only", "control,emotion") == 0
    said = capsys.readouterr().out
    assert said.startswith("Control: 8 profiles, 1 takes of each")
    assert "From tension 0.2 to 0.9" in said
    assert said.split()[-2:] == ["evaluation/evaluation.json", "evaluation/index.html"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only", "contrl"), "--only: there is no part 'contrl' (did you mean 'control'?)"),
        (("--profiles", "2"), "--profiles must be >= 8: 2"),
        (("--bars", "900"), "--bars must be <= 512: 900"),
        (("--real", "nowhere"), "'nowhere' does not exist"),
        (("--train", "empty"), "empty: no readable MIDI file with notes in it"),
        (("--set", "model=modle"), "modle"),
    ],
)
def test_errors_are_one_line(project, capsys, arguments, said):
    (project / "empty").mkdir()
    assert psyco(*arguments, "-q") == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert not (project / "evaluation").exists()


@pytest.mark.long  # imports torch
def test_an_untrained_model_is_named(project, capsys):
    (project / "psychoscore.json").write_text(
        '{"name": "x", "model": {"use": "transformer"}, "datasets": {"synthetic": {"num_pairs": 10}}}'
    )
    assert psyco("-q") == 2
    assert "has not been trained yet" in capsys.readouterr().err
