"""What a form's validation nats are spent on: the notes, or facts that a plan gives (metre, tempo, key)."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional
from training import Trained

from psychoscore_core.records import Vocabulary
from psychoscore_training.batches import IGNORED, Batch, collate
from psychoscore_training.windows import walk

FACTS = ("METER_", "TONIC_", "TEMPO_", "TimeSig_", "Tempo_")
BATCH = 8


def nats_of_facts(form: Trained) -> float | None:
    """Return the nats a note that go into facts; None where merged tokens say facts and more at once."""
    facts = fact_ids(form.parts.tokenizer.vocabulary)
    if facts is None:
        return None
    data, model = form.data, form.parts.model.model()
    examples = data.split("validation")
    windows = sorted(walk(data, examples, form.parts.project.training.context), key=lambda w: w.stop - w.start)
    total = 0.0
    with torch.inference_mode():
        for start in range(0, len(windows), BATCH):
            part = windows[start : start + BATCH]
            batch = collate(data, part, np.zeros((len(part), 3), bool))
            total += _spent(model(batch).logits, batch, facts)
    return total / float(data.notes[examples].sum())


def fact_ids(vocabulary: Vocabulary) -> list[torch.Tensor] | None:
    """Return for each family which ids (size,) are facts; None where one is merged with something else."""
    texts = [family.tokens for family in vocabulary.families]
    if any(" " in text and any(fact in text for fact in FACTS) for tokens in texts for text in tokens):
        return None
    return [torch.tensor([text.startswith(FACTS) for text in tokens]) for tokens in texts]


def _spent(logits: list[torch.Tensor], batch: Batch, facts: list[torch.Tensor]) -> float:
    total = 0.0
    for family, (scores, is_fact) in enumerate(zip(logits, facts, strict=True)):
        targets = batch.targets[..., family]
        chosen = (targets != IGNORED) & is_fact[targets.clamp(min=0)]
        total += float(functional.cross_entropy(scores[chosen], targets[chosen], reduction="sum"))
    return total
