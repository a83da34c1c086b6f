"""ONNX Runtime sessions, and sessions whose inputs and outputs lie in arrays of ours."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from psychoscore_core.errors import CheckpointError

SILENT = 4  # only what is fatal is logged: everything else is raised as well


def threads_or(given: int | None) -> int:
    """Return how many threads a step has: as given, else OMP_NUM_THREADS, else one.

    The products of one row are small: in int8 a second thread gains a tenth at best, and on a busy machine it waits.
    """
    told = os.environ.get("OMP_NUM_THREADS", "")
    return given or (int(told) if told.isdigit() and 0 < int(told) <= 64 else 1)


def session(path: Path, data: bytes, threads: int) -> Any:
    """Return a session of a model's bytes; raises CheckpointError in one line where ONNX Runtime cannot use it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = threads, SILENT
    # Helpers that spin would take the processor from the sampler, and from each other on a busy machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no class in common but this one
        reason = " ".join(str(error).split())[:200]
        raise CheckpointError(f"{path}: onnxruntime {onnxruntime.__version__} cannot use it ({reason})") from None


class Bound:
    """A session bound to arrays: a run reads and writes them where they lie."""

    def __init__(self, session: Any, given: Mapping[str, np.ndarray], gives: Mapping[str, np.ndarray]) -> None:
        """Arrays must be contiguous; one may be given and written at once where the graph allows that (the cache)."""
        self._session, self._binding = session, session.io_binding()
        self._kept = []
        for bind, arrays in ((self._binding.bind_ortvalue_input, given), (self._binding.bind_ortvalue_output, gives)):
            for name, array in arrays.items():
                value = onnxruntime.OrtValue.ortvalue_from_numpy(array)
                self._kept.append((value, array))
                bind(name, value)

    def run(self) -> None:
        """Run once."""
        self._session.run_with_iobinding(self._binding)
