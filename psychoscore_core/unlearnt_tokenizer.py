"""What tokenizers that learn nothing share: a check of prefix tokens, and the file by which a checkpoint knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from psychoscore_core.errors import CheckpointError, did_you_mean
from psychoscore_core.records import Vocabulary
from psychoscore_core.whole_files import read_json, write_json

FORMAT = 1


def check_prefix(names: Iterable[str], known: Iterable[str]) -> None:
    """Raise ValueError on a prefix token that the vocabulary does not have, with the name that is close."""
    there = list(known)
    for name in names:
        if name not in there:
            raise ValueError(f"unknown prefix token {name!r}{did_you_mean(name, there)}")


def save_tokenizer(folder: Path, name: str, config: Mapping[str, Any], vocabulary: Vocabulary) -> None:
    """Write `NAME.json`: the config and the vocabulary's digest."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"format": FORMAT, "config": dict(config), "vocabulary": vocabulary.digest}
    write_json(folder / f"{name}.json", facts)


def check_saved_tokenizer(folder: Path, name: str, vocabulary: Vocabulary) -> None:
    """Raise CheckpointError, naming both digests, where a folder holds another tokenizer than this one."""
    facts = read_json(folder / f"{name}.json")
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise CheckpointError(f"{folder / f'{name}.json'}: not a folder of the tokenizer {name}")
    if facts.get("vocabulary") != vocabulary.digest:
        raise CheckpointError(
            f"{folder}: saved with the vocabulary {facts.get('vocabulary')!s:.40}, "
            f"but this run's tokenizer and prefix have {vocabulary.digest}"
        )
