"""Likelihood: how well a model predicts real songs that it has not seen, note by note."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from attrs import evolve

from psychoscore_core.report import Report
from psychoscore_core.run.parts import Parts
from psychoscore_core.stages.prepared_data import Prepared, PreparedWriter, facts_of
from psychoscore_core.stages.preparer import tokenized
from psychoscore_evaluation.real import RealMusic
from psychoscore_evaluation.statistics import estimated

SPLIT = "test"
TABLE = {  # what each figure is, and the columns of nats and of what they are divided by
    "nats_per_token": ("nats a token, told what each bar is like", "told", "tokens"),
    "nats_per_note": ("nats a note, told what each bar is like", "told", "notes"),
    "unconditional_nats_per_token": ("nats a token, told nothing", "untold", "tokens"),
}


def likelihood(parts: Parts, real: RealMusic, report: Report, seed: int) -> dict[str, Any]:
    """Return the nats that the loaded model of a project needs for real music, all of it and of each dataset.

    Told is what training tells: prefix, the vector where a piece has a profile, and the bars' conditions measured from
    the piece itself. Intervals are bootstrapped over songs. Pieces without notes are left out.
    """
    songs: dict[str, list[str]] = {}
    for name, song in real.songs.items():
        songs.setdefault(f"{real.origins.get(name, '')}/{song}", []).append(name)
    rows, origins = [], []
    for done, names in enumerate(songs.values()):
        row = _nats_of_song(parts, [(real.origins.get(name, ""), real.pieces[name]) for name in names])
        if row is not None:
            rows.append(row)
            origins.append(real.origins.get(names[0], ""))
        report.progress("likelihood", done + 1, len(songs))
    table = {key: np.array([row[key] for row in rows]) for key in ("told", "untold", "tokens", "notes")}
    found = {"real_origin": real.origin, "pieces": len(real.pieces), "meaning": {k: v[0] for k, v in TABLE.items()}}
    found |= {"all": _means(table, np.ones(len(rows), bool), seed), "datasets": {}}
    if len(set(origins)) > 1:
        found["datasets"] = {name: _means(table, np.array(origins) == name, seed) for name in sorted(set(origins))}
    return found


def _nats_of_song(parts: Parts, pieces: Sequence[tuple[str, Any]]) -> Mapping[str, float] | None:
    """Return a song's nats with conditions and without, and its tokens and notes; None where it has no notes."""
    items = [tokenized(parts.encoder, parts.tokenizer, name, evolve(piece, split=SPLIT)) for name, piece in pieces]
    items = [item for item in items if isinstance(item, Prepared)]
    if not items:
        return None
    with tempfile.TemporaryDirectory(prefix="psyco-likelihood-") as scratch:
        writer = PreparedWriter(Path(scratch))
        writer.append(items)
        writer.finish(facts_of(parts.tokenizer.vocabulary, parts.encoder.space))
        metrics = parts.model.evaluate(Path(scratch), SPLIT)
    tokens = metrics["tokens"]
    told, untold = (metrics[name] * tokens for name in ("nats_per_token", "unconditional_nats_per_token"))
    return {"told": told, "untold": untold, "tokens": tokens, "notes": metrics["notes"]}


def _means(table: Mapping[str, np.ndarray], chosen: np.ndarray, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    found: dict[str, Any] = {"songs": int(chosen.sum())}
    for name, (_, nats, units) in TABLE.items():
        x, y = table[nats][chosen], table[units][chosen]
        found[name] = estimated(lambda weights, x=x, y=y: (weights @ x) / (weights @ y), len(x), rng).json()
    return found
