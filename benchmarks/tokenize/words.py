"""Count what `midi-llm` does not keep of each corpus; prints one table row a corpus.

    python benchmarks/tokenize/words.py [DATA] [--every 1] [--check]

DATA is the folder with the corpora, by default beside the checkout. "outside" counts notes whose instrument the piano
and the band have no ids for; the other columns are the band's. "velocity" is the mean distance between a note's
velocity and that of its bin. --check also compares encode(decode(encode(score))) with encode(score),
counting what differs.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from symusic import Score

from psychoscore_midi_llm.plugin import MidiLlmConfig
from psychoscore_midi_llm.tokenizer import MidiLlmTokenizer

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_CORPORA = (
    "emopia/EMOPIA_2.2", "emopia/beat_midi", "vgmidi", "pop909/POP909", "pop909/POP909_CL",
    "jsb_chorales", "groove", "multitrack",
)  # fmt: skip
_COLUMNS = (
    "files", "notes", "outside piano", "outside band", "equal", "struck", "struck, no pedal", "long", "crowd",
    "velocity", "rows/note", "differ",
)  # fmt: skip


def losses(score: Score, piano: MidiLlmTokenizer, band: MidiLlmTokenizer, dry: MidiLlmTokenizer) -> Counter[str]:
    """Return counts for one score; `velocity` and `rows/note` are sums."""
    lost, encoded, layout = band.normalise(score).lost, band.encode(score), band._layout
    velocities = np.concatenate([np.zeros(0, np.int64), *(t.notes.numpy()["velocity"] for t in score.tracks)])
    velocities = np.clip(velocities.astype(np.int64), 1, 127)
    return Counter(
        {
            "files": 1,
            "notes": score.note_num(),
            "outside piano": piano.normalise(score).lost["instrument"],
            "outside band": lost["instrument"],
            "struck, no pedal": dry.normalise(score).lost["struck"],
            "velocity": int(np.abs(layout.velocities[layout.bin_of[velocities]] - velocities).sum()),
            "rows/note": len(encoded.rows),
            **{name: lost[name] for name in ("equal", "struck", "long", "crowd")},
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, default=_DATA)
    parser.add_argument("--every", type=int, default=1, help="take every n-th file")
    parser.add_argument("--check", action="store_true", help="count pieces that do not come back")
    options = parser.parse_args()
    piano, band, dry = (
        MidiLlmTokenizer(config)
        for config in (
            MidiLlmConfig(),
            MidiLlmConfig(instruments="band"),
            MidiLlmConfig(instruments="band", pedal=False),
        )
    )
    print("| corpus | " + " | ".join(_COLUMNS) + " |")
    for corpus in _CORPORA:
        total: Counter[str] = Counter()
        for path in sorted((options.data / corpus).rglob("*.mid"))[:: options.every]:
            score = Score(path)
            total.update(losses(score, piano, band, dry))
            if options.check:
                rows = band.encode(score).rows
                total["differ"] += not np.array_equal(band.encode(band.decode(rows)).rows, rows)
        for name in ("velocity", "rows/note"):
            total[name] = round(total[name] / max(total["notes"], 1), 2)
        print(f"| {corpus} | " + " | ".join(f"{total[name]:,}" for name in _COLUMNS) + " |", flush=True)


if __name__ == "__main__":
    main()
