"""`to_rtneural`: a torch module becomes a folder that RTNeural loads and that proves itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import importlib_metadata
import numpy as np
import torch
from safetensors.numpy import save
from torch import nn

from psychoscore_core.whole_files import replacing_folder
from psychoscore_rtneural.compiled import compiled_header
from psychoscore_rtneural.layers import Entry
from psychoscore_rtneural.manifest import FORMAT, MANIFEST, VERSION
from psychoscore_rtneural.walking import entries, outputs

TOLERANCE = 1e-4  # of the self-test, in float32 and with RTNeural's own exp and tanh
EXAMPLE = Path(__file__).with_name("example")


def to_rtneural(
    module: nn.Module,
    folder: Path,
    *,
    inputs: int | None = None,
    rows: int = 64,
    seed: int = 0,
    sample: np.ndarray | None = None,
    source: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write a chain of layers as an RTNeural model into a folder, new or an older export; returns the files.

    inputs: width of a row, where the first layer does not say it. sample: rows (rows, inputs) for the self-test; else
    so many `rows` are drawn with the seed, normally distributed. source: what the manifest says of the origin. The same
    module gives the same bytes; the folder appears whole or not at all. Raises CheckpointError, naming the place in
    the module, on layers that RTNeural does not have and on weights that are not finite.
    """
    training = module.training
    try:
        module.eval()
        files = contents(module, inputs=inputs, rows=rows, seed=seed, sample=sample, source=source)
    finally:
        module.train(training)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with replacing_folder(folder, MANIFEST) as part:
        for name, data in files.items():
            (part / name).write_bytes(data)
    return [folder / name for name in sorted(files)]


def contents(
    module: nn.Module,
    *,
    inputs: int | None,
    rows: int,
    seed: int,
    sample: np.ndarray | None = None,
    source: Mapping[str, Any] | None = None,
) -> dict[str, bytes]:
    """Return the bytes of every file by its name."""
    layers = entries(module, inputs)
    if sample is None:
        sample = np.random.default_rng(seed).standard_normal((rows, layers[0].inputs)).astype(np.float32)
    own = next((p.dtype for p in module.parameters()), torch.float32)
    expected = outputs(module, torch.from_numpy(np.asarray(sample)).to(own)).to(torch.float32).numpy()
    files = {
        "model.json": _json(layer_dialect(layers)),
        "state_dict.json": _json({name: _listed(tensor) for name, tensor in module.state_dict().items()}),
        "self-test.json": _json(
            {"tolerance": TOLERANCE, "inputs": _listed(sample), "outputs": _listed(expected)},
        ),
        "self-test.safetensors": save(
            {"inputs": np.ascontiguousarray(sample, np.float32), "outputs": np.ascontiguousarray(expected)}
        ),
        "compiled.h": compiled_header(layers).encode(),
        **{path.name: path.read_bytes() for path in sorted(EXAMPLE.iterdir()) if path.is_file()},
    }
    files[MANIFEST] = _text(_facts(layers, files, source or {}))
    return files


def layer_dialect(layers: Sequence[Entry]) -> dict[str, Any]:
    """Return the JSON that `RTNeural::json_parser::parseJson` reads."""
    return {
        "in_shape": [None, None, layers[0].inputs],
        "layers": [
            {"type": layer.kind, "shape": layer.shape, "weights": [_listed(w) for w in layer.weights], **layer.facts}
            for layer in layers
        ],
    }


def _listed(values: Any) -> Any:
    """Return numbers as nested lists; a float32 is written with as few digits as give it back."""
    array = values.detach().cpu().numpy() if isinstance(values, torch.Tensor) else np.asarray(values)
    if array.dtype.kind in "iub":
        return array.tolist()
    flat = array.astype(np.float32).ravel()
    numbers = np.array([float(text) for text in map(str, flat)], np.float64)
    return numbers.reshape(array.shape).tolist()


def _facts(layers: Sequence[Entry], files: Mapping[str, bytes], source: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "psychoscore": importlib_metadata.version("psychoscore"),
        "inputs": layers[0].inputs,
        "outputs": layers[-1].outputs,
        "tolerance": TOLERANCE,
        "layers": [
            {
                "path": layer.path,
                "type": layer.kind,
                "inputs": layer.inputs,
                "outputs": layer.outputs,
                "weights": [list(array.shape) for array in layer.weights],
            }
            for layer in layers
        ],
        "source": dict(source),
        "files": {n: {"bytes": len(d), "sha256": hashlib.sha256(d).hexdigest()} for n, d in sorted(files.items())},
    }


def _json(value: object) -> bytes:
    return (json.dumps(value, separators=(",", ":"), allow_nan=False) + "\n").encode()


def _text(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
