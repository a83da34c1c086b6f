"""The store of a project: bases, and adapters by name and content, of which one is current.

models/bases/NAME/            what `psyco models import` made
models/adapters/NAME/HASH/    a checkpoint folder; HASH: of its weights and facts
models/current.json           which is current, and which were before; replaced as a whole
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from psychoscore_core.errors import CheckpointError, did_you_mean
from psychoscore_core.whole_files import replacing_folder, sha256_of, write_json
from psychoscore_training.files import read_json

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
WEIGHTS = ("adapter_model.safetensors", "conditioner.safetensors", "model.json")
CURRENT = "current"
HISTORY = 100  # choices that are remembered


@frozen(kw_only=True, order=True)
class Adapter:
    """An adapter in the store. hash: the first 12 hex digits of its content's SHA-256."""

    name: str
    hash: str
    folder: Path

    @property
    def title(self) -> str:
        """Return what names it, version and all."""
        return f"{self.name}@{self.hash}"

    def record(self) -> dict[str, Any]:
        """Return what is known of its training: steps, metrics, base, ids of its vocabulary and space."""
        record, facts = read_json(self.folder / "checkpoint.json"), read_json(self.folder / "model.json")
        return {
            "name": self.name,
            "hash": self.hash,
            "base": facts.get("base", {}),
            "lora": facts.get("lora"),
            **record,
        }


class Store:
    """Adapters and bases in a folder, which need not be there yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def base_folder(self, name: str) -> Path:
        """Return where a base of this name lies, or would."""
        return self.folder / "bases" / checked(name)

    def bases(self) -> list[Path]:
        """Return the folders of all bases."""
        return sorted(path.parent for path in (self.folder / "bases").glob("*/config.json"))

    def adapters(self) -> list[Adapter]:
        """Return every adapter, by name and age."""
        folders = sorted((self.folder / "adapters").glob("*/*/checkpoint.json"), key=lambda p: p.stat().st_mtime_ns)
        found = [Adapter(name=p.parent.parent.name, hash=p.parent.name, folder=p.parent) for p in folders]
        return sorted(found, key=lambda adapter: adapter.name)

    def add(self, checkpoint: Path, name: str) -> Adapter:
        """Take in a checkpoint folder whole, or find that it is there already; its name must be NAME's pattern."""
        found = content_hash(checkpoint)
        adapter = Adapter(name=name, hash=found, folder=self.folder / "adapters" / checked(name) / found)
        if adapter.folder.exists():
            return adapter
        adapter.folder.parent.mkdir(parents=True, exist_ok=True)
        with replacing_folder(adapter.folder, "checkpoint.json") as part:
            for path in _files(checkpoint):
                target = part / path.relative_to(checkpoint)
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(path, target)
        return adapter

    def find(self, title: str) -> Adapter:
        """Return the adapter that NAME, NAME@HASH or "current" means, the newest of its name where no hash is given.

        Raises CheckpointError where there is none, or where its files are not those that its hash was made of.
        """
        wanted = self.current() if title == CURRENT else title
        if wanted is None:
            raise CheckpointError(f"{self.folder}: no adapter is current; choose one with 'psyco models use NAME'")
        name, _, digits = wanted.partition("@")
        adapters = self.adapters()
        found = [a for a in adapters if a.name == name and a.hash.startswith(digits)]
        if not found:
            near = did_you_mean(name, sorted({adapter.name for adapter in adapters}))
            raise CheckpointError(f"{self.folder}: no adapter {wanted!r}{near}; 'psyco models list' shows them")
        if content_hash(found[-1].folder) != found[-1].hash:
            raise CheckpointError(f"{found[-1].folder}: its files have changed since the adapter was added")
        return found[-1]

    def use(self, title: str) -> Adapter:
        """Make an adapter the current one."""
        adapter = self.find(title)
        if adapter.title != self.current():
            self._write([*self._history(), adapter.title])
        return adapter

    def rollback(self) -> Adapter:
        """Make the one before current again; raises CheckpointError where there is none."""
        history = self._history()
        if len(history) < 2:
            raise CheckpointError(f"{self.folder}: there is nothing to go back to")
        adapter = self.find(history[-2])
        self._write(history[:-1])
        return adapter

    def current(self) -> str | None:
        """Return the title of the current adapter."""
        history = self._history()
        return history[-1] if history else None

    def _history(self) -> list[str]:
        path = self.folder / "current.json"
        if not path.exists():
            return []
        history = read_json(path).get("history")
        if not isinstance(history, list) or not all(isinstance(title, str) for title in history):
            raise CheckpointError(f"{path}: holds no history of adapters")
        return history

    def _write(self, history: list[str]) -> None:
        write_json(self.folder / "current.json", {"history": history[-HISTORY:]})


def checked(name: str) -> str:
    """Return a name; raises CheckpointError where it is none, so that no path leaves the store."""
    if not NAME.fullmatch(name):
        raise CheckpointError(f"models: a name is made of lower-case letters, digits and dashes, not {name[:80]!r}")
    return name


def content_hash(checkpoint: Path) -> str:
    """Return the hash of an adapter's weights and facts; raises CheckpointError where one of its files is missing."""
    digest = hashlib.sha256()
    for name in WEIGHTS:
        path = checkpoint / name
        if not path.is_file():
            raise CheckpointError(f"{checkpoint}: no {name} there, so it is no adapter's checkpoint")
        digest.update(bytes.fromhex(sha256_of(path)))
    return digest.hexdigest()[:12]


def _files(checkpoint: Path) -> Iterator[Path]:
    """Yield what belongs to a checkpoint: its JSON and tensors, and its tokenizer; not the state of its training."""
    for path in [*sorted(checkpoint.iterdir()), *sorted((checkpoint / "tokenizer").glob("*"))]:
        if path.is_file() and path.suffix in (".json", ".safetensors") and path.name != "state.safetensors":
            yield path
