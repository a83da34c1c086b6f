"""How fast the rules compose, and what their pieces are like: python benchmarks/rules/composing.py [pieces]."""

from __future__ import annotations

import random
import sys
import time
from statistics import fmean, median

from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import DENSITY_MAX
from psychoscore_core.rule_table import plan_of

BARS = 32


def main(pieces: int) -> None:
    start = time.perf_counter()
    from psychoscore_rules import hearing
    from psychoscore_rules.composition import compose_score, compose_sketch

    print(f"import                         {1000 * (time.perf_counter() - start):6.0f} ms")
    times, sketches = [], []
    for seed in range(pieces):
        profile = random_profile(random.Random(seed))
        plan = plan_of(profile, BARS)
        start = time.perf_counter()
        compose_score(profile, plan, [0.9] * BARS, seed)
        times.append(1000 * (time.perf_counter() - start))
        sketches.append(compose_sketch(profile, plan, [0.9] * BARS, seed))
    print(f"first piece of {BARS} bars         {times[0]:6.1f} ms")
    print(f"median, slowest of {pieces:<11} {median(times):6.1f} ms {max(times):6.1f} ms")
    asked = [fmean(DENSITY_MAX * bar.density for bar in sketch.setting.plan.bars) for sketch in sketches]
    print(f"notes, and onsets asked for  {fmean(map(hearing.notes_a_bar, sketches)):6.1f} ({fmean(asked):.1f})")
    for name in ("polyphony", "repetition", "on_chord", "foreign_share", "syncopation", "legato"):
        print(f"{name.replace('_', ' '):30} {fmean(map(getattr(hearing, name), sketches)):6.2f}")
    ranges = [[note.pitch for note in sketch.layers["melody"]] for sketch in sketches]
    print(f"range of the melody, semitones {fmean(max(r) - min(r) for r in ranges):6.1f}")
    moves = [abs(interval) for sketch in sketches for interval in hearing.intervals(sketch)]
    print(f"melody by step or repeated     {fmean(move <= 2 for move in moves):6.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
