"""Whether an exported folder is what was written: digests, graphs, and the self-test where ONNX Runtime is there."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from psychoscore_core.errors import CheckpointError
from psychoscore_core.exported_files import json_object
from psychoscore_core.records import digest_of
from psychoscore_core.stages.export import Finding
from psychoscore_onnx import selftest
from psychoscore_onnx.graph import Graph
from psychoscore_onnx.graphs import graphs_of
from psychoscore_onnx.manifest import NAME, Manifest, read_file, read_manifest
from psychoscore_onnx.models import check


def examined(folder: Path) -> list[Finding]:
    """Return one finding for every file of an exported folder, the manifest first; raises nothing on a bad folder."""
    try:
        manifest = read_manifest(folder)
    except CheckpointError as error:
        return [Finding(file=NAME, ok=False, text=_without(folder, error))]
    found = [Finding(file=NAME, ok=True, text=_title(manifest))]
    graphs = graphs_of(manifest.sizes, manifest.kind)
    found += [_file(folder, name, manifest, graphs.get(name)) for name in sorted(manifest.files)]
    found += [Finding(file=name, ok=False, text="not named by the manifest") for name in _strangers(folder, manifest)]
    if all(finding.ok for finding in found) and selftest.NAME in manifest.files:
        place = next(index for index, finding in enumerate(found) if finding.file == selftest.NAME)
        found[place] = _tested(folder, manifest)
    return found


def _title(manifest: Manifest) -> str:
    rounded = "float32" if manifest.kind.quantization == "none" else manifest.kind.quantization
    return f"{rounded}, opset {manifest.kind.opset}, vocabulary {manifest.vocabulary}, space {manifest.space}"


def _file(folder: Path, name: str, manifest: Manifest, graph: Graph | None) -> Finding:
    try:
        data = read_file(folder, name, manifest)
        text = f"{len(data):,} bytes, SHA-256 as exported"
        if graph is not None:
            check(folder / name, data, graph)
            text += f", {len(graph.message.graph.node)} nodes as expected"
        _check_facts(folder / name, name, data, manifest)
    except CheckpointError as error:
        return Finding(file=name, ok=False, text=_without(folder, error))
    return Finding(file=name, ok=True, text=text)


def _check_facts(path: Path, name: str, data: bytes, manifest: Manifest) -> None:
    """Raise CheckpointError where what describes the vocabulary or the space is of another one."""
    described = {"vocabulary.json": ("families", manifest.vocabulary), "encoder.json": ("space", manifest.space)}
    if name in described:
        key, wanted = described[name]
        value: Any = json_object(path, data).get(key)
        if name == "encoder.json" and isinstance(value, dict):
            value = [value.get("vector"), value.get("bar")]
        if digest_of(value) != wanted:
            raise CheckpointError(f"{path}: its {key} have the digest {digest_of(value)}, the manifest says {wanted}")


def _strangers(folder: Path, manifest: Manifest) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and name != NAME and name not in manifest.files:
            yield name


def _tested(folder: Path, manifest: Manifest) -> Finding:
    name = selftest.NAME
    if find_spec("onnxruntime") is None:
        text = "SHA-256 as exported; not run: onnxruntime is not installed (pip install 'psychoscore-onnx[runtime]')"
        return Finding(file=name, ok=True, text=text)
    from psychoscore_onnx.folder import open_folder

    try:
        engine = open_folder(folder, threads=1).engine
        found = selftest.deviation(read_file(folder, name, manifest), manifest.sizes, engine)
    except (CheckpointError, ValueError) as error:
        return Finding(file=name, ok=False, text=_without(folder, error))
    most = selftest.TOLERANCE[manifest.kind.quantization]
    return Finding(file=name, ok=found <= most, text=f"logits {found:.1e} of their deviation off, at most {most:.0e}")


def _without(folder: Path, error: Exception) -> str:
    return str(error).removeprefix(f"{folder}/")
