"""The tokenizer `notes`: [BOS] [prefix] [SEP] (bar note*)* [EOS], one row a bar line or note."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from attrs import asdict
from symusic import Score

from psychoscore_core.records import Encoded, Plan
from psychoscore_core.unlearnt_tokenizer import check_prefix, check_saved_tokenizer, save_tokenizer
from psychoscore_notes.decoding import decode
from psychoscore_notes.encoding import encode
from psychoscore_notes.grammar import NotesGrammar
from psychoscore_notes.layout import BOS, EOS, FAMILIES, SEP, make_layout
from psychoscore_notes.plugin import NotesConfig

TRACK_NAMES = {0: "melody", 1: "counter", 2: "accompaniment", 3: "drums"}
NAME = "notes"


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
        check_prefix(prefix, known)
        return np.concatenate([_row(token) for token in (BOS, *(known[name] for name in prefix), SEP)])

    def decode(self, rows: np.ndarray) -> Score:
        """Return the music of any rows (time, 5) of ids; raises ValueError on other shapes and foreign ids."""
        return decode(checked(rows, FAMILIES, self._layout.sizes), self._layout, TRACK_NAMES)

    def grammar(self, bars: int | None = None, plan: Plan | None = None) -> NotesGrammar:
        """Return a fresh grammar; with `bars`, the end is allowed in the last of exactly that many bars.

        With a plan, the bar rows name its time signature, its keys' tonics and its tempos.
        """
        return NotesGrammar(self._layout, bars, plan)

    def save(self, folder: Path) -> None:
        """Write `notes.json`: the config and the vocabulary's digest."""
        save_tokenizer(folder, NAME, asdict(self._layout.config), self.vocabulary)

    def load(self, folder: Path) -> None:
        """Check that the folder holds this tokenizer; raises CheckpointError, naming both digests, where not."""
        check_saved_tokenizer(folder, NAME, self.vocabulary)


def _row(token: int) -> np.ndarray:
    return np.array([[token, 0, 0, 0, 0]], np.int32)


def checked(rows: np.ndarray, families: Sequence[str], sizes: Sequence[int]) -> np.ndarray:
    """Return rows (time, families) as int64; raises ValueError on another shape or type, or ids beyond the sizes."""
    rows = np.asarray(rows)
    if rows.size == 0:
        return np.zeros((0, len(families)), np.int64)
    if rows.ndim != 2 or rows.shape[1] != len(families) or rows.dtype.kind not in "iu":
        raise ValueError(f"token rows are integers of shape (time, {len(families)}), not {rows.dtype} {rows.shape}")
    if ((rows < 0) | (rows >= np.array(sizes))).any():
        raise ValueError(f"token ids lie below {tuple(sizes)} in the families {', '.join(families)}")
    return rows.astype(np.int64)
