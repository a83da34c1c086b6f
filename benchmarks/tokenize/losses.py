"""Count what `remi` does not keep of each corpus; prints one table row a corpus.

    python benchmarks/tokenize/losses.py [DATA] [--every 1]

DATA is the folder with the corpora, by default beside the checkout. Every file is parsed by symusic as it is.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from symusic import Score

from psychoscore_remi.events import DRUMS
from psychoscore_remi.grid import make_grid
from psychoscore_remi.notes import Notes, read_notes
from psychoscore_remi.plugin import RemiConfig
from psychoscore_remi.tokenizer import RemiTokenizer

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_CORPORA = (
    "emopia/EMOPIA_2.2", "emopia/beat_midi", "vgmidi", "pop909/POP909", "pop909/POP909_CL",
    "jsb_chorales", "groove", "multitrack",
)  # fmt: skip
_COLUMNS = (
    "files",
    "notes",
    "pitch",
    "repeat",
    "restruck",
    "over 16 beats",
    "shift/ms",
    "tempo",
    "signature",
    "rows/note",
)


def losses(score: Score, remi: RemiTokenizer, config: RemiConfig) -> Counter[str]:
    """Return counts for one score; `shift` sums how far onsets move, in milliseconds at the file's first tempo."""
    source, music, grid = read_notes(score), remi.normalise(score), make_grid(config)
    scale = grid.tpq / score.tpq
    in_range = _in_range(source, config)
    starts, lengths = source.onset * scale, source.duration * scale
    quarter = 6e4 / (score.tempos[0].qpm if len(score.tempos) else 120.0)
    onsets = np.unique(music.notes.onset)
    nearest = np.abs(starts[in_range, None] - _around(onsets, starts[in_range])).min(axis=1, initial=np.inf)
    longest = grid.durations[-1] * grid.step[music.meter.signature[music.meter.at(starts)]]
    stated = [(s.numerator, s.denominator) for s in score.time_signatures]
    return Counter(
        {
            "files": 1,
            "notes": len(source),
            "pitch": int((~in_range).sum()),
            "repeat": int(in_range.sum()) - len(music.notes),
            "restruck": _restruck(source.take(in_range)),
            "over 16 beats": int((lengths > longest)[in_range].sum()),
            "shift/ms": float(nearest.sum()) / grid.tpq * quarter,
            "tempo": sum(not config.tempos[0] <= round(t.qpm, 1) <= config.tempos[1] for t in score.tempos),
            "signature": sum(pair not in grid.signatures for pair in stated),
            "rows/note": len(remi.encode(score).rows),
        }
    )


def _in_range(notes: Notes, config: RemiConfig) -> np.ndarray:
    drums = notes.rank == DRUMS
    (low, high), (drum_low, drum_high) = config.pitches, config.drum_pitches
    return np.where(
        drums, (notes.pitch >= drum_low) & (notes.pitch <= drum_high), (notes.pitch >= low) & (notes.pitch <= high)
    )


def _around(table: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the table's entries right below and above each value (values, 2)."""
    index = np.searchsorted(table, values)
    return np.stack([table[np.maximum(index - 1, 0)], table[np.minimum(index, len(table) - 1)]], axis=1)


def _restruck(notes: Notes) -> int:
    """Return how many notes still sound when their pitch is struck again."""
    notes = notes.take(np.lexsort((notes.onset, notes.pitch, notes.rank)))
    same = (notes.rank[1:] == notes.rank[:-1]) & (notes.pitch[1:] == notes.pitch[:-1])
    later = notes.onset[1:] > notes.onset[:-1]
    over = notes.onset[:-1] + notes.duration[:-1] > notes.onset[1:]
    return int((same & later & over).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, default=_DATA)
    parser.add_argument("--every", type=int, default=1, help="take every n-th file")
    options = parser.parse_args()
    config = RemiConfig()
    remi = RemiTokenizer(config)
    print("| corpus | " + " | ".join(_COLUMNS) + " |")
    for corpus in _CORPORA:
        total: Counter[str] = Counter()
        for path in sorted((options.data / corpus).rglob("*.mid"))[:: options.every]:
            total.update(losses(Score(path), remi, config))
        for name in ("shift/ms", "rows/note"):
            total[name] = round(total[name] / max(total["notes"], 1), 2)
        print(f"| {corpus} | " + " | ".join(f"{total[name]:,}" for name in _COLUMNS) + " |", flush=True)


if __name__ == "__main__":
    main()
