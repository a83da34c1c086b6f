"""Examine the emotion judge: song-grouped cross-validation on EMOPIA, and another corpus that it has never seen.

Run: python benchmarks/judge/cross_validate.py --emopia EMOPIA_2.2 [--vgmidi vgmidi] [--cache .judge-cache]
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from psychoscore_core.cli.table import table
from psychoscore_judge.accuracy import Accuracy, correct, measured_on, verdicts
from psychoscore_judge.examples import gather
from psychoscore_judge.fitting import REPEATS, Table, out_of_fold
from psychoscore_judge.judge import Judge, Verdict
from psychoscore_midi.reading import read_midi

QUADRANTS = ("Q1", "Q2", "Q3", "Q4")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--emopia", type=Path, required=True)
    parser.add_argument("--vgmidi", type=Path, help="the folder that holds manifest.csv and labelled_midi/")
    parser.add_argument("--cache", type=Path, default=Path(".judge-cache"))
    given = parser.parse_args()
    examples = gather(given.emopia, given.cache)
    for title, loudness in (("notes and loudness", True), ("notes alone", False)):
        begun = time.process_time()
        found = out_of_fold(Table(examples, loudness))
        print(f"\n== EMOPIA, {title}: {time.process_time() - begun:.0f} s of processor time for {REPEATS} repeats")
        show_accuracy(measured_on(found, examples.quadrants, examples.songs, "").accuracy)
        rows = " ".join(f"{share:.3f}" for share in correct(found, examples.quadrants)[0].mean(axis=1))
        print(f"quadrant in each repeat: {rows}")
        show_confusion(verdicts(found)[0].ravel(), np.tile(examples.quadrants, len(found)))
    if given.vgmidi:
        show_other_corpus(Judge.fit(given.emopia, given.cache), given.vgmidi)


def show_accuracy(accuracy: Accuracy) -> None:
    rates = (accuracy.quadrant, accuracy.valence, accuracy.arousal)
    for name, rate in zip(("quadrant", "valence", "arousal"), rates, strict=True):
        print(f"{name:9} {rate}")


def show_confusion(judged: np.ndarray, truth: np.ndarray) -> None:
    """Print how the clips of each quadrant were judged, as shares of the quadrant."""
    rows = []
    for number, name in enumerate(QUADRANTS, 1):
        share = [float((judged[truth == number] == other).mean()) for other in range(1, 5)]
        rows.append((name, *(f"{value:.2f}" for value in share), f"{share[number - 1]:.3f}"))
    print(table(("is", *(f"as {name}" for name in QUADRANTS), "recall"), rows))


def show_other_corpus(judge: Judge, folder: Path) -> None:
    """Print how a judge of EMOPIA fares on VGMIDI's labelled pieces, by whether their velocities live."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    judged = judge.judge([read_midi(folder / row["midi"], isolate=False) for row in rows])
    truth = np.array([int(row["quadrant"]) for row in rows])
    living = np.array([verdict.loudness for verdict in judged])
    most = np.bincount(truth).max() / len(truth)
    print(f"\n== VGMIDI, never learnt from (always the commonest quadrant: {most:.3f})")
    for name, chosen in (("all", living | ~living), ("living velocities", living), ("flat velocities", ~living)):
        print(f"{name:18} {chosen.sum():4} pieces  {rates(judged, truth, chosen)}")
    show_confusion(np.array([int(verdict.quadrant[1]) for verdict in judged]), truth)


def rates(judged: Sequence[Verdict], truth: np.ndarray, chosen: np.ndarray) -> str:
    shares = np.array([verdict.probabilities for verdict in judged])[chosen]
    right = correct(shares[None], truth[chosen]).mean(axis=(1, 2))
    return "  ".join(
        f"{name} {value:.3f}" for name, value in zip(("quadrant", "valence", "arousal"), right, strict=True)
    )


if __name__ == "__main__":
    main()
