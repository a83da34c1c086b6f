"""The shipped model in other forms: RTNeural's, which wants torch, and TFLite's, which wants LiteRT.

The self-test's rows are those of a rising scale of sines.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from psychoscore_emotion.features import features_of
from psychoscore_emotion.names import FEATURES, RATE
from psychoscore_emotion.net import CHECKPOINT
from psychoscore_emotion.outputs import OUTPUTS


def to_rtneural(folder: Path, checkpoint: Path = CHECKPOINT) -> list[Path]:
    """Write the folder and return its files."""
    from psychoscore_rtneural import writing
    from psychoscore_rtneural.described import module_of

    module, source = module_of(checkpoint)
    return writing.to_rtneural(module, folder, sample=_sample(4), source={**_names(), **source})


def to_tflite(folder: Path, weights: Any = "float32", checkpoint: Path = CHECKPOINT) -> list[Path]:
    """Write the folder and return its files."""
    from psychoscore_tflite import writing
    from psychoscore_tflite.checkpoints import read_net
    from psychoscore_tflite.plugin import TfliteConfig

    net, rows = read_net(checkpoint), {"row": _sample(20)[:, None]}
    source = {**_names(), "checkpoint": checkpoint.name}
    return writing.to_tflite(net, folder, TfliteConfig(weights=weights), sample=rows, source=source)


def _names() -> dict[str, Any]:
    return {"model": "psychoscore-emotion", "features": list(FEATURES), "outputs": list(OUTPUTS)}


def _sample(length: int) -> np.ndarray:
    """Return so many seconds' rows (25 a second, 128); after 20 s the model would forget."""
    seconds = np.arange(length * RATE) / RATE
    pitch = 220 * 2 ** (np.floor(4 * seconds) % 24 / 12)
    sound = 0.3 * np.exp(-4 * (seconds % 0.25)) * np.sin(2 * np.pi * pitch * seconds)
    return features_of(sound).astype(np.float32)
