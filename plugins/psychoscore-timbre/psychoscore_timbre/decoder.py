"""The decoder in NumPy: rows of pitch and loudness in, controls of the synthesizer out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from psychoscore_core.errors import CheckpointError
from psychoscore_tflite.checkpoints import Net, read_net
from psychoscore_tflite.constants import stored
from psychoscore_tflite.stepping import NumpyStep
from psychoscore_timbre.names import HARMONICS, INPUTS, NOISE_BANDS, OUTPUTS
from psychoscore_timbre.synthesis import Controls

CHECKPOINT = Path(__file__).with_name("checkpoint")


def read_decoder(folder: Path = CHECKPOINT) -> Net:
    """Return the net of a checkpoint; raises CheckpointError where it is none, or not a timbre's."""
    net = read_net(folder)
    graph = net.graph
    widths = [graph.width(graph.outputs[name]) for name in OUTPUTS if name in graph.outputs]
    if dict(graph.inputs) != dict.fromkeys(INPUTS, 1) or widths != [1, HARMONICS, NOISE_BANDS]:
        raise CheckpointError(
            f"{folder}: a net from {', '.join(graph.inputs)} to {', '.join(graph.outputs)} is no timbre: one goes from "
            f"{', '.join(INPUTS)} to {', '.join(OUTPUTS)} (1, {HARMONICS} and {NOISE_BANDS} numbers)"
        )
    return net


class Decoder:
    """A net that plays rows one after the other."""

    def __init__(self, net: Net | None = None) -> None:
        net = net or read_decoder()
        self._step = NumpyStep(net.graph, stored(net, "float32"))

    def push(self, inputs: np.ndarray, hertz: np.ndarray) -> Controls:
        """Return the controls of rows of inputs (rows, 2), to sound at these pitches (rows,)."""
        found = [
            self._step.step({name: row[None, index : index + 1] for index, name in enumerate(INPUTS)}) for row in inputs
        ]
        amplitudes, distribution, noise = (np.concatenate([one[name] for one in found]) for name in OUTPUTS)
        return Controls(hertz, amplitudes[:, 0], distribution, noise)
