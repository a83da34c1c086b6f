"""What real music's attributes are: python benchmarks/hearing/percentiles.py CORPORA.

Prints the 5th, 50th and 95th percentile of every attribute over songs of POP909_CL, clips of EMOPIA's beat-aligned
copy and Bach chorales, and of the bars' harmonic tension, drawn evenly from each folder.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from symusic import Score

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_hearing.attributes import measure
from psychoscore_hearing.music import hear
from psychoscore_hearing.spiral import tension_ribbons
from psychoscore_hearing.tension import harmonic_tension

SETS = {
    "POP909_CL": ("pop909/POP909_CL", 200),
    "EMOPIA": ("emopia/beat_midi", 200),
    "JSB chorales": ("jsb_chorales/midi", 100),
}
LEVELS = (5, 50, 95)


def scores(folder: Path, wanted: int) -> Iterator[Score]:
    """Yield scores with notes, evenly drawn; POP909_CL without its second track, which spells out the chords."""
    paths = sorted(folder.glob("*.mid"))
    for path in paths[:: max(1, len(paths) // wanted)][:wanted]:
        score = Score(path)
        if folder.name == "POP909_CL":
            score.tracks = list(score.tracks)[:1]
        if score.note_num():
            yield score


def main(corpora: Path) -> None:
    for name, (folder, wanted) in SETS.items():
        start = time.perf_counter()
        heard = [hear(score) for score in scores(corpora / folder, wanted)]
        found = [measure(music) for music in heard]
        spent = 1000 * (time.perf_counter() - start) / len(found)
        print(f"{name}: {len(found)} scores, {spent:.1f} ms a score")
        for attribute in ATTRIBUTES:
            row(attribute, np.array([values[attribute] for values in found]))
        row("bars: tension", np.concatenate([harmonic_tension(music) for music in heard]))
        ribbons = [np.concatenate(parts) for parts in zip(*map(tension_ribbons, heard), strict=True)]
        for ribbon, values in zip(("diameter", "momentum", "strain"), ribbons, strict=True):
            row(f"half bars: {ribbon}", values[np.isfinite(values)])


def row(name: str, values: np.ndarray) -> None:
    print(f"  {name:20}" + "".join(f"{value:9.2f}" for value in np.percentile(values, LEVELS)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
