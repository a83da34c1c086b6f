"""Whether an exported folder is what was written: digests, the model byte by byte, and the self-test in LiteRT.

A model file is not given to LiteRT because its digest fits: anybody can write a digest. Its constants are read, the
model is written again from the manifest's net, and only one that is the same to the byte is run.
"""

from __future__ import annotations

import struct
from importlib.util import find_spec
from pathlib import Path

from psychoscore_core.errors import CheckpointError
from psychoscore_core.stages.export import Finding
from psychoscore_tflite import selftest
from psychoscore_tflite.manifest import MANIFEST, MODEL, Manifest, read_file, read_manifest
from psychoscore_tflite.runtime import NEEDS, LiteStep

# What the schema's readers meet in a damaged file.
PROBLEMS = (ValueError, TypeError, struct.error, IndexError, AttributeError, OverflowError, UnicodeError)


def examined(folder: Path) -> list[Finding]:
    """Return one finding for every file of an exported folder, the manifest first; raises nothing on a bad folder."""
    try:
        manifest = read_manifest(folder)
    except CheckpointError as error:
        return [Finding(file=MANIFEST, ok=False, text=_without(folder, MANIFEST, error))]
    found = {MANIFEST: Finding(file=MANIFEST, ok=True, text=_title(manifest))}
    found |= {name: _file(folder, name, manifest) for name in sorted({*manifest.files, MODEL, selftest.NAME})}
    for path in sorted(folder.iterdir()):
        if path.name not in found:
            found[path.name] = Finding(file=path.name, ok=False, text="not named by the manifest")
    if all(finding.ok for finding in found.values()):
        found[selftest.NAME] = _tested(folder, manifest)
    return list(found.values())


def checked_model(folder: Path, manifest: Manifest) -> bytes:
    """Return the model's bytes; raises CheckpointError where they are not what this net becomes."""
    from psychoscore_tflite.flatbuffer import constants_in, packed
    from psychoscore_tflite.lowering import lowered

    data = read_file(folder, MODEL, manifest)
    try:
        constants = constants_in(data, manifest.graph, manifest.weights, manifest.streams)
        again = packed(lowered(manifest.graph, manifest.weights, manifest.streams), constants)
    except PROBLEMS as error:
        text = " ".join(str(error).split())[:120] if isinstance(error, ValueError) else type(error).__name__
        raise CheckpointError(f"{folder / MODEL}: not the model that its manifest asks for ({text})") from None
    if again != data:
        raise CheckpointError(f"{folder / MODEL}: not the model that its manifest asks for")
    return data


def _title(manifest: Manifest) -> str:
    graph = manifest.graph
    ports = f"{', '.join(graph.inputs)} -> {', '.join(graph.outputs)}"
    return f"{manifest.weights}, {len(graph.layers)} layers, state of {graph.remembered}: {ports}"


def _file(folder: Path, name: str, manifest: Manifest) -> Finding:
    try:
        if name not in manifest.files:
            raise CheckpointError(f"{folder / name}: not named by the manifest")
        data = read_file(folder, name, manifest)
        text = f"{len(data):,} bytes, SHA-256 as exported"
        if name == MODEL and _has_schema():
            checked_model(folder, manifest)
            text += ", builtin operations as expected"
    except CheckpointError as error:
        return Finding(file=name, ok=False, text=_without(folder, name, error))
    return Finding(file=name, ok=True, text=text)


def _has_schema() -> bool:
    return find_spec("ai_edge_litert") is not None


def _tested(folder: Path, manifest: Manifest) -> Finding:
    name = selftest.NAME
    if not _has_schema():
        text = f"SHA-256 as exported; not run: ai_edge_litert is not installed ({NEEDS})"
        return Finding(file=name, ok=True, text=text)
    try:
        given, wanted = selftest.read(read_file(folder, name, manifest), manifest.graph, manifest.streams)
        found = selftest.walked(LiteStep(checked_model(folder, manifest)), given)
    except (CheckpointError, ValueError) as problem:
        return Finding(file=name, ok=False, text=_without(folder, name, problem))
    error, most = selftest.worst(found, wanted, selftest.tolerances(wanted))
    rows = len(next(iter(given.values())))
    return Finding(file=name, ok=error <= most, text=f"{rows} steps, error {error:.1e}, at most {most:.0e}")


def _without(folder: Path, name: str, error: Exception) -> str:
    return str(error).removeprefix(f"{folder / name}: ")
