"""Takes that follow their plans perfectly, written note by note."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from symusic import Note, Score, Tempo, TimeSignature, Track

from psychoscore_core.profile import Profile
from psychoscore_core.records import DENSITY_MAX, Attributes, BarPlan, Condition, Plan, Take

QUARTER = 480


def perfect_score(plan: Plan) -> Score:
    """Return one voice with the plan's tempo, density (onsets a bar), register and dynamics, in C."""
    score, track = Score(QUARTER), Track("melody", 0, False)
    score.tempos.append(Tempo(0, plan.tempo))
    score.time_signatures.append(TimeSignature(0, 4, 4))
    for index, bar in enumerate(plan.bars):
        onsets = max(1, round(bar.density * DENSITY_MAX))
        length = 4 * QUARTER // onsets
        for k in range(onsets):
            start = index * 4 * QUARTER + k * length
            track.notes.append(Note(start, length, round(bar.register * 127), round(bar.dynamics * 127)))
    score.tracks.append(track)
    return score


def take_of(plan: Plan, name: str, entropy: float) -> Take:
    condition = Condition(profile=Profile(entropy=entropy), vector=(), prefix=(), attributes=Attributes())
    return Take(name=name, score=perfect_score(plan), condition=condition, plan=plan, seed=0)


@pytest.fixture(scope="session")
def perfect() -> Callable[[int], list[Take]]:
    """Return takes of so many random plans, two of each, whose music is exactly what is asked for."""

    def make(count: int) -> list[Take]:
        rng = random.Random(1)
        takes = []
        for index in range(count):
            bar = BarPlan(
                density=rng.choice((1, 2, 3, 4, 6, 8, 12)) / DENSITY_MAX,
                register=rng.uniform(50, 80) / 127,
                dynamics=rng.uniform(40, 110) / 127,
            )
            plan = Plan(key="C", mode="Ionian", tempo=rng.uniform(60, 160), bars=(bar,) * 4)
            takes += [take_of(plan, f"take-{index}-{seed}", index / count) for seed in (1, 2)]
        return takes

    return make


@pytest.fixture
def composed() -> Callable[[Plan], Score]:
    """Return the composer that follows plans perfectly."""
    return perfect_score


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a project that composes by the rules, which is also the working folder."""
    (tmp_path / "psychoscore.json").write_text('{"name": "small", "model": {"use": "rules"}}')
    monkeypatch.chdir(tmp_path)
    return tmp_path
