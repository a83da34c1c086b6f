"""A tokenizer on disk: `tokenizer.json` as MidiTok writes it, and `remi.json` that says what it must be."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import asdict
from miditok import REMI

from psychoscore_core.errors import CheckpointError
from psychoscore_core.records import Vocabulary, digest_of
from psychoscore_core.whole_files import replacing, write_json
from psychoscore_remi.merges import merged_runs, rebuilt_model
from psychoscore_remi.plugin import RemiConfig
from psychoscore_remi.vocabulary import describe, letters, make_miditok

_FORMAT = 1
_LARGEST = 64 << 20  # bytes; 30,000 merges take 4 MB


def save(folder: Path, miditok: REMI, config: RemiConfig, prefix: Sequence[str], vocabulary: Vocabulary) -> None:
    """Write both files, `remi.json` last, so that a folder that has it is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {
        "format": _FORMAT,
        "config": asdict(config),
        "prefix": list(prefix),
        "base": _base_digest(config, describe(miditok.vocab, prefix, ())),
        "digest": vocabulary.digest,
        "trained": miditok.is_trained,
    }
    with replacing(folder / "tokenizer.json") as part:
        miditok.save(part)
    write_json(folder / "remi.json", manifest)


def load(folder: Path, config: RemiConfig, prefix: Sequence[str]) -> REMI:
    """Return the saved MidiTok; raises CheckpointError on a damaged folder or another vocabulary."""
    manifest = _read(folder / "remi.json")
    plain = make_miditok(config, prefix, chords=config.chords)
    own = _base_digest(config, describe(plain.vocab, prefix, ()))
    if manifest.get("format") != _FORMAT:
        raise CheckpointError(f"{folder / 'remi.json'}: format {manifest.get('format')!r} is not {_FORMAT}")
    if manifest.get("base") != own:
        raise CheckpointError(
            f"{folder}: saved with tokenizer config and prefix {manifest.get('base')}, but this run's are {own}"
        )
    loaded = _with_merges(plain, folder / "tokenizer.json") if manifest.get("trained") else plain
    digest = describe(loaded.vocab, prefix, merged_runs(loaded)).digest
    if digest != manifest.get("digest"):
        raise CheckpointError(f"{folder}: the vocabulary should be {manifest.get('digest')}, but it is {digest}")
    return loaded


def _with_merges(plain: REMI, path: Path) -> REMI:
    """Return `plain` with the merges of a saved tokenizer; takes nothing else from the file."""
    saved = _read(path)
    texts = {token: text for text, token in plain.vocab.items()}
    try:
        params = plain.to_dict() | {  # MidiTok reads these in this order
            "_vocab_base": plain.vocab,
            "_model": rebuilt_model(saved["_model"], plain.vocab),
            "_vocab_base_byte_to_token": {letter: texts[token] for letter, token in letters(plain.vocab).items()},
        }
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch) / "tokenizer.json"
            file.write_text(json.dumps(params), "utf-8")
            loaded = REMI(params=file)
        merged_runs(loaded)
    except Exception as error:  # the tokenizers library raises bare Exceptions
        raise CheckpointError(f"{path}: damaged byte-pair model: {error}") from error
    return loaded


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise CheckpointError(f"{path}: larger than {_LARGEST >> 20} MB")
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no such file: not a folder of the tokenizer remi") from None
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path}: cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path}: holds no JSON object")
    return content


def _base_digest(config: RemiConfig, base: Vocabulary) -> str:
    return digest_of([base.digest, config.bpe_vocabulary])
