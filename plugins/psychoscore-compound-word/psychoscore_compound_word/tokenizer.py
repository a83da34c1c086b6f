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
from psychoscore_core.errors import CheckpointError, did_you_mean
from psychoscore_core.records import Encoded, Plan
from psychoscore_core.whole_files import read_json, write_json

FILE, FORMAT = "compound-word.json", 1


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
        for name in prefix:
            if name not in words:
                raise ValueError(f"unknown prefix token {name!r}{did_you_mean(name, words)}")
        return np.concatenate([_word(BOS), *(_word(*words[name]) for name in prefix), _word(SEP)])

    def decode(self, rows: np.ndarray) -> Score:
        """Return the music of any rows (time, 8) of ids; raises ValueError on other shapes and foreign ids."""
        rows = np.asarray(rows)
        if rows.size == 0:
            rows = np.zeros((0, len(FAMILIES)), np.int64)
        if rows.ndim != 2 or rows.shape[1] != len(FAMILIES) or rows.dtype.kind not in "iu":
            raise ValueError(f"token rows are integers of shape (time, {len(FAMILIES)}), not {rows.dtype} {rows.shape}")
        if len(rows) and ((rows < 0) | (rows >= np.array(self._layout.sizes))).any():
            raise ValueError(f"token ids lie below {self._layout.sizes} in the families {', '.join(FAMILIES)}")
        return decode(rows.astype(np.int64), self._layout)

    def grammar(self, bars: int | None = None, plan: Plan | None = None) -> CompoundWordGrammar:
        """Return a fresh grammar; with `bars`, the end comes after exactly that many bars.

        With a plan, bar lines have its time signature and name its tempos and chords.
        """
        return CompoundWordGrammar(self._layout, bars, plan)

    def save(self, folder: Path) -> None:
        """Write `compound-word.json`: the config and the vocabulary's digest."""
        folder.mkdir(parents=True, exist_ok=True)
        facts = {"format": FORMAT, "config": asdict(self._layout.notes.config), "vocabulary": self.vocabulary.digest}
        write_json(folder / FILE, facts)

    def load(self, folder: Path) -> None:
        """Check that the folder holds this tokenizer; raises CheckpointError, naming both digests, where not."""
        facts = read_json(folder / FILE)
        if not isinstance(facts, dict) or facts.get("format") != FORMAT:
            raise CheckpointError(f"{folder / FILE}: not a folder of the tokenizer compound-word")
        if facts.get("vocabulary") != self.vocabulary.digest:
            raise CheckpointError(
                f"{folder}: saved with the vocabulary {facts.get('vocabulary')!s:.40}, "
                f"but this run's tokenizer and prefix have {self.vocabulary.digest}"
            )


def _word(kind: int, emotion: int = 0) -> np.ndarray:
    word = np.zeros((1, len(FAMILIES)), np.int32)
    word[0, [TYPE, EMOTION]] = kind, emotion
    return word
