"""Compare two settings of this project: same profiles, same seeds, everything else equal, profiles as the units.

python compare.py                                             # fixed against dynamic
python compare.py --a temperature=dynamic --b temperature=curve
python compare.py --a generation.seed=0 --b generation.seed=100   # how large is no difference?
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.profile_json import profile_to_json
from psychoscore_core.random_profile import random_profile

HERE = Path(__file__).parent
FIXED = '{"use": "fixed", "temperature": 0.81}'  # the mean of what `dynamic` gives the first twelve profiles
RESAMPLES = 2000

Ratings = dict[str, dict[str, float]]  # take: rating: value


def profiles(count: int) -> dict[str, Any]:
    """Return so many profiles by name: the bundled ones first, then random ones, always the same."""
    folder = files("psychoscore_core").joinpath("profiles")
    bundled = sorted(path.name.removesuffix(".json") for path in folder.iterdir())
    rng = random.Random(1)
    drawn = {f"random-{n:03d}": profile_to_json(random_profile(rng)) for n in range(1, count + 1 - len(bundled))}
    return {**{name: name for name in bundled[:count]}, **drawn}


def ratings(side: str, setting: str, minds: dict[str, Any]) -> Ratings:
    """Run the project with one setting in a folder of its own and return what its raters say of every take."""
    folder = HERE / "runs" / "compare" / side
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    project = json.loads((HERE / "psychoscore.json").read_text())
    project["generation"]["profiles"] = minds
    (folder / "psychoscore.json").write_text(json.dumps(project, indent=2))
    psyco = Path(sys.executable).with_name("psyco")
    done = subprocess.run([psyco, "run", "-q", "-C", folder, "--set", setting, "--until", "rate"], check=False)
    if done.returncode:
        raise SystemExit(done.returncode)  # psyco has said why
    (path,) = folder.glob("runs/*/rate/ratings.json")
    found: Ratings = json.loads(path.read_text())
    return found


def by_profile(found: Ratings, name: str, minds: dict[str, Any]) -> np.ndarray:
    """Return the mean of one rating over each profile's takes (profiles,); takes of a profile are no units."""
    takes: dict[str, list[float]] = {mind: [] for mind in minds}
    for take, values in found.items():
        mind = take if take in minds else take.rpartition("-")[0]  # one take of puck is puck; two are puck-1, puck-2
        takes[mind].append(values[name])
    return np.array([np.mean(values) for values in takes.values()])


def interval(differences: np.ndarray) -> tuple[float, float]:
    """Return the 95% percentile bootstrap interval of the mean (Efron 1979), resampling profiles."""
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(differences), size=(RESAMPLES, len(differences)))
    low, high = np.percentile(differences[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def print_table(a: Ratings, b: Ratings, minds: dict[str, Any]) -> None:
    """Print a line a rating: both means, the mean of the paired differences and its interval."""
    print(f"{'rating':<32}{'a':>10}{'b':>10}{'b - a':>10}{'95%':>22}")
    equal = []
    for name in next(iter(a.values())):
        left, right = by_profile(a, name, minds), by_profile(b, name, minds)
        if np.array_equal(left, right):
            equal.append(name)
            continue
        low, high = interval(right - left)
        mark = "*" if low > 0 or high < 0 else " "
        means = f"{left.mean():10.3f}{right.mean():10.3f}{(right - left).mean():+10.3f}"
        print(f"{name:<32}{means}{low:+11.3f}{high:+11.3f} {mark} {unit_of(name)}".rstrip())
    print(f"\nequal: {', '.join(equal) or 'none'}\n* the interval leaves 0 out")


def unit_of(name: str) -> str:
    """Return the unit of a rating such as `attributes.tempo`, "" where none is known."""
    rater, _, attribute = name.partition(".")
    known = rater == "attributes" and attribute in ATTRIBUTES
    return ATTRIBUTES[attribute].unit if known else ""


def main() -> None:
    """Read the two settings, run both, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--a", default=f"temperature={FIXED}", help="a setting, as `psyco run --set` takes it")
    parser.add_argument("--b", default="temperature=dynamic", help="the other one")
    parser.add_argument("--profiles", type=int, default=12, help="how many minds")
    given = parser.parse_args()
    if given.profiles < 2:
        parser.error("--profiles: an interval over profiles needs 2 or more")
    minds = profiles(given.profiles)
    a, b = ratings("a", given.a, minds), ratings("b", given.b, minds)
    print(f"a: {given.a}\nb: {given.b}\n{len(minds)} profiles, {len(a)} takes on each side\n")
    print_table(a, b, minds)


if __name__ == "__main__":
    main()
