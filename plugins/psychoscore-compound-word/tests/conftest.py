"""A small compound word transformer with weights of chance, as a checkpoint."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from attrs import evolve

from psychoscore_compound_word.backend import CompoundWordBackend
from psychoscore_compound_word.encoder import EmotionEncoder
from psychoscore_compound_word.plugin import CompoundWordConfig, CompoundWordModelConfig, EmotionConfig
from psychoscore_compound_word.tokenizer import CompoundWordTokenizer
from psychoscore_transformer.checkpoint import write_checkpoint
from psychoscore_transformer.model import Model

SMALL = {"layers": 2, "width": 32, "heads": 4, "kv_heads": 2, "hidden": 64, "style_tokens": 8}


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> SimpleNamespace:
    """Return tokenizer, encoder, sizes, model and folder of the checkpoint, and a maker of backends that load it."""
    torch.set_num_threads(1)
    encoder = EmotionEncoder(EmotionConfig())
    tokenizer = CompoundWordTokenizer(CompoundWordConfig(), encoder.prefix_tokens)
    vocabulary, folder = tokenizer.vocabulary, tmp_path_factory.mktemp("checkpoint")

    def backend(**options) -> CompoundWordBackend:
        config = CompoundWordModelConfig(**{**SMALL, "checkpoint": folder, "device": "cpu", **options})
        return CompoundWordBackend(config, vocabulary, encoder.space)

    sizes = backend(checkpoint=None).sizes(tuple(family.size for family in vocabulary.families))
    torch.manual_seed(1)
    model = Model(evolve(sizes, dropout=0.0)).eval()
    for name, parameter in model.named_parameters():
        if parameter.dim() == 2:  # large enough for differences to show
            torch.nn.init.normal_(parameter, std=0.5 if "embeddings" in name else 0.2)
    digests = {"vocabulary": vocabulary.digest, "space": encoder.space.digest}
    write_checkpoint(Path(folder), model, 64, digests, 0, {})
    return SimpleNamespace(
        tokenizer=tokenizer, encoder=encoder, sizes=sizes, model=model, folder=folder, backend=backend
    )
