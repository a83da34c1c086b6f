"""What the pianist's weights lose in float16 and int8: nats a row of held-out music, other engines against NumPy's.

    python benchmarks/decode/likelihood.py PREPARED [--rows 200] [--pieces 32] [--onnx exports/onnx,exports/onnx-int8]

PREPARED is a folder that `psyco run --until prepare` left, with the tokenizer `notes` and the encoder `psychometric`;
pieces of its validation split are read row by row, all with the same conditions, and every family's id is looked up in
the logits that were given for it; ids that training never showed have none, and are left out. Differences are in
percent of NumPy's nats, with their standard error over pieces; behind them how often the likeliest id is NumPy's too.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from psychoscore_core.records import Stream
from psychoscore_native.engine import NativeEngine
from psychoscore_onnx.folder import open_folder
from psychoscore_onnx.sessions import threads_or
from psychoscore_pianist.plugin import WEIGHTS
from psychoscore_training.data import Prepared, open_prepared
from psychoscore_training.known import Unlearnt
from psychoscore_transformer.checkpoint import Loaded, read_checkpoint
from psychoscore_transformer.numpy_engine import NumpyEngine


def read(engine: Any, loaded: Loaded, data: Prepared, pieces: np.ndarray, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the summed nats of the first rows of each piece (pieces,), and the likeliest ids (.., pieces)."""
    music = np.stack([data.rows[first : first + rows] for first in (data.offsets + data.prefixes)[pieces]])
    bars = np.stack([data.bars[first : first + rows] for first in (data.offsets + data.prefixes)[pieces]])
    state = engine.start([loaded.known.shown(_stream(data, piece)) for piece in pieces], rows + 64)
    last = np.stack([data.rows[first - 1] for first in (data.offsets + data.prefixes)[pieces]])
    place, found, likely = np.full(len(pieces), -1), np.zeros(len(pieces)), []
    unlearnt = Unlearnt.of(loaded.known, loaded.sizes.families)
    for time in range(rows):
        for family, given in enumerate(unlearnt.taken(engine.step(state, last, place))):
            logits = np.float64(given(music[:, time, :family]) if callable(given) else given)
            top = logits.max(axis=1)
            own = logits[np.arange(len(pieces)), music[:, time, family]]
            found += np.where(np.isfinite(own), np.log(np.exp(logits - top[:, None]).sum(axis=1)) + top - own, 0)
            likely.append(logits.argmax(axis=1))
        last, place = music[:, time], bars[:, time]
    return found, np.stack(likely)


def _stream(data: Prepared, piece: int) -> Stream:
    first = data.offsets[piece]
    bars = data.bar_conditions[data.bar_offsets[piece] : data.bar_offsets[piece + 1]]
    prompt = data.rows[first : first + data.prefixes[piece]]
    return Stream(rows=np.array(prompt), vector=None, bars=tuple(map(tuple, bars.tolist())))


def chosen(data: Prepared, rows: int, count: int) -> dict[str, np.ndarray]:
    """Return up to `count` long enough pieces of the validation split of each dataset, which POP909 numbers only."""
    found: dict[str, list[int]] = defaultdict(list)
    for piece in data.split("validation"):
        if data.music[piece] >= rows:
            found["pop909" if data.ids[piece].isdigit() else "others"].append(int(piece))
    return {name: np.array(pieces[:count]) for name, pieces in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prepared", type=Path)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--pieces", type=int, default=32)
    parser.add_argument("--onnx", type=lambda text: [Path(part) for part in text.split(",")], default=[])
    options = parser.parse_args()
    data = open_prepared(options.prepared)
    loaded = read_checkpoint(WEIGHTS, data.vocabulary, data.space)
    engines = {f"native {name}": NativeEngine(loaded.sizes, loaded.weights, name) for name in ("fp32", "fp16", "int8")}
    engines |= {str(folder): open_folder(folder, threads_or(None)).engine for folder in options.onnx}
    for dataset, pieces in chosen(data, options.rows, options.pieces).items():
        known, best = read(NumpyEngine(loaded.sizes, loaded.weights), loaded, data, pieces, options.rows)
        print(f"{dataset}: {len(pieces)} pieces, NumPy {known.mean() / options.rows:.4f} nats a row")
        for name, engine in engines.items():
            found, likely = read(engine, loaded, data, pieces, options.rows)
            share = 100 * (found - known) / known.mean()
            error = share.std() / np.sqrt(len(pieces))
            same = 100 * (likely == best).mean()
            nats = found.mean() / options.rows
            print(f"  {name}: {nats:.4f}, {share.mean():+.3f} % (+- {error:.3f}), {same:.2f} % as likely", flush=True)


if __name__ == "__main__":
    main()
