"""The tokenizer `notes`: [BOS] [prefix] [SEP] (bar note*)* [EOS], one row a bar line or note."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from attrs import asdict
from symusic import Score

from psychoscore_core.errors import CheckpointError, did_you_mean
from psychoscore_core.records import Encoded, Plan
from psychoscore_core.whole_files import read_json, write_json
from psychoscore_notes.decoding import decode
from psychoscore_notes.encoding import encode
from psychoscore_notes.grammar import NotesGrammar
from psychoscore_notes.layout import BOS, EOS, FAMILIES, SEP, make_layout
from psychoscore_notes.plugin import NotesConfig

TRACK_NAMES = {0: "melody", 1: "counter", 2: "accompaniment", 3: "drums"}
FILE, FORMAT = "notes.json", 1


class NotesTokenizer:
    """Rows (time, 5) of any score, and the music of any such rows.

    Raises ConfigError on prefix names that repeat or look like music.
    """

    def __init__(self, config: NotesConfig, prefix_tokens: Sequence[str] = ()) -> None:
        self._layout = make_layout(config, prefix_tokens)
        self.vocabulary = self._layout.vocabulary

    def train(self, scores: Iterable[Score]) -> None:
        """Learn nothing."""

    def needs_training(self) -> bool:
        """Return False: the config says everything."""
        return False

    def encode(self, score: Score, prefix: Sequence[str] = ()) -> Encoded:
        """Return [BOS] [prefix] [SEP] [music] [EOS]; raises ValueError on an unknown prefix name."""
        opening = self.prompt(prefix)
        music, bars, notes = encode(score, self._layout)
        rows = np.concatenate([opening, music, _row(EOS)])
        bars = np.concatenate([np.full(len(opening), -1, np.int32), bars, bars[-1:]])
        return Encoded(rows=rows, bars=bars, prefix_length=len(opening), notes=notes)

    def prompt(self, prefix: Sequence[str] = ()) -> np.ndarray:
        """Return the rows (time, 5) that a generation starts from: [BOS] [prefix] [SEP]."""
        known = self.vocabulary.prefix
        for name in prefix:
            if name not in known:
                raise ValueError(f"unknown prefix token {name!r}{did_you_mean(name, known)}")
        return np.concatenate([_row(token) for token in (BOS, *(known[name] for name in prefix), SEP)])

    def decode(self, rows: np.ndarray) -> Score:
        """Return the music of any rows (time, 5) of ids; raises ValueError on other shapes and foreign ids."""
        rows = np.asarray(rows)
        if rows.size == 0:
            rows = np.zeros((0, len(FAMILIES)), np.int64)
        if rows.ndim != 2 or rows.shape[1] != len(FAMILIES) or rows.dtype.kind not in "iu":
            raise ValueError(f"token rows are integers of shape (time, {len(FAMILIES)}), not {rows.dtype} {rows.shape}")
        if len(rows) and ((rows < 0) | (rows >= np.array(self._layout.sizes))).any():
            raise ValueError(f"token ids lie below {self._layout.sizes} in the families {', '.join(FAMILIES)}")
        return decode(rows.astype(np.int64), self._layout, TRACK_NAMES)

    def grammar(self, bars: int | None = None, plan: Plan | None = None) -> NotesGrammar:
        """Return a fresh grammar; with `bars`, the end is allowed in the last of exactly that many bars.

        With a plan, the bar rows name its time signature, its keys' tonics and its tempos.
        """
        return NotesGrammar(self._layout, bars, plan)

    def save(self, folder: Path) -> None:
        """Write `notes.json`: the config and the vocabulary's digest."""
        folder.mkdir(parents=True, exist_ok=True)
        facts = {"format": FORMAT, "config": asdict(self._layout.config), "vocabulary": self.vocabulary.digest}
        write_json(folder / FILE, facts)

    def load(self, folder: Path) -> None:
        """Check that the folder holds this tokenizer; raises CheckpointError, naming both digests, where not."""
        facts = read_json(folder / FILE)
        if not isinstance(facts, dict) or facts.get("format") != FORMAT:
            raise CheckpointError(f"{folder / FILE}: not a folder of the tokenizer notes")
        if facts.get("vocabulary") != self.vocabulary.digest:
            raise CheckpointError(
                f"{folder}: saved with the vocabulary {facts.get('vocabulary')!s:.40}, "
                f"but this run's tokenizer and prefix have {self.vocabulary.digest}"
            )


def _row(token: int) -> np.ndarray:
    return np.array([[token, 0, 0, 0, 0]], np.int32)
