"""The tokenizer `compound-word`: [BOS] [prefix] [SEP] (bar (beat note+)*)* fine [EOS], one word of eight ids a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from attrs import asdict
from symusic import Score

from psychoscore_compound_word.decoding import decode
from psychoscore_compound_word.encoding import encode
from psychoscore_compound_word.grammar import CompoundWordGrammar
from psychoscore_compound_word.layout import BOS, EMOTION, EOS, FAMILIES, FINE, METRICAL, PLACE, SEP, TYPE, make_layout
from psychoscore_compound_word.plugin import CompoundWordConfig
from psychoscore_core.records import Encoded, Plan
from psychoscore_core.unlearnt_tokenizer import check_prefix, check_saved_tokenizer, save_tokenizer
from psychoscore_notes.tokenizer import checked

NAME = "compound-word"


class CompoundWordTokenizer:
    """Rows (time, 8) of any score, and the music of any such rows.

    Raises ConfigError on prefix names that repeat or look like types of words.
    """

    def __init__(self, config: CompoundWordConfig, prefix_tokens: Sequence[str] = ()) -> None:
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
        fine = _word(METRICAL)
        fine[0, PLACE] = FINE
        rows = np.concatenate([opening, music, fine, _word(EOS)])
        bars = np.concatenate([np.full(len(opening), -1, np.int32), bars, np.repeat(bars[-1:], 2)])
        return Encoded(rows=rows, bars=bars, prefix_length=len(opening), notes=notes)

    def prompt(self, prefix: Sequence[str] = ()) -> np.ndarray:
        """Return the rows (time, 8) that a generation starts from: [BOS] [prefix] [SEP]."""
        words = self._layout.words
        check_prefix(prefix, words)
        return np.concatenate([_word(BOS), *(_word(*words[name]) for name in prefix), _word(SEP)])

    def decode(self, rows: np.ndarray) -> Score:
        """Return the music of any rows (time, 8) of ids; raises ValueError on other shapes and foreign ids."""
        return decode(checked(rows, FAMILIES, self._layout.sizes), self._layout)

    def grammar(self, bars: int | None = None, plan: Plan | None = None) -> CompoundWordGrammar:
        """Return a fresh grammar; with `bars`, the end comes after exactly that many bars.

        With a plan, bar lines have its time signature and name its tempos and chords.
        """
        return CompoundWordGrammar(self._layout, bars, plan)

    def save(self, folder: Path) -> None:
        """Write `compound-word.json`: the config and the vocabulary's digest."""
        save_tokenizer(folder, NAME, asdict(self._layout.notes.config), self.vocabulary)

    def load(self, folder: Path) -> None:
        """Check that the folder holds this tokenizer; raises CheckpointError, naming both digests, where not."""
        check_saved_tokenizer(folder, NAME, self.vocabulary)


def _word(kind: int, emotion: int = 0) -> np.ndarray:
    word = np.zeros((1, len(FAMILIES)), np.int32)
    word[0, [TYPE, EMOTION]] = kind, emotion
    return word
