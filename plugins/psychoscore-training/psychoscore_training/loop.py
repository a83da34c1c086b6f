"""The training loop: gradient steps on micro-batches that are a pure function of (seed, step), and what is kept.

A folder that fit() works in holds the best checkpoint so far, `last/` with the newest one, `loss.png`, and
`state.safetensors`, from which a killed training goes on to the same weights (same machine and thread count).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from attrs import asdict, frozen
from torch import Tensor, nn

from psychoscore_core.errors import RunError
from psychoscore_core.records import Training, digest_of
from psychoscore_core.report import Report
from psychoscore_core.stages.train import Term
from psychoscore_training.batches import Batch, collate, drops
from psychoscore_training.curve import draw_curve
from psychoscore_training.data import Prepared
from psychoscore_training.devices import World, autocast, join_world, seed_everything
from psychoscore_training.evaluate import Validation
from psychoscore_training.files import write_tensors
from psychoscore_training.ngram import baselines
from psychoscore_training.optim import adamw, learning_rate
from psychoscore_training.order import training_order
from psychoscore_training.snapshot import load_state, save_state

CURVE_POINTS = 500
LOSSES = "losses.safetensors"

Write = Callable[[Path, int, Mapping[str, float]], None]


@frozen(kw_only=True)
class Fitted:
    """What came of a training: the step of the best checkpoint, and its metrics."""

    step: int
    metrics: Mapping[str, float]


def fit(
    module: nn.Module,
    terms: Mapping[str, Term],
    data: Prepared,
    training: Training,
    folder: Path,
    report: Report,
    write: Write,
) -> Fitted:
    """Train a module in place, or go on with the training that the folder holds the state of.

    module: called with a Batch; returns what losses see, `.logits` and `.hidden`. Where it has an attribute
    `gradient_checkpointing`, that is set; where it has `optimizer(parameters, training)`, that makes the optimizer,
    else it is AdamW. Parameters that need no gradient are neither trained nor kept in the state. write: writes the
    module's weights and what belongs to them into a folder.
    Under `torchrun` every process calls this with the same arguments, and the first one writes and reports.
    """
    return Loop(module, terms, data, training, folder, report, write).run()


class Loop:
    """One training run; see fit()."""

    def __init__(
        self,
        module: nn.Module,
        terms: Mapping[str, Term],
        data: Prepared,
        training: Training,
        folder: Path,
        report: Report,
        write: Write,
    ) -> None:
        self.terms, self.data, self.training = terms, data, training
        self.folder, self.report, self.write = folder, report, write
        self.world: World = join_world(training.device)
        self.module = module.to(self.world.device).train()
        if hasattr(module, "gradient_checkpointing"):
            module.gradient_checkpointing = training.gradient_checkpointing
        self.loss_parameters = _loss_parameters(terms, self.world.device)
        trained = {name: p for name, p in module.named_parameters() if p.requires_grad}
        model = {f"model.{name}": parameter for name, parameter in trained.items()}
        self.parameters: dict[str, Tensor] = {**model, **self.loss_parameters}
        self.optimizer = getattr(module, "optimizer", adamw)(self.parameters, training)
        self.order = training_order(data, [term.loss for term in terms.values()], training)
        self.validation = self._validation()
        self.baseline: float | None = None
        self._drawn = time.monotonic()
        self.identity = self._identity()

    def run(self) -> Fitted:
        """Take every step that is still to be taken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.progress = load_state(self.folder, self.parameters, self.optimizer, self.identity)
        if self.validation and self.world.leads:
            self.baseline = self.validation.bigram_nats_per_token(baselines(self.data))
        if not self.progress.step:
            self._save()  # a kill before the first snapshot starts from these very weights, too
        while self.progress.step < self.training.steps and not self.progress.stopped:
            self._advance()
        if not self.validation and self.world.leads:
            self._write(self.folder)
        self.world.wait()
        return Fitted(step=self.progress.best_step or self.progress.step, metrics=self._metrics())

    def _advance(self) -> None:
        training, progress = self.training, self.progress
        metrics = self._step(progress.step)
        progress.step += 1
        self._remember(metrics["loss"])
        last = progress.step == training.steps
        if self.validation and (last or progress.step % training.evaluate_every == 0):
            metrics |= self._evaluate()
        if last or progress.stopped or progress.step % training.save_every == 0:
            self._save()
        if self.world.leads:
            self.report.step(progress.step, metrics)
            self.report.progress("train", progress.step, training.steps)

    def _step(self, step: int) -> dict[str, float]:
        """Take one optimizer step; micro-batches weigh by their targets, so that many small ones equal a large one."""
        start = time.perf_counter()
        batches = [self._batch(step, micro) for micro in range(self.training.accumulate)]
        tokens = self.world.sum([sum(batch.tokens for batch in batches)])[0]
        rate = learning_rate(step, self.training)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        totals = np.zeros(len(self.terms))
        for micro, batch in enumerate(batches):
            seed_everything(self.training.seed, step, micro, self.world.rank)
            totals += self._backward(batch, batch.tokens / max(1.0, tokens))
        self.world.sum_gradients(self.parameters.values())
        norm = nn.utils.clip_grad_norm_(self.parameters.values(), self.training.clip or math.inf)
        losses = dict(zip(self.terms, self.world.sum(totals.tolist()), strict=True))
        self._check(step, losses, float(norm))
        self.optimizer.step()
        total = sum(term.weight * losses[name] for name, term in self.terms.items())
        speed = tokens / (time.perf_counter() - start)
        extra = {"learning_rate": rate, "gradient_norm": float(norm), "tokens_per_second": speed}
        return {"loss": total, **losses, **extra}

    def _batch(self, step: int, micro: int) -> Batch:
        training, world = self.training, self.world
        number = (step * training.accumulate + micro) * world.size + world.rank
        windows = self.order.windows(number)
        random = np.random.default_rng([training.seed, number, 2])
        return collate(self.data, windows, drops(len(windows), training.condition_dropout, random))

    def _backward(self, batch: Batch, share: float) -> np.ndarray:
        """Add the gradient of one micro-batch, and return each term's loss times the micro-batch's share."""
        batch = batch.to(self.world.device)
        with autocast(self.training.precision, self.world.device):
            outputs = self.module(batch)
            losses = [term.loss(outputs, batch) for term in self.terms.values()]
        total = sum(term.weight * loss for term, loss in zip(self.terms.values(), losses, strict=True))
        (total * share).backward()
        return np.array([float(loss.detach()) for loss in losses]) * share

    def _check(self, step: int, losses: Mapping[str, float], norm: float) -> None:
        bad = [name for name, loss in losses.items() if not math.isfinite(loss)]
        if bad or not math.isfinite(norm):
            what = f"the loss {bad[0]!r} is {losses[bad[0]]}" if bad else f"the gradient's norm is {norm}"
            raise RunError(f"train: step {step + 1}: {what}; a smaller training.learning_rate may help")

    def _remember(self, loss: float) -> None:
        progress = self.progress
        progress.smooth = loss if progress.smooth is None else 0.95 * progress.smooth + 0.05 * loss
        if progress.step % max(1, self.training.steps // CURVE_POINTS) == 0:
            progress.curve.append([progress.step, progress.smooth])

    def _evaluate(self) -> dict[str, float]:
        """Validate in the first process; keep the checkpoint if it is the best, stop if none was for too long."""
        assert self.validation is not None
        progress, loss = self.progress, 0.0
        if self.world.leads:
            loss = self.validation.nats_per_token(self.module, self.training.precision, self.world.device)
        loss = self.world.sum([loss])[0]
        progress.validation.append([progress.step, loss])
        if loss < progress.best:
            progress.best, progress.best_step, progress.stale = loss, progress.step, 0
            if self.world.leads:
                self._write(self.folder)
        else:
            progress.stale += 1
            progress.stopped = 0 < self.training.patience <= progress.stale
        return {"validation_nats_per_token": loss}

    def _save(self) -> None:
        if self.world.leads:
            if self.progress.step:
                self._write(self.folder / "last")
                self._draw()
            save_state(self.folder, self.parameters, self.optimizer, self.progress, self.identity)
        self.world.wait()

    def _draw(self) -> None:
        """Draw the curve at the end, and before it at most every ten seconds: a picture takes as long as many steps."""
        ended = self.progress.stopped or self.progress.step == self.training.steps
        if ended or time.monotonic() > self._drawn + 10:
            draw_curve(self.folder / "loss.png", self.progress, self.baseline, len(self.data.families))
            self._drawn = time.monotonic()

    def _write(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        if self.loss_parameters:
            write_tensors(folder / LOSSES, self.loss_parameters)
        self.write(folder, self.progress.step, self._metrics())

    def _metrics(self) -> dict[str, float]:
        """Return the best validation loss so far and the bigram's on the same windows."""
        metrics = {"validation_nats_per_token": self.progress.best} if self.progress.best_step else {}
        if self.baseline is not None:
            metrics["validation_bigram_nats_per_token"] = self.baseline
        return metrics

    def _validation(self) -> Validation | None:
        training = self.training
        if not len(self.data.split("validation")):
            self.report.remark("train: there is no validation example, so the last checkpoint is kept, not the best")
            return None
        return Validation(self.data, training.context, training.batch_size, training.evaluate_batches)

    def _identity(self) -> str:
        """Return a digest of whatever must not change between a kill and the resumption."""
        data = self.data
        return digest_of(
            {
                "training": asdict(self.training),
                "weights": {name: term.weight for name, term in self.terms.items()},
                "parameters": {name: list(p.shape) for name, p in self.parameters.items()},
                "data": [data.vocabulary, data.space, data.families, len(data.rows), len(data.ids)],
                "processes": self.world.size,
            }
        )


def _loss_parameters(terms: Mapping[str, Term], device: torch.device) -> dict[str, Tensor]:
    """Move losses that are modules to the device, and return their parameters as "term.name"."""
    modules = {name: term.loss.to(device) for name, term in terms.items() if isinstance(term.loss, nn.Module)}
    return {f"{term}.{name}": p for term, module in modules.items() for name, p in module.named_parameters()}
