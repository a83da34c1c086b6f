"""Every check of encoders, losses and samplers fails on the fault that it is there for."""

import itertools

import numpy as np
import pytest
import torch

from psychoscore_core.records import Attributes, Condition, ConditionSpace
from psychoscore_core.rule_table import complete
from psychoscore_core.testing import checks_for, toy
from psychoscore_core.testing.kit import CHECKS, outcome

counter = itertools.count()


class Encoder:
    space = ConditionSpace(vector=("trauma", "entropy"), bar=("tension",))
    prefix_tokens = ("KEY_C", "KEY_Eb")

    def __init__(self, config):
        self.config = config

    def encode(self, profile, attributes=None):
        given = complete(profile, attributes)
        return Condition(profile=profile, vector=self.vector(profile), prefix=self.prefix(), attributes=given)

    def encode_piece(self, profile, attributes):
        return Condition(profile=profile, vector=self.vector(profile), prefix=(), attributes=attributes)

    def vector(self, profile):
        return (profile.trauma, profile.entropy)

    def prefix(self):
        return ("KEY_C",)

    def encode_plan(self, plan):
        return tuple((bar.tension,) for bar in plan.bars)

    def measure(self, score):
        return ((0.5,),) * 4


class ShortEncoder(Encoder):
    def vector(self, profile):
        return (profile.trauma,)


class SwappedEncoder(Encoder):
    def vector(self, profile):
        return (profile.entropy, profile.trauma)


class InventiveEncoder(Encoder):
    def prefix(self):
        return ("KEY_H",)


class DeafEncoder(Encoder):
    def encode(self, profile, attributes=None):
        return super().encode(profile, Attributes(key="C"))


class FickleEncoder(Encoder):
    def prefix(self):
        return self.prefix_tokens[next(counter) % 2 :][:1]


class LoudEncoder(Encoder):
    def encode_plan(self, plan):
        return tuple((2.0,) for _ in plan.bars)


class BlindEncoder(Encoder):
    def measure(self, score):
        return ()


class Loss(torch.nn.Module):
    def __init__(self, config, hidden_size, vector_size):
        super().__init__()

    def forward(self, outputs, batch):
        return (outputs.hidden.square().mean(dim=-1) * batch.mask).sum() / batch.mask.sum().clamp(min=1)


class VectorLoss(Loss):
    def forward(self, outputs, batch):
        return outputs.hidden.mean(dim=(1, 2))


class ConstantLoss(Loss):
    def forward(self, outputs, batch):
        return outputs.hidden.sum() * 0


class PairLoss(Loss):
    def forward(self, outputs, batch):
        return outputs.hidden.mean(dim=1).std(dim=0).mean()


class DividingLoss(Loss):
    def forward(self, outputs, batch):
        return (outputs.hidden.square().mean(dim=-1) * batch.mask).sum() / batch.mask.sum()


class Weightless:
    """Has no weight."""


class Sampler:
    def __init__(self, config):
        self.config = config

    def sample(self, decoder, requests):
        drawn = [[] for _ in requests]
        for index, rows in self.stream(decoder, requests):
            drawn[index] += rows.tolist()
        return [np.array(rows, dtype=np.int32) for rows in drawn]

    def stream(self, decoder, requests):
        for index, request in enumerate(requests):
            rng, state, row = self.rng(request), decoder.start([request.stream]), request.stream.rows[-1]
            bar = []
            while not request.grammar.finished:
                logits = decoder.step(state, row[None], np.array([request.grammar.bar]))[0][0]
                odds = np.where(self.mask(request.grammar), np.exp(logits), 0.0)
                row = np.array([rng.choice(len(odds), p=odds / odds.sum())], dtype=np.int32)
                if row[0] == toy.BAR and bar:
                    yield index, np.array(bar)
                    bar = []
                request.grammar.push(row)
                bar.append(row)
            yield index, np.array(bar)

    def rng(self, request):
        return np.random.default_rng(request.seed)

    def mask(self, grammar):
        return grammar.mask()


class WildSampler(Sampler):
    def sample(self, decoder, requests):
        return [np.array([[toy.BAR], [toy.BAR]]) for _ in requests]


class FickleSampler(Sampler):
    def rng(self, request):
        return np.random.default_rng(next(counter))


class DullSampler(Sampler):
    def rng(self, request):
        return np.random.default_rng(0)


class SharingSampler(Sampler):
    def stream(self, decoder, requests):
        self.shared = np.random.default_rng(requests[0].seed)
        yield from super().stream(decoder, requests)

    def rng(self, request):
        return self.shared


class ForgetfulSampler(Sampler):
    def sample(self, decoder, requests):
        drawn = {}
        for index, rows in self.stream(decoder, requests):
            drawn.setdefault(index, rows)
        return [drawn[index] for index in range(len(requests))]


CATCHES = [
    ("encoder", "vector-fits-its-space", ShortEncoder, "gives 1 numbers for 2 dimensions"),
    ("encoder", "dimensions-carry-their-values", SwappedEncoder, "trauma is"),
    ("encoder", "prefix-is-among-its-tokens", InventiveEncoder, "prefix_tokens lacks: KEY_H"),
    ("encoder", "given-attributes-stay", DeafEncoder, "became Attributes(key='C'"),
    ("encoder", "encoding-is-deterministic", FickleEncoder, "encode otherwise"),
    ("encoder", "plan-has-one-condition-a-bar", LoudEncoder, "tension is 2.0, outside [0, 1]"),
    ("encoder", "measures-one-condition-a-bar", BlindEncoder, "gives 0 bar conditions for 4 bars"),
    ("loss", "loss-is-a-finite-scalar", VectorLoss, "not a scalar tensor"),
    ("loss", "gradient-reaches-the-model", ConstantLoss, "no gradient reaches"),
    ("loss", "one-sequence-is-enough", PairLoss, "is nan on a batch of one"),
    ("loss", "nothing-to-predict-is-finite", DividingLoss, "is nan on a batch with nothing to predict"),
    ("sampler", "rows-obey-the-grammar", WildSampler, "ValueError: the grammar forbids Bar"),
    ("sampler", "sampling-is-deterministic", FickleSampler, "give other rows"),
    ("sampler", "seeds-matter", DullSampler, "four seeds give the same rows"),
    ("sampler", "streams-ignore-their-neighbours", SharingSampler, "in a batch than alone"),
    ("sampler", "streaming-gives-the-same-rows", ForgetfulSampler, "stream() gives other rows"),
]
SOUND = [("encoder", Encoder), ("loss", Loss), ("sampler", Sampler)]


@pytest.mark.filterwarnings("ignore:std\\(\\). degrees of freedom is <= 0:UserWarning")
@pytest.mark.parametrize(("kind", "check", "cls", "text"), CATCHES, ids=[row[1] for row in CATCHES])
def test_a_fault_is_caught(kind, check, cls, text, subject_of):
    result = outcome(subject_of(kind, cls), check, {})
    assert (result.status, text in result.text) == ("failed", True), result.text


@pytest.mark.parametrize(("kind", "cls"), SOUND, ids=[row[0] for row in SOUND])
def test_a_sound_component_passes(kind, cls, subject_of):
    subject = subject_of(kind, cls)
    outcomes = [outcome(subject, check, {}) for check in checks_for(kind)]
    assert not [str(o) for o in outcomes if o.status == "failed"]


def test_a_loss_without_a_weight_is_caught(subject_of):
    import attrs

    config = attrs.frozen(Weightless)
    result = outcome(subject_of("loss", Loss, config=config), "config-has-a-weight", {})
    assert result.text == "Weightless has no field weight"


def test_every_check_has_a_fault_that_it_catches():
    wanted = {(kind, check) for kind, _ in SOUND for check in CHECKS[kind]} - {("loss", "config-has-a-weight")}
    assert wanted == {(kind, check) for kind, check, _, _ in CATCHES}
