"""Print the plan of the newest run in this folder bar by bar, and act by act how much of it is heard."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

from symusic import Score

from psychoscore_core.records import DENSITY_MAX
from psychoscore_hearing.bars import bar_table

HERE = Path(__file__).parent
SHOWN = {"dynamics": 127, "density": DENSITY_MAX, "register": 127, "tension": 1}  # what 1 is in the unit printed


def print_bars(plan: dict[str, Any]) -> None:
    """Print a line a bar; tempo, key and mode stand in a plan only where they change."""
    held = {name: plan[name] for name in ("key", "mode", "tempo")}
    print(f"{'bar':>3}  {'act':<5}{'key':<13}{'tempo':>5}  {'chords':<18}tension")
    for number, bar in enumerate(plan["bars"], 1):
        held |= {name: bar[name] for name in held if bar[name] is not None}
        key, curve = f"{held['key']} {held['mode']}", "#" * round(30 * bar["tension"])
        print(f"{number:>3}  {bar['section']:<5}{key:<13}{held['tempo']:>5.0f}  {bar['chord']:<18}{curve}")


def print_acts(plan: dict[str, Any], score: Score) -> None:
    """Print the mean of each act as planned, and as measured on the notes."""
    heard = bar_table(score)
    bars = [bar for bar in enumerate(plan["bars"]) if bar[0] < len(heard)]
    print("\nact  " + "".join(f"{name + ' asked, heard':>24}" for name in SHOWN))
    for act, run in groupby(bars, lambda bar: bar[1]["section"]):
        places, asked = zip(*run, strict=True)
        print(f"{act:<5}", end="")
        for name, unit in SHOWN.items():
            wanted = unit * sum(bar[name] for bar in asked) / len(asked)
            got = unit * getattr(heard, name)[list(places)].mean()
            print(f"{wanted:>16.{1 if unit > 1 else 2}f}{got:>8.{1 if unit > 1 else 2}f}", end="")
        print()


def main() -> None:
    """Print both tables."""
    takes = max(HERE.glob("runs/*/sample/takes.json"), key=lambda path: path.stat().st_mtime)
    (take,) = json.loads(takes.read_text())
    print_bars(take["plan"])
    print_acts(take["plan"], Score(takes.with_name(f"{take['name']}.mid")))


if __name__ == "__main__":
    main()
