"""Tokenize: a score becomes rows of token ids and back; the tokenizer owns its grammar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from attrs import frozen

from psychoscore_core.errors import DataError
from psychoscore_core.records import Encoded, Plan, Vocabulary
from psychoscore_core.report import Report

if TYPE_CHECKING:
    import numpy as np
    from symusic.core import ScoreTick as Score
else:
    np = Score = Any

LEARN_FROM = 5000  # pieces that a vocabulary is learned from: enough for 30,000 merges


@frozen(eq=False)
class Meaning:
    """What the ids of a family mean as music, where they mean one kind of thing.

    kind: "onset" (24ths of a quarter from the bar line), "voice" (index), "pitch" (MIDI), "duration" (24ths of a
    quarter), "velocity" (MIDI), or "" where nothing is meant. values: (family size,) int, -1 where an id is none.
    also: what the same ids say about a later choice that they make at once.

    "moment" is for ids that are events in time: where the music stands after the id, in 24ths of a quarter from the bar
    line, counted on into the next bar; -1 for the end. Its `also` is the "duration" of the notes that sound, for the
    ids that end them; the `also` of that the "velocity" of the ids that begin a note, and the last one their "pitch".
    """

    kind: str
    values: np.ndarray
    also: Meaning | None = None


class Sounded(NamedTuple):
    """A note that a grammar has been told of: position in the bar and duration in quarters, MIDI pitch, velocity."""

    position: float
    voice: str
    pitch: int
    duration: float
    velocity: int


class Grammar(Protocol):
    """The state of one token stream, from the first row of music on.

    Optional: `closing_mask(family=0, partial=())` returns the tokens on a shortest way out of the bar, for a sampler
    whose bar has grown too long. `meaning(family, partial) -> Meaning` and `sounded() -> Sounded | None` (the note
    that the last row completed) let a sampler steer by what tokens mean, without knowing them.
    """

    bar: int  # index of the bar that the next row falls into, 0 before the first bar token
    finished: bool  # the end token was taken

    def mask(self, family: int = 0, partial: Sequence[int] = ()) -> np.ndarray:
        """Return a bool array (family size,): the tokens that may follow; at least one is True.

        `partial` holds the ids already drawn for this row's earlier families.
        The array is read-only and may be shared between calls.
        """

    def push(self, row: Sequence[int]) -> None:
        """Take one row; raises ValueError on a row that the mask forbids."""


class Tokenizer(Protocol):
    """What a tokenizer is; built as `Class(config, prefix_tokens=tuple_of_names)`.

    Optional: `decode_for(rows, plan) -> Score` decodes rows that were drawn for a plan, in the plan's bars and under
    its tempos, where rows tell seconds and nothing of bars.
    """

    vocabulary: Vocabulary

    def train(self, scores: Iterable[Score]) -> None:
        """Learn what the config asks for (BPE merges, say); most tokenizers have nothing to learn."""

    def needs_training(self) -> bool:
        """Say whether the config asks for something learned that has not been learned yet."""

    def encode(self, score: Score, prefix: Sequence[str] = ()) -> Encoded:
        """Return [prefix] [SEP] [music] [EOS] as rows; unknown prefix names raise ValueError."""

    def prompt(self, prefix: Sequence[str] = ()) -> np.ndarray:
        """Return the rows (time, families) that a generation starts from: [BOS] [prefix] [SEP]."""

    def decode(self, rows: np.ndarray) -> Score:
        """Return the music of any rows whatever (time, families): never raises on ids of the vocabulary."""

    def grammar(self, bars: int | None = None, plan: Plan | None = None) -> Grammar:
        """Return a fresh grammar state; with `bars`, the end is allowed after exactly that many bars.

        With a plan, tempo and time signature are the plan's own wherever the tokens name them.
        """

    def save(self, folder: Path) -> None:
        """Write everything that load() needs into the folder."""

    def load(self, folder: Path) -> None:
        """Read what save() wrote, in place; raises CheckpointError when the folder does not fit."""


def make_tokenizer(
    tokenizer: Tokenizer, datasets: Mapping[str, Any], keys: Mapping[str, Sequence[str]], folder: Path, report: Report
) -> None:
    """Let the tokenizer learn from the train split what it wants to learn, and save it."""
    if tokenizer.needs_training():
        report.remark("the tokenizer learns its vocabulary from the train split")
        tokenizer.train(_train_scores(datasets, keys, report))
    tokenizer.save(folder)


def _train_scores(datasets: Mapping[str, Any], keys: Mapping[str, Sequence[str]], report: Report) -> Iterator[Score]:
    """Yield the scores of the train split, at most LEARN_FROM of them; damaged pieces are left to prepare's report."""
    total = min(LEARN_FROM, sum(len(names) for names in keys.values()))
    done = 0
    for name, key in ((n, k) for n, names in keys.items() for k in names):
        if done >= total:
            return
        done += 1
        report.progress("tokenizer", done, total)
        try:
            yield from (piece.score for piece in datasets[name].load(key) if piece.split == "train")
        except DataError:
            continue
