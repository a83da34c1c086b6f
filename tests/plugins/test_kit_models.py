"""Every check of model backends fails on the fault that it is there for."""

import itertools

import numpy as np
import pytest

from psychoscore_core.errors import CheckpointError
from psychoscore_core.testing import checks_for, toy
from psychoscore_core.testing.kit import CHECKS, outcome

counter = itertools.count()


class Part:
    def __init__(self, config, **facts):
        self.config = config


class Composer(Part):
    def compose(self, condition, plan, temperatures, seed):
        score = toy.score(len(plan.bars))
        if plan.time_signature == (3, 4):
            for track in score.tracks:
                track.notes = [n for n in track.notes if n.time // 480 % 4 != 3 or n.duration == 480]
                for note in track.notes:
                    note.time, note.duration = note.time * 3 // 4, note.duration * 3 // 4
        return score


class LongComposer(Composer):
    def compose(self, condition, plan, temperatures, seed):
        return toy.score(len(plan.bars) + 1)


class FickleComposer(Composer):
    def compose(self, condition, plan, temperatures, seed):
        return toy.score(1 + next(counter))


class SoaringComposer(Composer):
    def compose(self, condition, plan, temperatures, seed):
        score = toy.score(len(plan.bars))
        score.tracks[0].notes[0].duration = 0
        return score


class Decoder(Part):
    context = 0

    def start(self, streams):
        return toy.Decoder().start(streams)

    def step(self, state, rows, bars):
        return toy.Decoder().step(state, rows, bars)

    def hidden_size(self):
        return 8

    def load(self, folder):
        raise CheckpointError(f"{folder} holds no checkpoint")


class NarrowDecoder(Decoder):
    def step(self, state, rows, bars):
        return [super().step(state, rows, bars)[0][:, :3]]


class NeighbourlyDecoder(Decoder):
    def step(self, state, rows, bars):
        return [super().step(state, rows, bars)[0] + len(rows)]


class NeedyDecoder(Decoder):
    def start(self, streams):
        return [len(stream.vector) for stream in streams]


class BoundlessDecoder(Decoder):
    context = None


class CarelessDecoder(Decoder):
    def load(self, folder):
        pass


class WidthlessDecoder(Decoder):
    def hidden_size(self):
        return 0


class Drawing(list):
    """Logits that are drawn from where they are, by Gumbel's trick."""

    def draw(self, family, rows, choices, rule):
        return [self.one(logits, choice) for logits, choice in zip(self[family], choices, strict=True)]

    def one(self, logits, choice):
        scores = logits / choice.temperature + (0 if choice.weights is None else choice.weights)
        scores = scores - np.log(-np.log(choice.random.random(len(logits))))
        scores[list(choice.costs)] -= np.array(list(choice.costs.values()))
        return int(np.argmax(np.where(choice.allowed, scores, -np.inf)))


class LawlessDrawing(Drawing):
    def one(self, logits, choice):
        return super().one(logits, choice._replace(allowed=np.ones(len(logits), bool)))


class FickleDrawing(Drawing):
    def one(self, logits, choice):
        return super().one(logits, choice._replace(random=np.random.default_rng(next(counter))))


class DrawingDecoder(Decoder):
    drawing = Drawing

    def step(self, state, rows, bars):
        return self.drawing(super().step(state, rows, bars))


class LawlessDecoder(DrawingDecoder):
    drawing = LawlessDrawing


class FickleDecoder(DrawingDecoder):
    drawing = FickleDrawing


CATCHES = [
    ("model", "composes-exactly-its-bars", LongComposer, "gives 2 bars of 4/4 where 1 are planned"),
    ("model", "composing-is-deterministic", FickleComposer, "give another score"),
    ("model", "composed-notes-fit-midi", SoaringComposer, "pitch 48 at 0 for 0"),
    ("model", "logits-fit-the-families", NarrowDecoder, "logits have shape (2, 3), not (2, 17)"),
    ("model", "streams-ignore-their-neighbours", NeighbourlyDecoder, "logits differ by 2"),
    ("model", "condition-may-be-dropped", NeedyDecoder, "TypeError"),
    ("model", "draws-follow-the-logits", LawlessDecoder, "are by far the likeliest"),
    ("model", "draws-follow-the-random-numbers", FickleDecoder, "the same random numbers draw other ids"),
    ("model", "context-is-a-length", BoundlessDecoder, "context is None"),
    ("model", "empty-folder-is-a-checkpoint-error", CarelessDecoder, "raises no CheckpointError"),
    ("model", "hidden-size-is-a-width", WidthlessDecoder, "hidden_size() gives 0"),
]
SOUND = [("model", Composer), ("model", Decoder), ("model", DrawingDecoder)]


@pytest.mark.parametrize(("kind", "check", "cls", "text"), CATCHES, ids=lambda value: getattr(value, "__name__", None))
def test_a_fault_is_caught(kind, check, cls, text, subject_of):
    result = outcome(subject_of(kind, cls), check, {})
    assert (result.status, text in result.text) == ("failed", True), result.text


@pytest.mark.parametrize(("kind", "cls"), SOUND, ids=lambda value: getattr(value, "__name__", value))
def test_a_sound_component_passes(kind, cls, subject_of):
    subject = subject_of(kind, cls)
    outcomes = [outcome(subject, check, {}) for check in checks_for(kind)]
    assert not [str(o) for o in outcomes if o.status == "failed"]


def test_every_check_has_a_fault_that_it_catches():
    wanted = {(kind, check) for kind, _ in SOUND for check in CHECKS[kind]}
    assert wanted - {(kind, check) for kind, check, _, _ in CATCHES} == set()
