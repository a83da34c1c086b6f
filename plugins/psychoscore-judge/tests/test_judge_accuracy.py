"""The judge's own accuracy, and how well it does on the real corpus."""

from __future__ import annotations

import json

import numpy as np
import pytest

from psychoscore_judge.accuracy import keep, kept, measured_on
from psychoscore_judge.examples import gather
from psychoscore_judge.fitting import Table, out_of_fold
from psychoscore_judge.judge import Judge

TRUTH = np.array([1, 2, 3, 4] * 10)
SONGS = np.repeat(np.arange(20), 2).astype(str)


def found(right: float) -> np.ndarray:
    """Return shares that give the first part of the clips their quadrant and the others the opposite one."""
    said = np.where(np.arange(40) < 40 * right, TRUTH, (TRUTH + 1) % 4 + 1)
    return (np.eye(4)[said - 1] * 0.7 + 0.075)[None]


def test_rates_count_what_is_right():
    accuracy = measured_on(found(0.75), TRUTH, SONGS, "").accuracy
    assert accuracy.quadrant.value == accuracy.valence.value == accuracy.arousal.value == 0.75
    assert 0.5 < accuracy.quadrant.low < 0.75 < accuracy.quadrant.high < 1


def test_shares_that_are_too_timid_are_sharpened_and_too_bold_ones_softened():
    assert measured_on(found(1.0), TRUTH, SONGS, "").power > 1.5
    assert measured_on(found(0.4), TRUTH, SONGS, "").power < 0.8


def test_accuracy_is_kept_as_json(tmp_path):
    measured = measured_on(found(0.8), TRUTH, SONGS, "how")
    keep(tmp_path / "a.json", {"loudness": measured})
    assert kept(tmp_path / "a.json") == {"loudness": measured}
    assert json.loads((tmp_path / "a.json").read_text())["loudness"]["accuracy"]["how"] == "how"


@pytest.mark.parametrize("text", ["", "[]", "{}x", '{"loudness": 1}', '{"loudness": {"power": -1, "accuracy": {}}}'])
def test_damaged_accuracies_are_measured_again(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    assert kept(tmp_path / "a.json") is None


@pytest.mark.corpus
@pytest.mark.long
def test_a_part_of_emopia_teaches_more_than_chance(real, tmp_path):
    folder = tmp_path / "EMOPIA_2.2" / "midis"
    folder.mkdir(parents=True)
    for file in sorted((real / "midis").glob("*.mid"))[::8]:
        (folder / file.name).write_bytes(file.read_bytes())
    judge = Judge.fit(folder.parent, tmp_path / "cache")
    assert judge.by_clock
    assert judge.accuracy.quadrant.value > 0.45
    assert judge.accuracy.arousal.value > 0.75


@pytest.mark.corpus
@pytest.mark.long
def test_three_quarters_of_unseen_songs_quadrants_are_right(real, tmp_path_factory):
    """0.751 was measured; a standard error by songs is 0.018."""
    examples = gather(real, tmp_path_factory.mktemp("emopia"))
    shares = out_of_fold(Table(examples, loudness=True), repeats=1)
    accuracy = measured_on(shares, examples.quadrants, examples.songs, "").accuracy
    assert accuracy.quadrant.value >= 0.73
    assert accuracy.valence.value >= 0.79
    assert accuracy.arousal.value >= 0.88
