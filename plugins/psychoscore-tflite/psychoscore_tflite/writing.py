"""`to_tflite`: a net becomes a folder with a TFLite model of one step that proves itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import importlib_metadata
import numpy as np

from psychoscore_core.errors import CheckpointError, PluginError
from psychoscore_core.exported_files import digest
from psychoscore_core.whole_files import replacing_folder
from psychoscore_tflite import selftest
from psychoscore_tflite.checkpoints import Net
from psychoscore_tflite.constants import stored
from psychoscore_tflite.lowering import lowered
from psychoscore_tflite.manifest import FORMAT, MANIFEST, MODEL, VERSION
from psychoscore_tflite.plugin import TfliteConfig
from psychoscore_tflite.stepping import NumpyStep
from psychoscore_tflite.verifying import examined

EXAMPLE = "example.py"


def to_tflite(
    net: Net,
    folder: Path,
    config: TfliteConfig | None = None,
    *,
    sample: Mapping[str, np.ndarray] | None = None,
    source: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write a net as a TFLite model into a folder, new or an older export; returns the files.

    sample: inputs (rows, streams, width) by name for the self-test; else they are drawn. source: what the manifest says
    of the origin. The same net gives the same bytes; the folder appears whole, after its self-test, or not at all.
    Raises PluginError where LiteRT, whose schema is needed, is not installed, and CheckpointError where the model that
    was written does not agree with the net.
    """
    files = contents(net, config or TfliteConfig(), sample, source or {})
    folder.parent.mkdir(parents=True, exist_ok=True)
    with replacing_folder(folder, MANIFEST) as part:
        for name, data in files.items():
            (part / name).write_bytes(data)
        for finding in examined(part):
            if not finding.ok:
                raise CheckpointError(f"export: {finding.file}: {finding.text}")
    return [folder / name for name in sorted(files)]


def contents(
    net: Net, config: TfliteConfig, sample: Mapping[str, np.ndarray] | None, source: Mapping[str, Any]
) -> dict[str, bytes]:
    """Return the bytes of every file by its name."""
    try:
        from threadpoolctl import threadpool_limits

        from psychoscore_tflite.flatbuffer import packed
    except ImportError as error:
        raise PluginError(
            f"exporter tflite: exporting needs {error.name or 'LiteRT'}: pip install 'psychoscore-tflite[export]'"
        ) from None
    with threadpool_limits(1, user_api="blas"):  # sums in one order, whatever the environment says
        return _contents(net, config, sample, source, packed)


def _contents(
    net: Net,
    config: TfliteConfig,
    sample: Mapping[str, np.ndarray] | None,
    source: Mapping[str, Any],
    packed: Callable[..., bytes],
) -> dict[str, bytes]:
    graph, constants = net.graph, stored(net, config.weights)
    given = dict(sample or selftest.inputs_of(graph, config.rows, config.streams, config.seed))
    wanted = selftest.walked(NumpyStep(graph, constants, config.streams, np.float64), given)
    files = {
        MODEL: packed(lowered(graph, config.weights, config.streams), constants),
        selftest.NAME: selftest.vectors(given, wanted),
        EXAMPLE: Path(__file__).with_name(EXAMPLE).read_bytes(),
    }
    facts = {
        "format": FORMAT,
        "version": VERSION,
        "psychoscore": importlib_metadata.version("psychoscore"),
        "weights": config.weights,
        "streams": config.streams,
        "state": graph.remembered,
        "tolerance": {name: _short(most) for name, most in selftest.tolerances(wanted).items()},
        "rounding": _short(selftest.drift(graph, stored(net, "float32"), constants, given)),
        "graph": graph.described(),
        "source": {"sha256": net.sha256, **source},
        "files": {name: {"bytes": len(data), "sha256": digest(data)} for name, data in sorted(files.items())},
    }
    files[MANIFEST] = (json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
    return files


def _short(number: float) -> float:
    return float(f"{number:.2e}")
