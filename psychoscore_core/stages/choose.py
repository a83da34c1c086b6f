"""Choose: of several candidates for a take, the one that a rater likes best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve

from psychoscore_core.errors import RunError, did_you_mean
from psychoscore_core.records import Take
from psychoscore_core.stages.rate import Rater, rate
from psychoscore_core.stages.takes import Wanted

STRIDE = 1_000_003  # between the seeds of a take's candidates: none is the seed of another take of the run


def candidates_of(wanted: Sequence[Wanted], count: int) -> list[Wanted]:
    """Return so many candidates of every take in turn, with the same plan; the first has the take's own seed."""
    return [
        evolve(take, name=f"{take.name}/{k}", seed=(take.seed + k * STRIDE) % 2**63)
        for take in wanted
        for k in range(count)
    ]


def best_of(
    candidates: Sequence[Take], wanted: Sequence[Wanted], raters: Mapping[str, Rater], prefer: str
) -> list[Take]:
    """Return for every take the candidate with the highest rating `prefer`, the first of equals.

    Raises RunError where the raters do not measure that.
    """
    needed = {name: rater for name, rater in raters.items() if prefer.startswith(f"{name}.")}
    ratings = rate(needed or raters, candidates)  # all of them only to name what there is
    for found in ratings.values():
        if prefer not in found:
            raise RunError(f"generation.prefer: no rater measures {prefer!r}{did_you_mean(prefer, found)}")
    count = len(candidates) // len(wanted)
    groups = (candidates[start : start + count] for start in range(0, len(candidates), count))
    return [
        evolve(max(group, key=lambda take: ratings[take.name][prefer]), name=take.name, seed=take.seed)
        for take, group in zip(wanted, groups, strict=True)
    ]
