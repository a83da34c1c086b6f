"""How fast and how regular: tempo, notes and onsets a second and a bar, gaps between onsets, places in the bar."""

from __future__ import annotations

import numpy as np

from psychoscore_judge.measures.heard import Heard
from psychoscore_judge.measures.numbers import entropy, mean, numbered, shares, spread

SLOTS = (0, 2, 4, 6, 8, 10, 12, 14)  # the eighths of a bar


def timing(piece: Heard) -> dict[str, float]:
    """Return tempo and rates (log2), gaps (log2 seconds, quarters, entropy in bits), shares of places in the bar."""
    return _rates(piece) | _gaps(piece) | _places(piece) | _course(piece)


def _rates(piece: Heard) -> dict[str, float]:
    notes, onsets = len(piece.onset), len(piece.begins)
    quarters = max(float((piece.onset + piece.duration).max() - piece.onset[0]), 0.25)
    bars = quarters / 4
    return {
        "tempo": float(np.log2(piece.tempo)),
        "notes_second": float(np.log2(notes / piece.span)),
        "onsets_second": float(np.log2(onsets / piece.span)),
        "notes_bar": float(np.log2(notes / bars)),
        "onsets_bar": float(np.log2(onsets / bars)),
    } | spread("together", np.diff(np.r_[piece.begins, notes]))


def _gaps(piece: Heard) -> dict[str, float]:
    gaps = np.diff(piece.onset[piece.begins])
    seconds = np.diff(piece.seconds[piece.begins])
    if not len(gaps):
        gaps, seconds = np.ones(1), np.full(1, 0.5)
    sixteenths = np.clip(np.round(gaps * 4), 0, 32).astype(np.int64)
    return (
        spread("gap_seconds", np.log2(np.maximum(seconds, 0.02)))
        | spread("gap_quarters", np.minimum(gaps, 4))
        | {
            "gap_entropy": entropy(np.bincount(sixteenths)),
            "gap_npvi": mean(np.abs(np.diff(gaps)) / (gaps[1:] + gaps[:-1])),
        }
        | numbered("gap_is_", shares(sixteenths, 33), (1, 2, 3, 4, 6, 8))
    )


def _places(piece: Heard) -> dict[str, float]:
    notes, onsets = shares(piece.slot, 16), shares(piece.slot[piece.begins], 16)
    return {
        "on_downbeat": float(notes[0]),
        "on_beat": float(notes[::4].sum()),
        "on_eighth": float(notes[2::4].sum()),
        "on_sixteenth": float(notes[1::2].sum()),
        "place_entropy": entropy(notes),
    } | numbered("place", onsets, SLOTS)


def _course(piece: Heard) -> dict[str, float]:
    """Return how evenly the notes are spread over seconds and bars."""
    second = np.bincount((piece.seconds - piece.seconds[0]).astype(np.int64))[: max(1, int(piece.span))]
    bars = np.bincount(piece.bar)
    bars = bars[:-1] if len(bars) > 1 else bars  # the last one is often cut off
    return {
        "second_variation": float(second.std() / max(second.mean(), 0.1)),
        "second_most": float(np.log2(1 + second.max())),
        "second_least": float(np.percentile(second, 10)),
        "bar_variation": float(bars.std() / max(bars.mean(), 1)),
    }
