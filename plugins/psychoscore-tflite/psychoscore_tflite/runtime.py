"""An exported model in LiteRT, one step at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from psychoscore_core.errors import CheckpointError, PluginError
from psychoscore_tflite.graphs import STATE

SIGNATURE = "step"
NEEDS = "pip install 'psychoscore-tflite[runtime]'"


class LiteStep:
    """A model with its state; a step takes and gives arrays (streams, width) float32, as `NumpyStep`'s."""

    def __init__(self, data: bytes, threads: int = 1) -> None:
        """Raises PluginError where LiteRT is not installed, and CheckpointError where it cannot use the model."""
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise PluginError(f"running a TFLite model needs {error.name or 'ai_edge_litert'}: {NEEDS}") from None
        try:
            self._interpreter = Interpreter(model_content=data, num_threads=threads)
            self._runner: Any = self._interpreter.get_signature_runner(SIGNATURE)
        except (ValueError, RuntimeError) as error:
            raise CheckpointError(f"LiteRT cannot use the model ({' '.join(str(error).split())[:200]})") from None
        details = self._runner.get_input_details()
        self.shapes = {name: tuple(int(n) for n in one["shape"]) for name, one in details.items()}
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.state = np.zeros(self.shapes.get(STATE[0], (1, 0)), np.float32)

    def step(self, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return the outputs after all steps before.

        Raises CheckpointError on inputs of other names or shapes: LiteRT itself would stretch the model to them.
        """
        wanted = {name: shape for name, shape in self.shapes.items() if name != STATE[0]}
        found = {name: np.shape(array) for name, array in given.items()}
        if found != wanted:
            raise CheckpointError(f"the model takes {_said(wanted)}, and was given {_said(found)}")
        feed = {name: np.ascontiguousarray(array, np.float32) for name, array in given.items()}
        if STATE[0] in self.shapes:
            feed[STATE[0]] = self.state
        outputs: dict[str, np.ndarray] = self._runner(**feed)
        self.state = outputs.pop(STATE[1], self.state)
        return outputs


def _said(shapes: Mapping[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{name} {shape}" for name, shape in sorted(shapes.items()))
