"""The grammar: the state of one stream of words, which may follow, and what they mean as music."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psychoscore_core.stages.tokenize import Meaning, Sounded
from psychoscore_hearing.meter import GRID
from psychoscore_midi_llm.clock import Frame
from psychoscore_midi_llm.layout import FIRST_NOTE, FIRST_WAIT, LONGEST_WAIT, PITCHES, SEPARATOR
from psychoscore_midi_llm.words import Words

LEARN = 0.1  # share of each ended note in the length that notes are thought to have


class WordGrammar:
    """A stream from its first word on: what decodes, and nothing that is passed over in decoding.

    At one step keys rise, as in the music that the checkpoints learned; a key that sounds may end and be struck again.
    A note lasts a step at least and `longest` at most: time does not pass where one has to end, and keys above it wait.
    bars: the end is allowed in the last of so many bars, where no note sounds; without them, wherever none does.
    A wait does not pass over a whole bar.
    """

    def __init__(self, words: Words, frame: Frame, bars: int | None = None) -> None:
        if bars is not None and bars < 1:
            raise ValueError(f"a piece has at least one bar, not {bars}")
        self.bar = 0
        self.finished = False
        self._words, self._layout, self._frame, self._bars = words, words.layout, frame, bars
        self._end = None if bars is None else frame.line(bars)
        self._now = 0
        self._lowest = 0  # key that may still be named at this step
        self._struck: dict[int, int] = {}  # the step at which each sounding key was struck, the oldest first
        self._length = self._quarter  # steps that notes are thought to last
        self._sounded: Sounded | None = None
        self._mask: np.ndarray | None = None
        self._meaning: Meaning | None = None

    def mask(self, family: int = 0, partial: Sequence[int] = ()) -> np.ndarray:
        """Return a read-only bool array (ids,) of the words that may follow; after the end, only the end."""
        if self._mask is None:
            self._mask = self._words.only_end if self.finished else self._allowed()
        return self._mask

    def closing_mask(self, family: int = 0, partial: Sequence[int] = ()) -> np.ndarray:
        """Return those of the allowed words (ids,) that lead out of the bar soonest."""
        mask = self.mask()
        if mask[SEPARATOR]:
            return self._words.only_end
        way = np.zeros_like(mask)
        waits = int(mask[FIRST_WAIT:FIRST_NOTE].sum())
        ends = self._words.notes(mask)[:, 0]
        if ends.any() and (self._last or not waits):
            self._words.notes(way)[:, 0] = ends
        elif waits:
            way[FIRST_WAIT + (0 if self._last else waits - 1)] = True
        return way if way.any() else mask

    def push(self, row: Sequence[int]) -> None:
        """Take one row; raises ValueError on a row that the mask forbids, and leaves the state as it was."""
        token = int(row[0])
        if not 0 <= token < self._layout.size:
            raise ValueError(f"token {token} is not in the vocabulary of {self._layout.size} tokens")
        if self.finished or not self.mask()[token]:
            word = self._layout.vocabulary.families[0].tokens[token]
            raise ValueError(f"token {word!r} cannot follow here, in bar {self.bar}")
        self._sounded = None
        if token == SEPARATOR:
            self.finished = True
        elif token < FIRST_NOTE:
            self._wait(token - FIRST_WAIT + 1)
        else:
            self._name(*divmod(token - FIRST_NOTE, self._layout.bins))
        self._mask = self._meaning = None

    def meaning(self, family: int = 0, partial: Sequence[int] = ()) -> Meaning:
        """Return where each word leads, how long the notes are that end here, and what those that begin strike."""
        if self._meaning is None:
            self._meaning = self._words.moments(self._frame, self.bar, self._now, self._struck)
        return self._meaning

    def sounded(self) -> Sounded | None:
        """Return the note that the last row began, as long as notes have lately been: its own length is not known."""
        return self._sounded

    @property
    def _last(self) -> bool:
        return self._bars is not None and self.bar >= self._bars - 1

    def _wait(self, steps: int) -> None:
        self._now += steps
        self._lowest = 0
        if not self._last and self._now >= self._frame.line(self.bar + 1):
            self.bar += 1

    def _name(self, key: int, velocity: int) -> None:
        if velocity:
            self._strike(key, velocity)
        else:
            self._release(key)

    def _strike(self, key: int, velocity: int) -> None:
        self._struck[key] = self._now
        self._lowest = key + 1
        instrument, pitch = divmod(key, PITCHES)
        position = int(self.meaning().values[FIRST_NOTE]) / GRID
        voice = "drums" if self._words.drums[instrument] else "accompaniment"
        duration = self._length / self._quarter
        self._sounded = Sounded(position, voice, pitch, duration, int(self._layout.velocities[velocity]))

    def _release(self, key: int) -> None:
        length = self._now - self._struck.pop(key)
        self._length += LEARN * (length - self._length)
        self._lowest = key

    @property
    def _quarter(self) -> float:
        """Steps in a quarter of the present bar."""
        beats, unit = self._frame.signature
        return (self._frame.line(self.bar + 1) - self._frame.line(self.bar)) / (4 * beats / unit)

    def _due(self) -> int | None:
        """Return the lowest key that has to end at this step, or None."""
        if self._now == self._end:
            return min(self._struck, default=None)
        first = self._now - self._layout.longest
        due = []
        for key, struck in self._struck.items():
            if struck > first:
                break
            due.append(key)
        return min(due, default=None)

    def _allowed(self) -> np.ndarray:
        due = self._due()
        keys = range(self._lowest, self._layout.keys if due is None else due + 1)
        may_begin = self._now != self._end and len(self._struck) < self._layout.config.polyphony
        sounding = [key for key, struck in self._struck.items() if struck < self._now]
        end = not self._struck and (self._bars is None or self._last)
        return self._words.mask(self._longest_wait(), keys, may_begin, sounding, end)

    def _longest_wait(self) -> int:
        until = self._frame.line(self.bar + 2) - 1
        if self._end is not None:
            until = min(until, self._end)
        for struck in self._struck.values():
            return max(0, min(LONGEST_WAIT, until - self._now, struck + self._layout.longest - self._now))
        return max(0, min(LONGEST_WAIT, until - self._now))
