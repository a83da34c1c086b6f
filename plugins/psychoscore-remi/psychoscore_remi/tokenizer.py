"""The tokenizer `remi`: [BOS] [prefix] [SEP] [music] [EOS], one token a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from miditok import REMI
from symusic import Score

from psychoscore_core.errors import ConfigError, RunError, did_you_mean
from psychoscore_core.records import Encoded, Plan
from psychoscore_remi import merges, storage
from psychoscore_remi.decode import decode
from psychoscore_remi.events import Events, Kind, read_events
from psychoscore_remi.grammar import RemiGrammar
from psychoscore_remi.grid import make_grid, nearest
from psychoscore_remi.harmony import chord_changes
from psychoscore_remi.meanings import Meanings
from psychoscore_remi.meter import closest_signature
from psychoscore_remi.normalise import GridScore, normalise, to_score
from psychoscore_remi.plugin import RemiConfig
from psychoscore_remi.rules import Rules
from psychoscore_remi.timeline import trace
from psychoscore_remi.vocabulary import BOS, EOS, SEP, SPECIALS, TRACK_NAMES, check_prefix, describe, make_miditok


class RemiTokenizer:
    """REMI tokens of any score, and the music of any REMI tokens.

    config: a RemiConfig. prefix_tokens: the names that may stand between [BOS] and [SEP].
    Raises ConfigError on prefix names that repeat or look like music, and on too small a `bpe_vocabulary`.
    """

    def __init__(self, config: RemiConfig, prefix_tokens: Sequence[str] = ()) -> None:
        check_prefix(prefix_tokens)
        self._config, self._prefix = config, tuple(prefix_tokens)
        self._grid = make_grid(config)
        # One MidiTok writes music without chords (its own detection sees block chords in root position only),
        # the other holds the full vocabulary and the merges.
        self._writer = make_miditok(config, prefix_tokens, chords=False)
        plain = make_miditok(config, prefix_tokens, chords=config.chords)
        self._from_writer = np.array([plain.vocab[text] for text in self._writer.vocab], np.int32)
        if 0 < config.bpe_vocabulary <= len(plain.vocab):
            raise ConfigError(
                f"tokenizer.bpe_vocabulary: must be 0 or above the {len(plain.vocab)} tokens without merges, "
                f"not {config.bpe_vocabulary}"
            )
        self._base_events = read_events(plain.vocab, len(SPECIALS) + len(self._prefix), EOS, ())
        self._chord_ids = np.array(
            [token for text, token in plain.vocab.items() if text.startswith("Chord_")], np.int32
        )
        self._adopt(plain)

    def _adopt(self, full: REMI) -> None:
        runs = merges.merged_runs(full)
        self._full = full
        self._events: Events = read_events(full.vocab, len(SPECIALS) + len(self._prefix), EOS, runs)
        self.vocabulary = describe(full.vocab, self._prefix, runs)
        for made in ("_rules", "_meanings"):
            self.__dict__.pop(made, None)

    @cached_property
    def _rules(self) -> Rules:
        return Rules(self._events, self._grid)

    @cached_property
    def _meanings(self) -> Meanings:
        return Meanings(self._events, self._grid)

    def needs_training(self) -> bool:
        """Say whether `bpe_vocabulary` asks for merges that have not been learned yet."""
        return self._config.bpe_vocabulary > 0 and not self._full.is_trained

    def train(self, scores: Iterable[Score]) -> None:
        """Learn the merges that `bpe_vocabulary` asks for; with 0, nothing."""
        if self._config.bpe_vocabulary == 0:
            return
        fresh = make_miditok(self._config, self._prefix, chords=self._config.chords)
        pieces = (self._plain_ids(score)[0] for score in scores)
        merges.learn(fresh, pieces, self._base_events, self._config.bpe_vocabulary)
        self._adopt(fresh)

    def encode(self, score: Score, prefix: Sequence[str] = ()) -> Encoded:
        """Return [BOS] [prefix] [SEP] [music] [EOS] as rows (time, 1), and the bar of each row.

        Raises ValueError on a prefix name that is not in the vocabulary, RunError before training.
        """
        if self.needs_training():
            raise RunError(
                f"tokenizer: remi: bpe_vocabulary = {self._config.bpe_vocabulary} asks for training before encoding"
            )
        music, notes = self._plain_ids(score)
        if self._full.is_trained:
            music = merges.apply(self._full, music)
        begun = np.cumsum(self._events.bars[music])
        bars = begun - self._events.bars[music] + self._events.opens_bar[music] - 1
        opening = self.prompt(prefix)
        rows = np.concatenate([opening, music[:, None], [[EOS]]]).astype(np.int32)
        bars = np.concatenate([np.full(len(opening), -1), bars, begun[-1:] - 1]).astype(np.int32)
        return Encoded(rows=rows, bars=bars, prefix_length=len(opening), notes=notes)

    def _plain_ids(self, score: Score) -> tuple[np.ndarray, int]:
        """Return the score's music as base ids, and how many notes it holds."""
        music = self.normalise(score)
        sequence = self._writer.encode(
            to_score(music, self._grid, TRACK_NAMES), encode_ids=False, no_preprocess_score=True
        )
        ids = self._from_writer[np.array(sequence.ids, np.int64)]
        return (self._with_chords(ids, music) if self._config.chords else ids), len(music.notes)

    def _with_chords(self, ids: np.ndarray, music: GridScore) -> np.ndarray:
        """Write each chord change before the first instrument or note at its tick."""
        ticks, chords = chord_changes(music, self._grid)
        places = np.flatnonzero(np.isin(self._base_events.kind[ids], (Kind.PROGRAM, Kind.PITCH, Kind.DRUM)))
        place_ticks = trace(ids, self._base_events, self._grid).tick[places]
        return np.insert(ids, places[np.searchsorted(place_ticks, ticks)], self._chord_ids[chords])

    def normalise(self, score: Score) -> GridScore:
        """Return the score as the vocabulary can say it: what decode(encode(score)) gives back."""
        return normalise(score, self._grid, self._config)

    def prompt(self, prefix: Sequence[str] = ()) -> np.ndarray:
        """Return the rows (time, 1) that a generation starts from: [BOS] [prefix] [SEP]."""
        known = self.vocabulary.prefix
        for name in prefix:
            if name not in known:
                raise ValueError(f"unknown prefix token {name!r}{did_you_mean(name, known)}")
        return np.array([BOS, *(known[name] for name in prefix), SEP], np.int32)[:, None]

    def decode(self, rows: np.ndarray) -> Score:
        """Return the music of any rows (time, 1) of ids; raises ValueError on other shapes and foreign ids."""
        rows = np.asarray(rows)
        if rows.size == 0:
            rows = np.zeros((0, 1), np.int64)
        if rows.ndim != 2 or rows.shape[1] != 1 or rows.dtype.kind not in "iu":
            raise ValueError(f"token rows are integers of shape (time, 1), not {rows.dtype} {rows.shape}")
        ids = rows[:, 0].astype(np.int64)
        if len(ids) and not (ids.min() >= 0 and ids.max() < self._events.size):
            raise ValueError(f"token ids are 0 to {self._events.size - 1}, not {ids.min()} to {ids.max()}")
        return decode(ids, self._events, self._grid, self._config.max_bars, TRACK_NAMES)

    def grammar(self, bars: int | None = None, plan: Plan | None = None) -> RemiGrammar:
        """Return a fresh grammar; with `bars`, the end is allowed in the last of exactly that many bars.

        With a plan, every bar has its time signature, and its tempo is named once, at the beginning: each the
        closest that the vocabulary has.
        """
        planned = None
        if plan is not None:
            tempo = int(nearest(self._grid.tempos, np.array(plan.tempo)))
            planned = (closest_signature(*plan.time_signature, self._grid), tempo)
        return RemiGrammar(self._rules, self._meanings, self.vocabulary.families[0].tokens, bars, planned)

    def save(self, folder: Path) -> None:
        """Write `tokenizer.json` (MidiTok's own format) and `remi.json` (config, prefix, digests) into the folder."""
        storage.save(folder, self._full, self._config, self._prefix, self.vocabulary)

    def load(self, folder: Path) -> None:
        """Read what save() wrote, in place; raises CheckpointError where it is damaged or of another vocabulary."""
        self._adopt(storage.load(folder, self._config, self._prefix))
