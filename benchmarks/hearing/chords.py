"""How often recognised chords agree with POP909's labels: python benchmarks/hearing/chords.py CORPORA [songs].

CORPORA holds pop909/POP909. Bars come from the downbeats of beat_midi.txt, because most files state a 1/4 signature.
A half bar is compared at its middle, where POP909 labels a chord: root, and root with major or minor third.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import numpy as np
from symusic import Score, TimeSignature

from psychoscore_hearing import chords
from psychoscore_hearing.music import hear
from psychoscore_hearing.windows import edges

_LABEL = re.compile(r"([A-G])([#b]?):(\w+)")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def on_downbeats(folder: Path) -> tuple[Score, float, float]:
    """Return (score whose bars begin at the downbeats, quarters that it is moved by, quarters a minute)."""
    score = Score(folder / f"{folder.name}.mid")
    tempo = score.tempos[0].qpm
    beats = np.loadtxt(folder / "beat_midi.txt")
    beat = np.median(np.diff(beats[:, 0])) * tempo / 60  # quarters
    downbeats = np.flatnonzero(beats[:, 2] == 1)
    size = int(np.median(np.diff(downbeats))) * round(beat) if len(downbeats) > 1 else 4
    moved = -beats[downbeats[0] if len(downbeats) else 0, 0] * tempo / 60 % size
    score = score.shift_time(round(moved * score.tpq))
    score.time_signatures = [TimeSignature(0, max(size, 1), 4)]
    return score, moved, tempo


def labels(folder: Path) -> tuple[np.ndarray, list[tuple[int, bool | None]]]:
    """Return (beginnings in seconds, (root or -1, whether the third is minor or None)) of the labelled chords."""
    begun, read = [], []
    for line in (folder / "chord_midi.txt").read_text().splitlines():
        start, _, name = line.split()
        begun.append(float(start))
        match = _LABEL.match(name)
        if not match:
            read.append((-1, None))
            continue
        root = (_LETTERS[match[1]] + {"#": 1, "b": -1, "": 0}[match[2]]) % 12
        third = True if match[3].startswith(("min", "dim", "hdim")) else None if match[3].startswith("sus") else False
        read.append((root, third))
    return np.array(begun), read


def agreement(folder: Path) -> tuple[int, int, int, int, float]:
    """Return (half bars with a label, right roots, labels with a third, right root and third, seconds)."""
    score, moved, tempo = on_downbeats(folder)
    music = hear(score)
    start = time.perf_counter()
    found = chords.recognise(music)
    spent = time.perf_counter() - start
    at = edges(music)
    begun, read = labels(folder)
    seconds = ((at[:-1] + at[1:]) / 2 - moved) * 60 / tempo
    held = np.searchsorted(begun, seconds, side="right") - 1
    counts = np.zeros(4, int)
    roots, chroma = found.root.ravel(), found.chroma.reshape(-1, 12)
    for window in np.flatnonzero(held >= 0):
        root, minor = read[held[window]]
        if root < 0:
            continue
        right = roots[window] == root
        counts[:2] += 1, right
        if minor is not None:
            third = chroma[window, (root + (3 if minor else 4)) % 12]
            counts[2:] += 1, bool(right and third)
    return *counts.tolist(), spent


def main(corpora: Path, songs: int) -> None:
    folders = sorted(path for path in (corpora / "pop909" / "POP909").iterdir() if path.is_dir())
    chosen = folders[2 :: max(1, len(folders) // songs)][:songs]  # the costs were tuned on every fifth from the first
    results = np.array([agreement(folder) for folder in chosen])
    labelled, roots, thirds, both = results[:, :4].sum(axis=0)
    print(f"songs {len(chosen)}, labelled half bars {labelled:.0f}")
    print(f"root             {roots / labelled:.3f}")
    print(f"root and third   {both / thirds:.3f}")
    print(f"median time      {1000 * np.median(results[:, 4]):.1f} ms a song")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 150)
