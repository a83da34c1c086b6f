"""Measure what `psyco --help` costs: against its imports, and with 50 plugins installed.

Run: python benchmarks/startup/startup.py [--rounds 15]
Prints medians and ratios; the cases take turns in every round, so that a busy machine slows all of them alike.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from psychoscore_core.testing.installing import install_into

PLUGINS = 50
HELP = "import sys; sys.argv = ['psyco', '--help']; from psychoscore_core.cli.main import main; main()"
IMPORTS = "import click, attrs, cattrs, pluggy"
PLUGIN = '''
"""Offer one component."""

from attrs import field, frozen
from attrs.validators import ge
from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class Config:
    """Options.

    level: how much; 0 or more.
    """

    level: float = field(default=0.5, validator=ge(0))
    name: str = "x"


@hookimpl
def psyco_raters():
    yield Component(name="{0}", factory="{0}:Rater", config=Config, summary="A toy.")
'''


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as site:
        for index in range(PLUGINS):
            name = f"dummy{index:02}"
            install_into(Path(site), name, {f"{name}.py": PLUGIN.format(name)}, {name: name})
        cases = {"imports": (IMPORTS, ""), "help": (HELP, ""), f"help, {PLUGINS} plugins more": (HELP, site)}
        times = measure(cases, rounds)
    report(times)


def measure(cases: dict[str, tuple[str, str]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds of every round by case; one round before warms the caches and compiles the plugins."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(rounds + 1):
        for name, (code, path) in cases.items():
            begin = time.perf_counter()
            environment = os.environ | {"PYTHONPATH": path}
            subprocess.run([sys.executable, "-c", code], env=environment, stdout=subprocess.DEVNULL, check=True)
            if turn:
                times[name].append(time.perf_counter() - begin)
    return times


def report(times: dict[str, list[float]]) -> None:
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, seconds in medians.items():
        print(f"{name:<24} {seconds * 1000:6.0f} ms  (best {min(times[name]) * 1000:.0f})")
    imports, bare, many = medians.values()
    print(f"help / imports           {bare / imports:6.2f}     (at most 2.5)")
    print(f"{PLUGINS} plugins add           {(many - bare) * 1000:6.0f} ms  (at most 100)")


if __name__ == "__main__":
    main()
