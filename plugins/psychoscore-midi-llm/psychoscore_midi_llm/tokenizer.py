"""The tokenizer `midi-llm`: [0] [prefix] [0] (wait | note-on | note-off)* [0], one word a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from attrs import asdict
from symusic import Score

from psychoscore_core.records import Encoded, Plan
from psychoscore_core.unlearnt_tokenizer import check_prefix, check_saved_tokenizer, save_tokenizer
from psychoscore_midi_llm.clock import frame_of
from psychoscore_midi_llm.decoding import decode
from psychoscore_midi_llm.encoding import encode, normalise
from psychoscore_midi_llm.grammar import WordGrammar
from psychoscore_midi_llm.layout import SEPARATOR, make_layout
from psychoscore_midi_llm.notes import Music
from psychoscore_midi_llm.plugin import MidiLlmConfig
from psychoscore_midi_llm.words import Words

NAME = "midi-llm"


class MidiLlmTokenizer:
    """Rows (time, 1) of any score, and the music of any such rows.

    base_size: how many ids, the first ones, are the public checkpoints'; the prefix tokens' ids follow, so a
    checkpoint's embedding and head keep their rows and get `vocabulary.families[0].size - base_size` new ones.
    Raises ConfigError on prefix names that repeat or look like music, and on a `tokenizer_json` that says other ids.
    """

    def __init__(self, config: MidiLlmConfig, prefix_tokens: Sequence[str] = ()) -> None:
        self._layout = make_layout(config, prefix_tokens)
        self._words = Words(self._layout)
        self.vocabulary = self._layout.vocabulary
        self.base_size = self._layout.base_size

    def train(self, scores: Iterable[Score]) -> None:
        """Learn nothing."""

    def needs_training(self) -> bool:
        """Return False: the config says everything."""
        return False

    def normalise(self, score: Score) -> Music:
        """Return the score's music as the tokens can say it, and what it loses."""
        return normalise(score, self._layout)

    def encode(self, score: Score, prefix: Sequence[str] = ()) -> Encoded:
        """Return [0] [prefix] [0] [music] [0]; raises ValueError on an unknown prefix name."""
        opening, music = self.prompt(prefix), self.normalise(score)
        ids, bars = encode(music, self._layout)
        rows = np.concatenate([opening[:, 0], ids, [SEPARATOR]]).astype(np.int32)[:, None]
        last = max(len(music.lines) - 1, 0)
        bars = np.concatenate([np.full(len(opening), -1), bars, [last]]).astype(np.int32)
        return Encoded(rows=rows, bars=bars, prefix_length=len(opening), notes=len(music.notes))

    def prompt(self, prefix: Sequence[str] = ()) -> np.ndarray:
        """Return the rows (time, 1) that a generation starts from: [0] [prefix] [0]."""
        known = self.vocabulary.prefix
        check_prefix(prefix, known)
        return np.array([SEPARATOR, *(known[name] for name in prefix), SEPARATOR], np.int32)[:, None]

    def decode(self, rows: np.ndarray) -> Score:
        """Return the music of any rows (time, 1) of ids, in seconds: at 120 quarters a minute, in bars of 4/4.

        Raises ValueError on other shapes and foreign ids.
        """
        return decode(self._ids(rows), self._layout, frame_of(None))

    def decode_for(self, rows: np.ndarray, plan: Plan) -> Score:
        """Return the music of rows that were drawn for a plan, in its bars and under its tempos."""
        return decode(self._ids(rows), self._layout, frame_of(plan))

    def _ids(self, rows: np.ndarray) -> np.ndarray:
        rows = np.asarray(rows)
        if rows.size == 0:
            return np.zeros(0, np.int64)
        if rows.ndim != 2 or rows.shape[1] != 1 or rows.dtype.kind not in "iu":
            raise ValueError(f"token rows are integers of shape (time, 1), not {rows.dtype} {rows.shape}")
        ids = rows[:, 0].astype(np.int64)
        if ids.min() < 0 or ids.max() >= self._layout.size:
            raise ValueError(f"token ids are 0 to {self._layout.size - 1}, not {ids.min()} to {ids.max()}")
        return ids

    def grammar(self, bars: int | None = None, plan: Plan | None = None) -> WordGrammar:
        """Return a fresh grammar; with `bars`, the end is allowed in the last of exactly that many bars.

        Bars are the plan's, under its tempos; without a plan they last two seconds (4/4 at 120 quarters a minute).
        """
        return WordGrammar(self._words, frame_of(plan), bars)

    def save(self, folder: Path) -> None:
        """Write `midi-llm.json`: the config and the vocabulary's digest."""
        save_tokenizer(folder, NAME, asdict(self._layout.config), self.vocabulary)

    def load(self, folder: Path) -> None:
        """Check that the folder holds this tokenizer; raises CheckpointError, naming both digests, where not."""
        check_saved_tokenizer(folder, NAME, self.vocabulary)
