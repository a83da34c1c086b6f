"""What an exported folder holds, computed from a checkpoint; wants psychoscore-transformer, and no torch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import importlib_metadata
import numpy as np
from attrs import asdict, evolve, frozen
from threadpoolctl import threadpool_limits

from psychoscore_core.errors import CheckpointError
from psychoscore_core.exported_files import bytes_of, digest
from psychoscore_core.records import Checkpoint, Interface
from psychoscore_onnx import manifest, selftest
from psychoscore_onnx.graph import ELEMENTS, Graph
from psychoscore_onnx.graphs import cache_names, graphs_of, style_names
from psychoscore_onnx.models import written
from psychoscore_onnx.plugin import OnnxExportConfig
from psychoscore_onnx.scales import scales
from psychoscore_onnx.sizes import Kind, Sizes
from psychoscore_onnx.values import Values
from psychoscore_training.known import Unlearnt
from psychoscore_transformer.checkpoint import Loaded, played, read_checkpoint
from psychoscore_transformer.numpy_engine import NumpyEngine
from psychoscore_transformer.numpy_state import NumpyState

TOKENIZER = "tokenizer"  # the folder in a checkpoint that holds the tokenizer it was trained with


@frozen(eq=False)
class Reference:
    """The NumPy engine as the backend `transformer` uses it: ids that training never showed have -inf."""

    engine: NumpyEngine
    unlearnt: Unlearnt
    loaded: Loaded

    def start(self, streams: Sequence[Any], capacity: int) -> NumpyState:
        """As the engine's, without profiles where training showed none."""
        hidden = not self.loaded.known.profiles
        return self.engine.start([evolve(s, vector=None) if hidden else s for s in streams], capacity)

    def step(self, state: NumpyState, rows: np.ndarray, bars: np.ndarray) -> list[Any]:
        """As the engine's."""
        return self.unlearnt.taken(self.engine.step(state, rows, bars))


def contents(checkpoint: Checkpoint, config: OnnxExportConfig) -> dict[str, bytes]:
    """Return the bytes of every file of an export by its name; raises CheckpointError where it cannot be exported."""
    interface = checkpoint.interface
    if interface is None:
        raise CheckpointError(f"{checkpoint.folder}: nothing says which tokenizer and encoder it was trained with")
    loaded = played(read_checkpoint(checkpoint.folder, interface.vocabulary.digest, interface.space.digest))
    theirs = asdict(loaded.sizes)
    for name in ("dropout", "widths"):
        theirs.pop(name)
    try:
        sizes = Sizes(**theirs, context=config.max_context)
    except ValueError as error:
        raise CheckpointError(f"{checkpoint.folder / 'model.json'}: {error}") from None
    kind = Kind(quantization=config.quantization, opset=config.opset)
    graphs = graphs_of(sizes, kind)
    files = _models(graphs, sizes, kind, loaded)
    files |= _tokenizer(checkpoint.folder / TOKENIZER)
    files["vocabulary.json"] = _json(_vocabulary(interface))
    files["encoder.json"] = _json({**interface.encoder, "space": asdict(interface.space)})
    files["checkpoint.json"] = _json(_record(loaded.record))
    files["generate.py"] = Path(__file__).with_name("bare.py").read_bytes()
    facts = _facts(sizes, kind, loaded, interface) | {"graphs": {name: _ports(g) for name, g in graphs.items()}}
    files[manifest.NAME] = _json(facts | {"files": _listed(files)})
    return files


def _models(graphs: Mapping[str, Graph], sizes: Sizes, kind: Kind, loaded: Loaded) -> dict[str, bytes]:
    """Return the graphs' files and the self-test."""
    values = Values(sizes, loaded.weights, loaded.known)
    engine = NumpyEngine(loaded.sizes, loaded.weights)
    reference = Reference(engine, Unlearnt.of(loaded.known, sizes.families), loaded)
    with threadpool_limits(1, user_api="blas"):  # sums in one order, whatever the environment says
        values.weights |= scales(sizes, reference) if kind.cache == "int8" else {}
        tested = selftest.vectors(sizes, reference)
    return {**{name: written(graph, values.array) for name, graph in graphs.items()}, selftest.NAME: tested}


def _facts(sizes: Sizes, kind: Kind, loaded: Loaded, interface: Interface) -> dict[str, Any]:
    weights = (loaded.record.folder / "model.safetensors").read_bytes()
    source = {"backend": loaded.record.backend, "sha256": digest(weights)}
    source |= {"steps": loaded.record.steps, "metrics": dict(loaded.record.metrics)}
    return {
        "format": manifest.FORMAT,
        "version": manifest.VERSION,
        "psychoscore": importlib_metadata.version("psychoscore"),
        "quantization": kind.quantization,
        "cache": kind.cache,
        "opset": kind.opset,
        "sizes": asdict(sizes),
        "vocabulary": interface.vocabulary.digest,
        "space": interface.space.digest,
        "tokenizer": dict(interface.tokenizer),
        "source": source,
        "warmth": float(interface.model.get("options", {}).get("warmth", 1.0)),
        "hidden": sorted(loaded.known.unseen[0]) if loaded.known.unseen else [],
        "prompt": interface.prompt,
        "styles": style_names(sizes),
        "cached": cache_names(sizes),
        "cache_shape": [sizes.kv_heads, sizes.room],
    }


def _record(record: Checkpoint) -> dict[str, Any]:
    digests = {"vocabulary": record.vocabulary, "space": record.space}
    return {"format": 1, "backend": "onnx", **digests, "steps": record.steps, "metrics": dict(record.metrics)}


def _vocabulary(interface: Interface) -> dict[str, Any]:
    own = interface.vocabulary
    special = {name: getattr(own, name) for name in ("pad", "bos", "sep", "eos")}
    return {"families": [[f.name, list(f.tokens)] for f in own.families], "prefix": dict(own.prefix), **special}


def _tokenizer(folder: Path) -> dict[str, bytes]:
    """Return the files of the tokenizer's folder, which has no folders in it."""
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return {f"{TOKENIZER}/{path.name}": bytes_of(path, manifest.FILE_LIMIT) for path in paths}


def _listed(files: Mapping[str, bytes]) -> dict[str, Any]:
    return {name: {"bytes": len(data), "sha256": digest(data)} for name, data in sorted(files.items())}


def _ports(graph: Graph) -> dict[str, Any]:
    """Return the name, type and shape of every input and output, for whoever reads the manifest."""

    def shown(info: Any) -> list[Any]:
        kind = info.type.tensor_type
        dims = [dim.dim_param or dim.dim_value for dim in kind.shape.dim]
        return [info.name, np.dtype(ELEMENTS[kind.elem_type]).name, dims]

    own = graph.message.graph
    return {"inputs": [shown(info) for info in own.input], "outputs": [shown(info) for info in own.output]}


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()
