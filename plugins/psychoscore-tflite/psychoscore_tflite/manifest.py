"""The manifest of an exported folder: the net, its form, and the digest of every file; nothing in it is trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from psychoscore_core.errors import CheckpointError
from psychoscore_core.exported_files import bytes_of, check_format, exported_bytes, json_object
from psychoscore_tflite.constants import KINDS
from psychoscore_tflite.graphs import Graph, GraphError, read_graph

FORMAT, VERSION, MANIFEST = "tflite", 1, "manifest.json"
MODEL = "model.tflite"
MOST_MANIFEST, MOST_BYTES, MOST_FILES, MOST_STREAMS = 1 << 22, 1 << 28, 20, 64
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")


@frozen(kw_only=True)
class Manifest:
    """What a manifest says. weights: "float32", "float16" or "int8"; files: size and SHA-256 by name."""

    graph: Graph
    weights: Any
    streams: int
    files: Mapping[str, tuple[int, str]]


def read_manifest(folder: Path) -> Manifest:
    """Return a folder's manifest; raises CheckpointError in one line where it is not one of this version."""
    path = folder / MANIFEST
    facts = json_object(path, bytes_of(path, MOST_MANIFEST))
    check_format(path, facts, FORMAT, VERSION)
    weights, streams = facts.get("weights"), facts.get("streams")
    if not isinstance(weights, str) or weights not in KINDS:
        raise CheckpointError(f"{path}: weights must be one of {', '.join(KINDS)}")
    if type(streams) is not int or not 1 <= streams <= MOST_STREAMS:
        raise CheckpointError(f"{path}: streams must be a whole number from 1 to {MOST_STREAMS}")
    try:
        graph = read_graph(facts.get("graph"))
    except GraphError as error:
        raise CheckpointError(f"{path}: graph: {error}") from None
    return Manifest(graph=graph, weights=weights, streams=streams, files=_files(path, facts.get("files")))


def read_file(folder: Path, name: str, manifest: Manifest) -> bytes:
    """Return the bytes of a file that the manifest names; raises CheckpointError where they are not those."""
    size, sha256 = manifest.files[name]
    return exported_bytes(folder / name, size, sha256)


def _files(path: Path, files: object) -> dict[str, tuple[int, str]]:
    if not isinstance(files, dict) or not 0 < len(files) <= MOST_FILES or not all(map(_NAME.fullmatch, files)):
        raise CheckpointError(f"{path}: names no files, too many, or files outside the folder")
    found = {}
    for name, entry in files.items():
        size, sha256 = (entry.get("bytes"), entry.get("sha256")) if isinstance(entry, dict) else (None, None)
        if type(size) is not int or not 0 <= size <= MOST_BYTES or type(sha256) is not str:
            raise CheckpointError(f"{path}: every file needs its size in bytes and its sha256")
        found[name] = (size, sha256)
    return found
