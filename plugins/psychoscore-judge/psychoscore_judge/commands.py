"""The command `psyco judge`: verdicts on MIDI files, under the judge's own accuracy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from psychoscore_judge.accuracy import Accuracy
    from psychoscore_judge.judge import Judge, Verdict


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--emopia", type=click.Path(path_type=Path), default=Path("EMOPIA_2.2"), help="Your copy of EMOPIA_2.2.")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder for what is measured; default .judge-cache.")
def judge(files: tuple[Path, ...], emopia: Path, cache: Path | None) -> None:
    """Judge MIDI files: quadrant, valence and arousal, by a model fitted on your copy of EMOPIA."""
    from psychoscore_core.cli.table import table
    from psychoscore_core.errors import DataError
    from psychoscore_judge.judge import Judge
    from psychoscore_judge.progress import Bars
    from psychoscore_midi.reading import read_midi

    scores = [read_midi(path) for path in files]
    for path, score in zip(files, scores, strict=True):
        if not any(len(track.notes) for track in score.tracks if not track.is_drum):
            raise DataError(f"{path}: there is no pitched note in it to judge")
    with Bars() as bars:
        fitted = Judge.fit(emopia, cache, bars)
    verdicts = fitted.judge(scores)
    click.echo(_head(fitted, verdicts))
    click.echo()
    rows = [_row(path, verdict) for path, verdict in zip(files, verdicts, strict=True)]
    click.echo(table(("file", "quadrant", "sure", "valence", "arousal", "Q1", "Q2", "Q3", "Q4", "heard"), rows))


def _head(fitted: Judge, verdicts: list[Verdict]) -> str:
    """Return the accuracy of each kind of verdict that is below."""
    kinds = [(True, fitted.accuracy), (False, fitted.accuracy_of_notes)]
    found = {verdict.loudness for verdict in verdicts}
    lines = [line for loudness, accuracy in kinds if loudness in found for line in _lines(loudness, accuracy)]
    if fitted.by_clock:
        lines.append("No beat-aligned copy of EMOPIA was found: bars and tempo are not heard.")
    return "\n".join(lines)


def _lines(loudness: bool, accuracy: Accuracy) -> list[str]:
    what = "The judge" if loudness else "The judge on notes without loudness"
    return [
        f"{what} is right in {accuracy.quadrant} of the quadrants (chance 0.25),",
        f"  {accuracy.valence} of the valences and {accuracy.arousal} of the arousals:",
        f"  {accuracy.clips} piano clips of {accuracy.songs} songs, {accuracy.how}, 95% intervals over songs.",
    ]


def _row(path: Path, verdict: Verdict) -> tuple[str, ...]:
    shares = verdict.probabilities
    numbers = (max(shares), verdict.valence, verdict.arousal, *shares)
    heard = "notes and loudness" if verdict.loudness else "notes alone"
    return (str(path), verdict.quadrant, *(f"{number:.2f}" for number in numbers), heard)
