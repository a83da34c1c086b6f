"""The plugin: the rater `judge` and the command `psyco judge`."""

from __future__ import annotations

import pytest
from attrs import evolve
from click.testing import CliRunner
from symusic import Score

from psychoscore_core.errors import DataError
from psychoscore_core.testing import check_plugin, toy
from psychoscore_core.testing.imports import heavy_imports_of
from psychoscore_judge import plugin
from psychoscore_judge.commands import judge as command
from psychoscore_judge.plugin import JudgeConfig
from psychoscore_judge.rater import JudgeRater


def test_conformance(judge, corpus, cache):
    configs = {"rater:judge": JudgeConfig(path=corpus, cache=cache)}
    outcomes = check_plugin(plugin, configs=configs)
    assert not outcomes.failures, outcomes.failures


def test_the_entry_point_imports_nothing_heavy():
    assert heavy_imports_of("psychoscore_judge.plugin") == []


def test_a_rating_brings_the_judges_accuracy(judge, corpus, cache, piece):
    found = JudgeRater(JudgeConfig(path=corpus, cache=cache)).rate(evolve(toy.take(), score=piece(2, 40)))
    assert found["quadrant"] == 2
    assert found["accuracy"] == judge.accuracy.quadrant.value
    assert sum(found[f"q{number}"] for number in range(1, 5)) == pytest.approx(1)


def test_a_take_without_notes_is_neutral(judge, corpus, cache):
    found = JudgeRater(JudgeConfig(path=corpus, cache=cache)).rate(evolve(toy.take(), score=Score(480)))
    assert (found["quadrant"], found["valence"], found["q3"]) == (0, 0.5, 0.25)


def test_the_command_prints_accuracy_above_verdicts(judge, corpus, cache, piece, tmp_path):
    paths = [tmp_path / "one.mid", tmp_path / "flat.mid"]
    piece(3, 60).dump_midi(paths[0])
    piece(1, 61, flat=True).dump_midi(paths[1])
    done = CliRunner().invoke(command, [*map(str, paths), "--emopia", str(corpus), "--cache", str(cache)])
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"The judge is right in {judge.accuracy.quadrant}")
    assert any(line.startswith("The judge on notes without loudness") for line in lines)
    assert lines[-2].split()[:2] == [str(paths[0]), "Q3"]
    assert lines[-1].endswith("notes alone")


def test_bad_files_and_a_missing_corpus_are_one_line(tmp_path, piece):
    (tmp_path / "bad.mid").write_bytes(b"no midi")
    piece(1).dump_midi(tmp_path / "good.mid")
    Score(480).dump_midi(tmp_path / "empty.mid")
    for name, words in (("bad.mid", "bad.mid: "), ("empty.mid", "no pitched note"), ("good.mid", "EMOPIA is not here")):
        done = CliRunner().invoke(command, [str(tmp_path / name), "--emopia", str(tmp_path / "nowhere")])
        assert isinstance(done.exception, DataError)
        assert words in str(done.exception) and "\n" not in str(done.exception)
