"""A checkpoint folder: an adapter and the name of its base, or a whole model; both with their conditioner.

An adapter is written as peft writes one (adapter_config.json, adapter_model.safetensors, in float16), a whole model
as psychoscore_rwkv does, so that it can be the base of an adapter. It is read with distrust.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from attrs import asdict, frozen
from torch import nn

from psychoscore_core.errors import CheckpointError
from psychoscore_core.whole_files import sha256_of, write_json
from psychoscore_qlora.base_model import Base, load_base, open_base
from psychoscore_qlora.conditioner import Conditioner, Shape
from psychoscore_qlora.lora import NF4, Lora, adapted, round_to_nf4, widen
from psychoscore_qlora.model import Conditioned
from psychoscore_training.files import read_json, read_tensors, write_tensors
from psychoscore_training.known import Known, known_from
from psychoscore_training.records import context_of

FORMAT = 1
WHOLE_KIND, ADAPTER_KIND = ("rwkv", 1), ("qlora", 1)  # backend and format in checkpoint.json
CONDITIONER, ADAPTER, FACTS = "conditioner.safetensors", "adapter_model.safetensors", "model.json"


@frozen(kw_only=True)
class Facts:
    """What `model.json` says. base: of the adapter's base, {} where the folder holds a whole model. lora: as base."""

    base: Mapping[str, Any]
    lora: Lora | None
    shape: Shape
    vocabulary: int
    context: int
    known: Known

    def json(self) -> dict[str, Any]:
        """Return the JSON form."""
        own = {"shape": asdict(self.shape), "vocabulary": self.vocabulary, "context": self.context}
        lora = {"base": dict(self.base), "lora": asdict(self.lora)} if self.lora else {}
        return {"format": FORMAT, **own, **lora, "known": self.known.json()}


def write_weights(folder: Path, model: Conditioned, facts: Facts, peft: Any = None) -> None:
    """Write a model's weights and facts, each file whole or absent; peft: what peft made of its core, if anything."""
    if facts.lora:
        _write_adapter(folder, peft)
    else:
        write_whole(folder, model.core, facts.context)
    write_tensors(folder / CONDITIONER, model.conditioner.state_dict())
    write_json(folder / FACTS, facts.json())


def read_facts(folder: Path) -> Facts:
    """Return what a checkpoint folder says of itself; raises CheckpointError in one line."""
    path = folder / FACTS
    value = read_json(path)
    if value.get("format") != FORMAT:
        raise CheckpointError(f"{path}: format {str(value.get('format'))[:40]}; this is format {FORMAT}")
    try:
        lora = value.get("lora")
        lora = Lora(**{**lora, "targets": tuple(map(str, lora["targets"]))}) if lora else None
        base = {key: value["base"][key] for key in ("folder", "architecture", "vocabulary", "hash")} if lora else {}
        shape, known = Shape(**value["shape"]), known_from(value["known"])
        vocabulary = int(value["vocabulary"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{path}: {error!r}"[:300]) from error
    if not 1 <= vocabulary <= 1 << 20:
        raise CheckpointError(f"{path}: vocabulary must be a whole number from 1 to {1 << 20}")
    return Facts(base=base, lora=lora, shape=shape, vocabulary=vocabulary, context=context_of(path, value), known=known)


def base_of(folder: Path, facts: Facts, given: Path | None) -> Base:
    """Return the base of an adapter: the given folder, or the one it was trained on.

    Raises CheckpointError where it has gone, or is another one.
    """
    place = given or Path(str(facts.base["folder"]))
    if not (place / "config.json").is_file():
        raise CheckpointError(f"{folder}: its base is not at {place}; set model.base to where it lies now")
    base = open_base(place)
    base.check_hash(str(facts.base["hash"]), str(folder))
    return base


def read_model(folder: Path, facts: Facts, base: Base | None) -> Conditioned:
    """Return a checkpoint's model on CPU in evaluation mode, its adapters merged."""
    if facts.lora and base:
        core = served_base(facts, base)
        peft = adapted(core, facts.lora)
        put_adapter(peft, folder)
        core = peft.merge_and_unload()
    else:
        core = load_base(open_base(folder))
    _check_width(folder, core, facts)
    model = Conditioned(core, facts.shape).eval()
    put_conditioner(model.conditioner, folder)
    return model


def served_base(facts: Facts, base: Base) -> nn.Module:
    """Return the base as training saw it: rounded to four bits where it was kept so, and widened."""
    core = load_base(base)
    assert facts.lora
    if facts.lora.quantization == NF4:
        round_to_nf4(core)
    torch.manual_seed(0)  # what is drawn is overwritten, but not the caller's luck
    widen(core, facts.vocabulary)
    return core


def put_adapter(peft: Any, folder: Path, name: str = "default") -> None:
    """Fill an adapter of a peft model from a checkpoint; raises CheckpointError where names or shapes differ."""
    from peft import get_peft_model_state_dict, set_peft_model_state_dict

    own = get_peft_model_state_dict(peft, adapter_name=name, save_embedding_layers=False)
    found = read_tensors(folder / ADAPTER, {key: tuple(tensor.shape) for key, tensor in own.items()})
    set_peft_model_state_dict(peft, {key: torch.from_numpy(array) for key, array in found.items()}, adapter_name=name)


def put_conditioner(conditioner: Conditioner, folder: Path) -> Conditioner:
    """Fill a conditioner, in place, from a checkpoint."""
    expected = {name: tuple(tensor.shape) for name, tensor in conditioner.state_dict().items()}
    found = read_tensors(folder / CONDITIONER, expected)
    conditioner.load_state_dict({name: torch.from_numpy(array) for name, array in found.items()})
    return conditioner


def _check_width(folder: Path, core: Any, facts: Facts) -> None:
    sizes = (core.get_input_embeddings().num_embeddings, core.config.hidden_size)
    if sizes != (facts.vocabulary, facts.shape.width):
        raise CheckpointError(f"{folder}: a model of {sizes[0]} ids and width {sizes[1]} does not fit its model.json")


def _write_adapter(folder: Path, peft: Any) -> None:
    from peft import get_peft_model_state_dict

    tensors = get_peft_model_state_dict(peft, save_embedding_layers=False)
    write_tensors(folder / ADAPTER, {name: tensor.half() for name, tensor in tensors.items()})
    config = {k: sorted(v) if isinstance(v, set) else v for k, v in peft.peft_config["default"].to_dict().items()}
    write_json(folder / "adapter_config.json", {**config, "peft_type": "LORA", "inference_mode": True})


def write_whole(folder: Path, core: Any, context: int) -> None:
    """Write an RWKV-4 as psychoscore_rwkv imports one."""
    from psychoscore_rwkv.base_model import CONFIG, MANIFEST, WEIGHTS
    from psychoscore_rwkv.base_model import Base as Rwkv
    from psychoscore_rwkv.configuration import configuration
    from psychoscore_rwkv.sizes import Sizes

    config = core.config
    sizes = Sizes(
        vocabulary=config.vocab_size,
        layers=config.num_hidden_layers,
        width=config.hidden_size,
        attention=config.attention_hidden_size,
        hidden=config.intermediate_size,
    )
    write_tensors(folder / WEIGHTS, core.state_dict(), {"format": "pt"})
    digest = sha256_of(folder / WEIGHTS)
    write_json(folder / CONFIG, {**configuration(sizes, context).to_dict(), "dtype": "float32"})
    facts = {"dtype": "float32", "context": context, "source": folder.name, "source_hash": digest, "hash": digest}
    write_json(folder / MANIFEST, Rwkv(folder=folder, sizes=sizes, **facts).json())
