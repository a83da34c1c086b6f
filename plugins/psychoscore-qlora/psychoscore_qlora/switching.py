"""Several adapters on one base in memory, one of them in use: what a server switches between requests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psychoscore_core.errors import CheckpointError, did_you_mean
from psychoscore_qlora.base_model import Base
from psychoscore_qlora.checkpoint import Facts, base_of, put_adapter, put_conditioner, read_facts, served_base
from psychoscore_qlora.conditioner import Conditioner
from psychoscore_qlora.decoding import Decoding, unmerged
from psychoscore_qlora.lora import adapted, lora_config
from psychoscore_qlora.model import Conditioned


class Switchboard:
    """Adapters by name, not merged, on one base: switching moves no weights.

    model: what answers now, in evaluation mode. current: the name of its adapter.
    """

    def __init__(self, folders: Mapping[str, Path], base: Path | None = None) -> None:
        """Load the base once and every adapter; raises CheckpointError where they do not share base and vocabulary."""
        facts = {name: read_facts(folder) for name, folder in folders.items()}
        first = next(iter(facts))
        found = _shared_base(folders, facts, base)
        core = served_base(facts[first], found)
        # peft dislikes some names, and its modules bear no dots: adapters have numbers in it
        self._names = {name: f"adapter-{number}" for number, name in enumerate(facts)}
        self._peft = _wrapped(core, {self._names[name]: own for name, own in facts.items()})
        self._conditioners: dict[str, Conditioner] = {}
        for name, own in facts.items():
            put_adapter(self._peft, folders[name], self._names[name])
            self._conditioners[name] = put_conditioner(Conditioner(own.shape), folders[name]).eval()
        self.model = Conditioned(core, facts[first].shape).eval()
        self.architecture = found.architecture
        self.use(first)

    def use(self, name: str) -> Decoding:
        """Let this adapter answer from now on, and return what decodes with it.

        A state that was started under another adapter is not to be stepped under this one. Raises CheckpointError
        where there is none of this name.
        """
        if name not in self._conditioners:
            raise CheckpointError(f"adapters: none is called {name!r}{did_you_mean(name, self._conditioners)}")
        self._peft.set_adapter(self._names[name], inference_mode=True)
        self.model.conditioner = self._conditioners[name]
        self.current = name
        return unmerged(self.model, self.architecture)


def _shared_base(folders: Mapping[str, Path], facts: Mapping[str, Facts], given: Path | None) -> Base:
    first, *_ = facts
    found = base_of(folders[first], facts[first], given)
    for name, own in facts.items():
        found.check_hash(str(own.base.get("hash", "of none")), str(folders[name]))
        if _fixed(own) != _fixed(facts[first]):
            raise CheckpointError(f"{folders[name]}: its vocabulary or quantization is not that of {folders[first]}")
    return found


def _fixed(facts: Facts) -> tuple[Any, ...]:
    return facts.vocabulary, facts.lora and facts.lora.quantization


def _wrapped(core: Any, facts: Mapping[str, Facts]) -> Any:
    loras = {name: own.lora for name, own in facts.items() if own.lora}
    (first, lora), *others = loras.items()
    peft = adapted(core, lora, first)
    for name, other in others:
        peft.add_adapter(name, lora_config(core, other))
    return peft
