"""How well planned chords follow profile and tension: python benchmarks/rules/harmony.py [profiles]."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from statistics import StatisticsError, correlation, fmean, median, quantiles

from attrs import evolve

from psychoscore_core.chord_symbols import read_chords
from psychoscore_core.planning.targets import targets_of
from psychoscore_core.profile import Profile
from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import KEYS, Plan
from psychoscore_core.rule_table import plan_of
from psychoscore_evaluation.requested import requested
from psychoscore_rules.chord_plan import completed
from psychoscore_rules.chord_tension import tension_of

MINOR = ("Aeolian", "Dorian", "Phrygian", "Locrian")
FOLLOWED = ("dissonance", "movement", "strain")
CURVES: dict[str, Callable[[float], float]] = {
    "rise": lambda x: x,
    "fall": lambda x: 1 - x,
    "arch": lambda x: 1 - abs(2 * x - 1),
    "two waves": lambda x: abs(4 * x % 2 - 1),
    "0.3 to 0.6": lambda x: 0.3 + 0.3 * x,
}


def main(count: int) -> None:
    profiles = [random_profile(random.Random(1000 + seed)) for seed in range(count)]
    _targets("as the profiles are", profiles, lambda plan: plan)
    _targets("chromaticism 0", profiles, lambda plan: _with(plan, "chromaticism", lambda _: 0.0))
    for bars in (16, 32):
        _curves(profiles[:60], bars)
    times = [_timed(profile, seed) for seed, profile in enumerate(profiles[:40])]
    print(f"planning 32 bars, processor time: median {median(times):.1f} ms, slowest {max(times):.1f} ms")


def _targets(title: str, profiles: Sequence[Profile], change: Callable[[Plan], Plan]) -> None:
    """Print rank correlation of target and measure, and the 0th, 5th, 50th, 95th and 100th percentile of both."""
    plans = [completed(p, change(plan_of(p, 16)), seed) for seed, p in enumerate(profiles)]
    asked, found = [targets_of(p) for p in profiles], [requested(plan) for plan in plans]
    print(f"{len(profiles)} profiles, 16 bars, {title}")
    for name in FOLLOWED:
        target, measured = [a[name] for a in asked], [f[name] for f in found]
        error = fmean(abs(a - b) for a, b in zip(target, measured, strict=True))
        print(
            f"  {name:10} Spearman {spearman(target, measured):5.2f}  planned {_spread(measured)}"
            f"  asked {_spread(target)}  mean error {error:.2f}"
        )
    own = [_followed(plan) for plan in plans]
    print(f"  tension of the bars and their chords: {fmean(own):.2f}, 10th percentile {_tenth(own):.2f}")


def _curves(profiles: Sequence[Profile], bars: int) -> None:
    found = {}
    for name, curve in CURVES.items():
        plans = [_with(plan_of(p, bars), "tension", curve) for p in profiles]
        found[name] = [
            _followed(completed(p, plan, s)) for s, (p, plan) in enumerate(zip(profiles, plans, strict=True))
        ]
    found["own arch"] = [_followed(completed(p, plan_of(p, bars), seed)) for seed, p in enumerate(profiles)]
    print(f"{bars} bars: " + ", ".join(f"{name} {fmean(c):.2f} ({_tenth(c):.2f})" for name, c in found.items()))


def _with(plan: Plan, name: str, curve: Callable[[float], float]) -> Plan:
    last = max(1, len(plan.bars) - 1)
    return evolve(plan, bars=tuple(evolve(bar, **{name: curve(i / last)}) for i, bar in enumerate(plan.bars)))


def _followed(plan: Plan) -> float:
    """Return the correlation of the bars' tension and that of their chords; 0 where one of them is constant."""
    try:
        return correlation([bar.tension for bar in plan.bars], chord_tensions(plan))
    except StatisticsError:
        return 0.0


def chord_tensions(plan: Plan) -> list[float]:
    """Return the mean tension of each bar's chords in the bar's key."""
    return [
        fmean(tension_of(tones, KEYS.index(key), mode in MINOR) for tones, _ in read_chords(bar.chord))
        for bar, (key, mode) in zip(plan.bars, plan.keys, strict=True)
    ]


def spearman(one: Iterable[float], two: Iterable[float]) -> float:
    return correlation(_ranks(list(one)), _ranks(list(two)))


def _ranks(values: Sequence[float]) -> list[float]:
    places: dict[float, list[int]] = {}
    for place, value in enumerate(sorted(values)):
        places.setdefault(value, []).append(place)
    return [fmean(places[value]) for value in values]


def _spread(values: Sequence[float]) -> str:
    cuts = quantiles(values, n=20)
    return " ".join(f"{v:.2f}" for v in (min(values), cuts[0], median(values), cuts[-1], max(values)))


def _tenth(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 10]


def _timed(profile: Profile, seed: int) -> float:
    plan = plan_of(profile, 32)
    start = time.process_time()
    completed(profile, plan, seed)
    return 1000 * (time.process_time() - start)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
