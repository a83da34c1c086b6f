"""Emotion: what a judge says becomes shares with intervals; the judge here is made up."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from attrs import evolve, frozen
from symusic import Score

from psychoscore_evaluation.emotion import at_tensions, recognised


@frozen
class Own:
    quadrant: float = 0.7


class Deaf:
    """Always hears the same quadrant."""

    accuracy = Own()

    def judge(self, scores):
        return [SimpleNamespace(quadrant="Q2", arousal=float(len(score.tracks))) for score in scores]


def test_shares_and_table_of_a_judge_that_hears_one_quadrant(perfect):
    found = recognised(Deaf(), {number: perfect(5) for number in (1, 2, 3, 4)})
    assert found["recognised"]["value"] == 0.25
    assert found["quadrants"]["Q2"]["value"] == 1.0
    assert found["arousal_right"]["value"] == found["valence_right"]["value"] == 0.5
    assert found["table"] == [[0, 10, 0, 0]] * 4
    assert found["judge_accuracy"] == {"quadrant": 0.7}


def test_a_silent_take_is_not_recognised(perfect):
    silent = evolve(perfect(1)[0], score=Score(480))
    found = recognised(Deaf(), {number: [silent, *perfect(1)] for number in (1, 2, 3, 4)})
    assert found["quadrants"]["Q2"]["value"] == pytest.approx(2 / 3)
    assert found["table"][1] == [0, 2, 0, 0]


def test_arousal_is_compared_profile_by_profile(perfect):
    def pipeline(tracks: int):
        takes = [evolve(take, score=with_tracks(take.score, tracks)) for take in perfect(12)]
        return SimpleNamespace(takes=lambda profiles, seeds, label: takes[: len(profiles)])

    found = at_tensions(pipeline(1), pipeline(2), 0, Deaf())
    assert found["arousal"]["difference"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 24}


def test_tension_is_heard_without_a_judge(perfect):
    def pipeline(louder: int):
        takes = [evolve(take, score=shifted(take.score, louder)) for take in perfect(12)]
        return SimpleNamespace(takes=lambda profiles, seeds, label: takes[: len(profiles)])

    found = at_tensions(pipeline(0), pipeline(5), 0)
    assert list(found) == ["dissonance", "tension", "density", "dynamics"]
    assert found["dynamics"]["difference"]["value"] == 5
    assert found["dissonance"]["difference"]["value"] == found["density"]["difference"]["value"] == 0


def shifted(score: Score, louder: int) -> Score:
    return score.shift_velocity(louder)


def with_tracks(score: Score, count: int) -> Score:
    copy = score.copy()
    for _ in range(count - 1):
        copy.tracks.append(copy.tracks[0].copy())
    return copy


def test_quadrants_are_asked_for_by_their_own_profiles():
    from psychoscore_emopia.quadrants import QUADRANTS
    from psychoscore_evaluation.emotion import quadrant_takes

    asked = {}
    pipeline = SimpleNamespace(takes=lambda profiles, seeds, label: asked.update(profiles) or list(profiles.values()))
    takes = quadrant_takes(pipeline, 3, 0)
    assert [len(several) for several in takes.values()] == [3] * 4
    for name, profile in asked.items():
        low, high = QUADRANTS[int(name[1])].trauma
        assert low <= profile.trauma <= high
        assert profile.disc.dominance == QUADRANTS[int(name[1])].dominance
