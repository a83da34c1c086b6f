"""Which heavy packages an import drags in, measured in a process of its own."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys

# What a plugin.py must not import, and `psyco --help`, `plugins` and `config` must not load.
HEAVY = (
    *("torch", "transformers", "peft", "accelerate", "bitsandbytes", "safetensors", "onnx", "onnxruntime"),
    *("tensorflow", "numpy", "scipy", "pandas", "sklearn", "numba", "matplotlib", "PIL", "miditok", "symusic"),
)
_SCRIPT = """
import importlib, json, sys
before = set(sys.modules)
importlib.import_module(sys.argv[1])
print(json.dumps(sorted(set(sys.modules) - before)))
"""


@functools.cache
def modules_imported_by(module: str) -> frozenset[str]:
    """Return the modules that importing this one adds; raises AssertionError where it cannot be imported."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", _SCRIPT, module]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise AssertionError(f"{module} cannot be imported in a fresh process: {lines[-1]}")
    return frozenset(json.loads(done.stdout.splitlines()[-1]))


def heavy_imports_of(module: str) -> list[str]:
    """Return the heavy packages that importing this module loads."""
    return sorted(set(HEAVY) & modules_imported_by(module))
