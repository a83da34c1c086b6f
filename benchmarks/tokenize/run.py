"""Time `remi` against MidiTok alone on the same files, and `midi-llm`, in one run; prints ratios of the best rounds.

    python benchmarks/tokenize/run.py [FOLDER] [--rounds 3] [--every 1]

FOLDER defaults to EMOPIA's performances beside the checkout. MidiTok is set up as `remi` sets it up, once with its
own chord detection and once without chords; scores are parsed before the clock starts.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from symusic import Score

from psychoscore_midi_llm.plugin import MidiLlmConfig
from psychoscore_midi_llm.tokenizer import MidiLlmTokenizer
from psychoscore_remi.plugin import RemiConfig
from psychoscore_remi.tokenizer import RemiTokenizer
from psychoscore_remi.vocabulary import make_miditok

_EMOPIA = Path(__file__).resolve().parents[3] / "shared" / "data" / "emopia" / "EMOPIA_2.2" / "midis"
_LIMIT = 1.3


def seconds(encode: Callable[[Score], object], scores: Sequence[Score]) -> float:
    """Return how long one pass over the scores takes."""
    start = time.perf_counter()
    for score in scores:
        encode(score)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=_EMOPIA)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--every", type=int, default=1, help="take every n-th file")
    options = parser.parse_args()
    scores = [Score(path) for path in sorted(options.folder.rglob("*.mid"))[:: options.every]]
    if not scores:
        parser.error(f"{options.folder}: no MIDI files there")
    config = RemiConfig()
    encoders = {
        "remi": RemiTokenizer(config).encode,
        "MidiTok with its chords": make_miditok(config, (), chords=True),
        "MidiTok without chords": make_miditok(config, (), chords=False),
        "midi-llm, the band": MidiLlmTokenizer(MidiLlmConfig(instruments="band")).encode,
    }
    # rounds are interleaved, so that a slow moment of the machine meets all alike
    rounds = [{name: seconds(encode, scores) for name, encode in encoders.items()} for _ in range(options.rounds)]
    best = {name: min(times[name] for times in rounds) for name in encoders}
    for name, took in best.items():
        print(f"{name:24} {took:7.2f} s for {len(scores)} files, remi takes {best['remi'] / took:.2f} times as long")
    print(f"limit: {_LIMIT} times MidiTok with its chords")


if __name__ == "__main__":
    main()
