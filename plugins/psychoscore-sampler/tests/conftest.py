"""A toy tokenizer's grammars and toy decoders, as fixtures that give their classes."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.records import Stream
from psychoscore_core.stages.sample import Request
from psychoscore_sampler.constrained import ConstrainedSampler
from psychoscore_sampler.draw import chosen
from psychoscore_sampler.plugin import ConstrainedConfig

END, BAR, PITCHES, LENGTHS = 3, 4, range(5, 17), range(17, 21)
SIZE = 21


class NoteGrammar:
    """Bars of notes, a note being a pitch and a length: [BAR (pitch length)*]* END after exactly so many bars."""

    def __init__(self, bars: int) -> None:
        self.bars, self.bar, self.finished = bars, 0, False
        self.opened, self.in_note = 0, False

    def mask(self, family: int = 0, partial: tuple[int, ...] = ()) -> np.ndarray:
        mask = np.zeros(SIZE, bool)
        if self.in_note:
            mask[LENGTHS] = True
            return mask
        mask[BAR if self.opened < self.bars else END] = True
        mask[PITCHES] = self.opened > 0
        return mask

    def push(self, row: tuple[int, ...]) -> None:
        (token,) = row
        if self.finished or not self.mask()[token]:
            raise ValueError(f"{token} is not allowed")
        self.finished = token == END
        self.in_note = token in PITCHES
        self.opened += token == BAR
        self.bar = max(0, self.opened - 1)


class ClosingGrammar(NoteGrammar):
    """The same, with a way out of a bar."""

    def closing_mask(self, family: int = 0, partial: tuple[int, ...] = ()) -> np.ndarray:
        way = np.zeros(SIZE, bool)
        way[LENGTHS if self.in_note else [BAR if self.opened < self.bars else END]] = True
        return way


class WordGrammar:
    """Compound rows (kind, pitch, length), kinds end, bar and note; 0 is what a kind has no use for."""

    sizes = (3, 13, 5)

    def __init__(self, bars: int) -> None:
        self.bars, self.bar, self.finished, self.opened = bars, 0, False, 0

    def mask(self, family: int = 0, partial: tuple[int, ...] = ()) -> np.ndarray:
        mask = np.zeros(self.sizes[family], bool)
        if family == 0:
            mask[:] = self.opened == self.bars, self.opened < self.bars, self.opened > 0
        elif partial[0] == 2:
            mask[1:] = True
        else:
            mask[0] = True
        return mask

    def push(self, row: tuple[int, ...]) -> None:
        if self.finished or not all(self.mask(f, row[:f])[row[f]] for f in range(3)):
            raise ValueError(f"{row} is not allowed")
        self.finished = row[0] == 0
        self.opened += row[0] == 1
        self.bar = max(0, self.opened - 1)


class ToyDecoder:
    """Logits from a function of (rows read so far, bar, vector), so that any state can be checked."""

    context = 0

    def __init__(self, logits, context: int = 0) -> None:
        self.function, self.context = logits, context
        self.starts: list[int] = []
        self.steps: list[int] = []

    def start(self, streams) -> list:
        self.starts.append(len(streams))
        return [{"rows": [tuple(r) for r in s.rows[:-1].tolist()], "stream": s} for s in streams]

    def step(self, state, rows, bars) -> list:
        assert rows.dtype.kind == "i" and rows.shape[0] == bars.shape[0] == len(state)
        self.steps.append(len(state))
        self.extend(state, rows[:, None], bars[:, None])
        return self.outputs(state, bars)

    def read(self, state, rows, bars) -> None:
        for stream, new in zip(state, rows.tolist(), strict=True):
            stream["rows"] += [tuple(row) for row in new]
            assert not self.context or len(stream["rows"]) <= self.context, "the context is overrun"

    extend = read

    def outputs(self, state, bars) -> list:
        one = [self.function(s["rows"], int(bar), s["stream"].vector) for s, bar in zip(state, bars, strict=True)]
        return [np.array(one, np.float32)]


class KeepingDecoder(ToyDecoder):
    """A toy decoder that can drop streams."""

    def keep(self, state, indices) -> list:
        return [state[index] for index in indices]


class DrawnStep:
    """Logits that nobody may look at: they are drawn from where they are."""

    def __init__(self, tables) -> None:
        self.tables, self.passed_over = tables, 0

    def draw(self, family, rows, choices, rule) -> list[int]:
        table, count = self.tables[family], len(choices)
        self.passed_over += choices.count(None)
        return [-7 if c is None else chosen(c, table[slot::count], rule) for slot, c in enumerate(choices)]


class DrawingDecoder(ToyDecoder):
    """A toy decoder that draws by itself."""

    def outputs(self, state, bars) -> DrawnStep:
        self.last = DrawnStep(super().outputs(state, bars))
        return self.last


class SteppingDecoder(ToyDecoder):
    """A toy decoder that reads one row at a time only."""

    extend = None

    def step(self, state, rows, bars) -> list:
        self.steps.append(len(state))
        self.read(state, rows[:, None], bars[:, None])
        return self.outputs(state, bars)


def remembering(rows, bar, vector) -> np.ndarray:
    """Random logits that depend on the last two rows, the bar and the vector, and on nothing else."""
    seed = [*(int(x) for row in rows[-2:] for x in row), bar + 1, 0 if vector is None else 1 + int(vector[0] * 100)]
    return np.random.default_rng(seed).normal(0, 2, SIZE)


def request(seed: int = 0, bars: int = 4, grammar=NoteGrammar, families: int = 1, temperatures=(1.0,), vector=0.5):
    rows = np.tile(np.array([[1], [0], [2]], np.int32), families)
    stream = Stream(rows=rows, vector=(vector,), bars=((vector,),) * bars)
    return Request(stream=stream, grammar=grammar(bars), temperatures=temperatures, seed=seed)


class Toys:
    end, bar, pitches, lengths, size = END, BAR, PITCHES, LENGTHS, SIZE
    NoteGrammar, ClosingGrammar, WordGrammar = NoteGrammar, ClosingGrammar, WordGrammar
    ToyDecoder, KeepingDecoder, SteppingDecoder = ToyDecoder, KeepingDecoder, SteppingDecoder
    DrawingDecoder = DrawingDecoder
    request, remembering = staticmethod(request), staticmethod(remembering)

    @staticmethod
    def sampler(**options) -> ConstrainedSampler:
        return ConstrainedSampler(ConstrainedConfig(**options))


@pytest.fixture
def toys() -> type[Toys]:
    return Toys
