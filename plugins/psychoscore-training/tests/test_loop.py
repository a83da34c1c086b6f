"""The training loop: exact accumulation, exact resumption, early stopping, what is kept and reported."""

import math

import pytest
import torch
from attrs import evolve
from torch import nn

from psychoscore_core.errors import CheckpointError, RunError
from psychoscore_core.records import Training
from psychoscore_core.report import Silent
from psychoscore_core.stages.train import Term
from psychoscore_training.files import write_tensors
from psychoscore_training.loop import Loop, fit
from psychoscore_training.snapshot import NAME

TRAINING = Training(steps=6, batch_size=4, context=13, learning_rate=1e-2, evaluate_every=3, save_every=2, device="cpu")


class Heard(Silent):
    def __init__(self):
        self.steps, self.remarks, self.progressed = [], [], []

    def step(self, step, metrics):
        self.steps.append((step, dict(metrics)))

    def remark(self, text):
        self.remarks.append(text)

    def progress(self, label, done, total):
        self.progressed.append((label, done, total))


class Stop(Exception):
    pass


class Killer(Silent):
    def __init__(self, at):
        self.at = at

    def step(self, step, metrics):
        if step == self.at:
            raise Stop


class Weighted(nn.Module):
    """A loss with a parameter of its own."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, outputs, batch):
        return (outputs.hidden.mean() * self.scale).square()


def run(module, terms, corpus, folder, training=TRAINING, report=None):
    def write(place, step, metrics):
        write_tensors(place / "model.safetensors", dict(module.named_parameters()))
        (place / "step.txt").write_text(str(step))

    return fit(module, terms, corpus, training, folder, report or Silent(), write)


def weights(module):
    return torch.cat([p.detach().flatten() for p in module.parameters()])


def fresh(module):
    return type(module)()


def test_every_loss_is_reported_by_name_with_the_weighted_total(toy_module, terms, corpus, tmp_path):
    heard, terms = Heard(), {**terms, "own": Term(name="own", weight=0.5, loss=Weighted())}
    run(toy_module, terms, corpus, tmp_path / "t", report=heard)
    step, metrics = heard.steps[0]
    assert step == 1 and metrics["loss"] == pytest.approx(metrics["causal-lm"] + 0.5 * metrics["own"])
    assert heard.progressed[-1] == ("train", 6, 6) and "validation_nats_per_token" in heard.steps[2][1]


def test_the_loss_falls(toy_module, terms, corpus, tmp_path):
    heard = Heard()
    run(toy_module, terms, corpus, tmp_path / "t", evolve(TRAINING, steps=60, learning_rate=3e-2), heard)
    assert heard.steps[-1][1]["loss"] < heard.steps[0][1]["loss"] - 0.2


def test_a_loss_trains_its_own_parameters_and_they_are_saved(toy_module, terms, corpus, tmp_path):
    own = Weighted()
    run(toy_module, {**terms, "own": Term(name="own", weight=1.0, loss=own)}, corpus, tmp_path / "t")
    assert own.scale.item() != 1.0 and (tmp_path / "t" / "last" / "losses.safetensors").exists()


def test_accumulation_equals_a_large_batch(toy_module, terms, corpus, tmp_path):
    large, small = fresh(toy_module), fresh(toy_module)
    training = evolve(TRAINING, steps=1, condition_dropout=0.0, context=64)
    for module, size, micro in ((large, 8, 1), (small, 2, 4)):
        module.dropout.p = 0.0
        loop = Loop(
            module, terms, corpus, evolve(training, batch_size=size, accumulate=micro), tmp_path, Silent(), None
        )
        loop.order.windows = lambda n, size=size: _windows(corpus)[n * size : (n + 1) * size]
        loop._step(0)
    assert torch.allclose(weights(large), weights(small), atol=1e-6)
    assert not torch.allclose(weights(large), weights(toy_module), atol=1e-4)


def _windows(corpus):
    from psychoscore_training.windows import Window

    return [Window(int(i), 0, 5 + 2 * n, 0) for n, i in enumerate(corpus.split("train")[:8])]


def test_the_same_seed_gives_the_same_weights(toy_module, terms, corpus, tmp_path):
    first, second, third = (fresh(toy_module) for _ in range(3))
    run(first, terms, corpus, tmp_path / "a")
    run(second, terms, corpus, tmp_path / "b")
    run(third, terms, corpus, tmp_path / "c", evolve(TRAINING, seed=1))
    assert torch.equal(weights(first), weights(second)) and not torch.equal(weights(first), weights(third))


@pytest.mark.parametrize("at", [1, 2, 3, 5])
def test_a_stopped_training_resumes_to_the_same_weights(toy_module, terms, corpus, tmp_path, at):
    whole, broken, resumed = (fresh(toy_module) for _ in range(3))
    run(whole, terms, corpus, tmp_path / "whole")
    with pytest.raises(Stop):
        run(broken, terms, corpus, tmp_path / "broken", report=Killer(at))
    heard = Heard()
    run(resumed, terms, corpus, tmp_path / "broken", report=heard)
    assert torch.equal(weights(whole), weights(resumed))
    assert heard.steps[0][0] == at // 2 * 2 + 1  # the step after the last snapshot


def test_a_finished_training_takes_no_further_step(toy_module, terms, corpus, tmp_path):
    run(toy_module, terms, corpus, tmp_path / "t")
    heard, again = Heard(), fresh(toy_module)
    fitted = run(again, terms, corpus, tmp_path / "t", report=heard)
    assert not heard.steps and torch.equal(weights(again), weights(toy_module))
    assert fitted.metrics["validation_nats_per_token"] < math.log(25)


def test_the_state_of_another_training_is_refused(toy_module, terms, corpus, tmp_path):
    run(toy_module, terms, corpus, tmp_path / "t")
    with pytest.raises(CheckpointError, match="the state of another training"):
        run(fresh(toy_module), terms, corpus, tmp_path / "t", evolve(TRAINING, learning_rate=0.5))


def test_a_damaged_state_is_a_checkpoint_error(toy_module, terms, corpus, tmp_path):
    run(toy_module, terms, corpus, tmp_path / "t")
    path = tmp_path / "t" / NAME
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="damaged training state"):
        run(fresh(toy_module), terms, corpus, tmp_path / "t")


def test_the_best_checkpoint_stays_and_the_last_one_moves(toy_module, terms, corpus, tmp_path):
    # A rate far too high: validation worsens after the first evaluation.
    training = evolve(TRAINING, steps=40, evaluate_every=1, learning_rate=1.0, warmup=1.0)
    fitted = run(toy_module, terms, corpus, tmp_path / "t", training)
    assert int((tmp_path / "t" / "step.txt").read_text()) == fitted.step < 40
    assert (tmp_path / "t" / "last" / "step.txt").read_text() == "40"


def test_patience_stops_early(toy_module, terms, corpus, tmp_path):
    heard = Heard()
    training = evolve(TRAINING, steps=200, evaluate_every=1, learning_rate=1.0, patience=3)
    fitted = run(toy_module, terms, corpus, tmp_path / "t", training, heard)
    assert len(heard.steps) == fitted.step + 3 < 200


def test_a_loss_that_is_not_finite_is_named(toy_module, corpus, tmp_path):
    def explode(outputs, batch):
        return outputs.hidden.sum() * math.inf

    with pytest.raises(RunError, match="train: step 1: the loss 'boom' is (inf|-inf|nan); a smaller"):
        run(toy_module, {"boom": Term(name="boom", weight=1.0, loss=explode)}, corpus, tmp_path / "t")


def test_without_validation_the_last_checkpoint_is_kept(toy_module, terms, corpus, tmp_path):
    corpus.splits[:] = 0
    heard = Heard()
    run(toy_module, terms, corpus, tmp_path / "t", report=heard)
    assert "no validation example" in heard.remarks[0] and (tmp_path / "t" / "step.txt").read_text() == "6"


def test_the_curve_is_a_picture(toy_module, terms, corpus, tmp_path):
    run(toy_module, terms, corpus, tmp_path / "t")
    assert (tmp_path / "t" / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert not list((tmp_path / "t").rglob("*.part"))


def test_bf16_trains(toy_module, terms, corpus, tmp_path):
    heard = Heard()
    run(toy_module, terms, corpus, tmp_path / "t", evolve(TRAINING, precision="bf16"), heard)
    assert len(heard.steps) == 6 and all(p.dtype == torch.float32 for p in toy_module.parameters())


def test_an_unknown_precision_is_a_run_error(toy_module, terms, corpus, tmp_path):
    with pytest.raises(RunError, match="'fp8' is neither 'fp32' nor 'bf16'"):
        run(toy_module, terms, corpus, tmp_path / "t", evolve(TRAINING, precision="fp8"))
