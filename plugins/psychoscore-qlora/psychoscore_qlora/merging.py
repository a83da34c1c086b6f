"""An adapter and its base as one whole model, which needs neither: how an adapter is exported."""

from __future__ import annotations

import shutil
from pathlib import Path

from attrs import evolve

from psychoscore_core.errors import CheckpointError
from psychoscore_core.whole_files import replacing_folder, write_json
from psychoscore_qlora.base_model import RWKV
from psychoscore_qlora.checkpoint import WHOLE_KIND, base_of, read_facts, read_model, write_weights
from psychoscore_training.files import read_json


def merge_into(folder: Path, out: Path, base: Path | None = None) -> None:
    """Write a checkpoint of the backend `rwkv` from an adapter's, whole or not at all.

    Raises CheckpointError where it is no adapter on an RWKV-4, or where something lies in its place.
    """
    facts = read_facts(folder)
    if not facts.lora or facts.base["architecture"] != RWKV:
        raise CheckpointError(f"{folder}: only an adapter on an RWKV-4 can be written as a whole model")
    if out.exists():
        raise CheckpointError(f"{out}: exists already")
    model = read_model(folder, facts, base_of(folder, facts, base))
    out.parent.mkdir(parents=True, exist_ok=True)
    with replacing_folder(out, "checkpoint.json") as part:
        write_weights(part, model, evolve(facts, base={}, lora=None))
        backend, number = WHOLE_KIND
        record = {**read_json(folder / "checkpoint.json"), "backend": backend, "format": number}
        write_json(part / "checkpoint.json", {**record, "merged_from": dict(facts.base)})
        if (folder / "tokenizer").is_dir():
            shutil.copytree(folder / "tokenizer", part / "tokenizer")
