"""A checkpoint's tokenizer file, which must say the same ids; read as data, bounded in size, nothing in it is run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from psychoscore_core.errors import ConfigError

LARGEST = 8 << 20  # bytes; the larger of the public files has half a megabyte


def check_against(path: Path, words: Sequence[str]) -> None:
    """Raise ConfigError, one line, where the file is no word-level tokenizer with exactly these words as its ids."""
    vocabulary = _ids(path, _read(path))
    if len(vocabulary) != len(words):
        raise _error(path, f"has {len(vocabulary):,} ids, but this tokenizer {len(words):,}")
    for token, word in enumerate(words):
        if vocabulary.get(token) != word:
            raise _error(path, f"id {token} is {vocabulary.get(token)!r:.40}, but this tokenizer's is {word!r}")


def _read(path: Path) -> Any:
    try:
        if not path.is_file():
            raise _error(path, "no such file")
        if path.stat().st_size > LARGEST:
            raise _error(path, f"larger than {LARGEST >> 20} MB")
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise _error(path, f"cannot be read: {' '.join(str(error).split()):.100}") from None


def _ids(path: Path, content: Any) -> dict[int, str]:
    """Return the words by id: those of the model, and those that were added to it."""
    model = content.get("model") if isinstance(content, dict) else None
    kind = model.get("type") if isinstance(model, dict) else None
    if not isinstance(model, dict) or kind != "WordLevel":
        said = f"of the kind {kind!r:.40}" if isinstance(kind, str) else "of no known kind"
        size = f" with {len(model['vocab']):,} ids" if _has_words(model) else ""
        raise _error(path, f"a tokenizer {said}{size}, not WordLevel")
    added = content.get("added_tokens") or []
    if not _has_words(model) or not isinstance(added, list):
        raise _error(path, "its vocabulary is no table of words and ids")
    pairs = [*model["vocab"].items(), *((a.get("content"), a.get("id")) for a in added if isinstance(a, dict))]
    ids: dict[int, str] = {}
    for word, token in pairs:
        if not isinstance(word, str) or type(token) is not int:
            raise _error(path, f"{word!r:.40} has the id {token!r:.40}, which is no whole number")
        if ids.setdefault(token, word) != word:
            raise _error(path, f"id {token} is both {ids[token]!r:.40} and {word!r:.40}")
    return ids


def _has_words(model: Any) -> bool:
    return isinstance(model, dict) and isinstance(model.get("vocab"), dict)


def _error(path: Path, text: str) -> ConfigError:
    return ConfigError(f"tokenizer.tokenizer_json: {path}: {text}")
