"""Takes on disk between stages: the score as MIDI, everything else in takes.json."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from attrs import asdict, evolve, frozen

from psychoscore_core.errors import RunError
from psychoscore_core.key_signatures import key_signature
from psychoscore_core.profile_json import profile_to_json
from psychoscore_core.records import Condition, Plan, Take
from psychoscore_core.whole_files import write_json


@frozen(kw_only=True)
class Wanted:
    """A take before its notes: its name, what it is to follow, and its seed."""

    name: str
    condition: Condition
    plan: Plan
    seed: int


def write_takes(takes: Iterable[Take], folder: Path) -> None:
    """Write each take's score as `<name>.mid` and one takes.json with what was asked for."""
    records = []
    for take in takes:
        take.score.dump_midi(folder / f"{take.name}.mid")
        records.append(
            {
                "name": take.name,
                "seed": take.seed,
                "profile": profile_to_json(take.condition.profile),
                "given": sorted(take.condition.profile.given),
                "prefix": take.condition.prefix,
                "plan": asdict(take.plan),
            }
        )
    write_json(folder / "takes.json", records)


def read_takes(wanted: Sequence[Wanted], folder: Path) -> list[Take]:
    """Read back what write_takes() wrote for the same wanted takes."""
    # with dressed(), the one place where the core touches a score: its own file, written a stage before
    from symusic.core import ScoreTick

    return [
        Take(
            name=w.name,
            score=ScoreTick.from_file(folder / f"{w.name}.mid"),
            condition=w.condition,
            plan=w.plan,
            seed=w.seed,
        )
        for w in wanted
    ]


def dressed(score: Any, plan: Plan) -> Any:
    """Write the plan's own metre, tempos and keys into a score, in place: token rows know tempos by bins and no modes.

    Raises RunError where the score's bars are not as long as the plan's: its tokenizer has no token for such bars.
    """
    from symusic.core import KeySignatureTick, TempoTick, TimeSignatureTick

    beats, unit = plan.time_signature
    _check_bars(score, beats, unit)
    bar = beats * 4 * score.tpq // unit
    score.time_signatures.clear()
    score.tempos.clear()
    score.key_signatures.clear()
    score.time_signatures.append(TimeSignatureTick(0, beats, unit))
    for index in _changes(plan.tempos):
        score.tempos.append(TempoTick(index * bar, plan.tempos[index]))
    for index in _changes(plan.keys):
        score.key_signatures.append(KeySignatureTick(index * bar, *key_signature(*plan.keys[index])))
    return score


def _check_bars(score: Any, beats: int, unit: int) -> None:
    for written in score.time_signatures:
        if written.numerator * unit != beats * written.denominator:
            raise RunError(
                f"generation.time_signature: this tokenizer has no bars of {beats}/{unit}, it wrote "
                f'{written.numerator}/{written.denominator} instead; "model": "rules" plays every metre'
            )


def _changes(values: Sequence[Any]) -> list[int]:
    return [index for index, value in enumerate(values) if index == 0 or value != values[index - 1]]


def with_ratings(takes: Sequence[Take], ratings: dict[str, dict[str, float]]) -> list[Take]:
    """Return the takes with their ratings filled in by name."""
    return [evolve(take, ratings=ratings.get(take.name, {})) for take in takes]
