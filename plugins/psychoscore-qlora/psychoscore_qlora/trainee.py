"""What is trained: a model put together from a config, with a word to the user on what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from attrs import evolve, frozen

from psychoscore_core.errors import CheckpointError
from psychoscore_core.records import Training
from psychoscore_core.report import Report
from psychoscore_qlora.base_model import RWKV, WEIGHTS, Base, load_base, meta_model, open_base
from psychoscore_qlora.checkpoint import FACTS, WHOLE_KIND, Facts, put_conditioner, read_facts
from psychoscore_qlora.conditioner import Shape
from psychoscore_qlora.lora import NF4, Lora, adapted, check_quantization, quantise, targets_of, widen
from psychoscore_qlora.memory import Peak, check_fits, predict
from psychoscore_qlora.model import Conditioned
from psychoscore_training.known import Known
from psychoscore_training.records import check_digests, read_record

ADAMW, PAGED = 8.0, 2.0  # bytes of moments a number: two floats, two bytes
OWN_TOKENS = 8192  # more new ids than any set of prefix tokens has: another vocabulary


@frozen(kw_only=True, eq=False)
class Trainee:
    """A model to train.

    peft: what peft made of its core. before: what its base has met, if anything is known. peak: measures from before
    its weights were loaded.
    """

    model: Conditioned
    peft: Any
    base: Base | None
    lora: Lora | None
    vocabulary: int
    before: Known | None
    peak: Peak

    def facts(self, context: int, shown: Known) -> Facts:
        """Return what the checkpoint is to say of itself, given what training shows."""
        return Facts(
            base=self.base.record() if self.base and self.lora else {},
            lora=self.lora,
            shape=self.model.conditioner.shape,
            vocabulary=self.vocabulary,
            context=context,
            known=self._known(shown),
        )

    def _known(self, shown: Known) -> Known:
        """Return what the model has met in the end; of a foreign base, every id that it came with."""
        if self.base is None:
            return shown
        new = shown.unseen[0] if shown.unseen else frozenset()
        if self.before is None:
            return evolve(shown, unseen=(frozenset(i for i in new if i >= self.base.vocabulary),))
        old = self.before.unseen[0] if self.before.unseen else frozenset()
        return Known(unseen=(old & new,), profiles=self.before.profiles or shown.profiles)


def whole_trainee(backend: Any, training: Training, device: torch.device, report: Report) -> Trainee:
    """Return an RWKV-4 all of whose weights are trained, fresh or going on from a base."""
    from psychoscore_rwkv.model import build
    from psychoscore_rwkv.sizes import Sizes

    config, vocabulary = backend.config, backend.vocabulary.families[0].size
    base = open_base(config.base) if config.base else None
    if base and base.architecture != RWKV:
        raise CheckpointError(f"{base.folder}: a {base.architecture}; 'rwkv' trains RWKV-4, and 'qlora' the others")
    before, shape = _before(backend, base, vocabulary)
    width = config.width
    sizes = Sizes(vocabulary=vocabulary, layers=config.layers, width=width, attention=width, hidden=4 * width)
    with torch.device("meta"):
        counted = meta_model(base) if base else build(sizes)
    prediction = predict(counted, None, shape, vocabulary, training, ADAMW, _file(base, device))
    report.remark(f"train: RWKV-4, whole: {prediction.text()}")
    check_fits(prediction, device)
    torch.manual_seed(training.seed)
    peak = Peak(device)
    core = load_base(base) if base else build(sizes)
    if core.get_input_embeddings().num_embeddings != vocabulary:
        widen(core, vocabulary)
    model = _conditioned(core, shape, base, before)
    return Trainee(model=model, peft=None, base=base, lora=None, vocabulary=vocabulary, before=before, peak=peak)


def adapter_trainee(backend: Any, training: Training, device: torch.device, report: Report) -> Trainee:
    """Return a frozen base with fresh adapters; raises RunError, before anything is loaded, where it cannot fit."""
    config, vocabulary, base = backend.config, backend.vocabulary.families[0].size, backend.base()
    check_quantization(config.quantization)
    before, shape = _before(backend, base, vocabulary)
    counted = meta_model(base)
    lora = Lora(
        quantization=config.quantization,
        rank=config.rank,
        alpha=config.alpha,
        dropout=config.dropout,
        targets=targets_of(counted, config.targets),
        embeddings=config.embeddings,
    )
    paged = device.type == "cuda" and lora.quantization == NF4
    moments = PAGED if paged else ADAMW
    prediction = predict(counted, lora, shape, vocabulary, training, moments, _file(base, device))
    report.remark(f"train: adapters on {', '.join(lora.targets)} of a {base.architecture}; {prediction.text()}")
    report.remark(f"train: the optimizer is {'paged AdamW of 8 bits' if paged else 'AdamW in float32'}")
    check_fits(prediction, device)
    torch.manual_seed(training.seed)
    peak = Peak(device)
    core = load_base(base)
    widen(core, vocabulary)
    if lora.quantization == NF4:
        quantise(core, device)
    peft = adapted(core, lora)
    model = _conditioned(core, shape, base, before)
    model.paged = paged
    return Trainee(model=model, peft=peft, base=base, lora=lora, vocabulary=vocabulary, before=before, peak=peak)


def _file(base: Base | None, device: torch.device) -> int:
    """Return the bytes of the base's file where it is loaded into the memory that trains."""
    return (base.folder / WEIGHTS).stat().st_size if base and device.type == "cpu" else 0


def _conditioned(core: Any, shape: Shape, base: Base | None, before: Known | None) -> Conditioned:
    """Return the core behind a conditioner: the base's own where it has one, else a fresh one."""
    model = Conditioned(core, shape)
    if base is None or before is None:
        model.fit_scale()
        return model
    put_conditioner(model.conditioner, base.folder)
    if not before.profiles:
        model.conditioner.begin_as_none()
    return model


def _before(backend: Any, base: Base | None, vocabulary: int) -> tuple[Known | None, Shape]:
    """Return what a base of our own making has met, and the sizes of its conditioner; else the config's.

    Raises CheckpointError, naming both, where a base does not fit the tokenizer.
    """
    if base is None:
        return None, backend.shape(backend.config.width)
    if not (base.folder / FACTS).is_file():
        _check_vocabulary(base, vocabulary)
        return None, backend.shape(base.width)
    return _own(backend, base.folder)


def _own(backend: Any, folder: Path) -> tuple[Known, Shape]:
    check_digests(read_record(folder, WHOLE_KIND), backend.vocabulary.digest, backend.space.digest)
    facts = read_facts(folder)
    return facts.known, facts.shape


def _check_vocabulary(base: Base, vocabulary: int) -> None:
    if not 0 <= vocabulary - base.vocabulary <= OWN_TOKENS:
        raise CheckpointError(
            f"{base.folder}: the base knows {base.vocabulary} tokens, but the tokenizer writes {vocabulary}, of which "
            "all but the psychometric prefix must be the base's own; take the tokenizer that it was trained with"
        )
