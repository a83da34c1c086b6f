"""What a form's validation nats are spent on: the notes, or facts that a plan gives (metre, tempo, key)."""

from __future__ import annotations

import numpy as np
import torch
from attrs import frozen
from torch.nn import functional
from training import Trained

from psychoscore_core.records import Vocabulary
from psychoscore_training.batches import IGNORED, Batch, collate
from psychoscore_training.windows import walk

FACTS = ("METER_", "TONIC_", "TEMPO_", "TimeSig_", "Tempo_")
BATCH = 8


@frozen(kw_only=True)
class Likelihood:
    """Nats a note of held-out music, all conditions shown: of everything, and of the facts in it.

    facts is None where merged tokens say facts and more at once. notes: how many were counted.
    """

    everything: float
    facts: float | None
    notes: int


def likelihood(form: Trained, every: int) -> Likelihood:
    """Return the likelihood of every so many validation pieces, the same pieces for every form."""
    data, model = form.data, form.parts.model.model()
    examples = data.split("validation")[::every]
    facts = fact_ids(form.parts.tokenizer.vocabulary)
    windows = sorted(walk(data, examples, form.parts.project.training.context), key=lambda w: w.stop - w.start)
    total = np.zeros(2)
    with torch.inference_mode():
        for start in range(0, len(windows), BATCH):
            part = windows[start : start + BATCH]
            batch = collate(data, part, np.zeros((len(part), 3), bool))
            total += _spent(model(batch).logits, batch, facts)
    notes = int(data.notes[examples].sum())
    everything, on_facts = (total / notes).tolist()
    return Likelihood(everything=everything, facts=on_facts if facts else None, notes=notes)


def fact_ids(vocabulary: Vocabulary) -> list[torch.Tensor] | None:
    """Return for each family which ids (size,) are facts; None where one is merged with something else."""
    texts = [family.tokens for family in vocabulary.families]
    if any(" " in text and any(fact in text for fact in FACTS) for tokens in texts for text in tokens):
        return None
    return [torch.tensor([text.startswith(FACTS) for text in tokens]) for tokens in texts]


def _spent(logits: list[torch.Tensor], batch: Batch, facts: list[torch.Tensor] | None) -> np.ndarray:
    """Return the nats (2,) of all targets, and of those that are facts."""
    total = np.zeros(2)
    for family, scores in enumerate(logits):
        targets = batch.targets[..., family]
        counted = targets != IGNORED
        nats = functional.cross_entropy(scores[counted], targets[counted], reduction="none").double()
        is_fact = facts[family][targets[counted]] if facts else torch.zeros(1)
        total += float(nats.sum()), float((nats * is_fact).sum())
    return total
