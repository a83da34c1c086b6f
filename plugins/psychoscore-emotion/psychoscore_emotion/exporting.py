"""The shipped model as an RTNeural model; wants torch and psychoscore-rtneural."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from psychoscore_emotion.features import features_of
from psychoscore_emotion.names import FEATURES, RATE
from psychoscore_emotion.net import CHECKPOINT
from psychoscore_emotion.outputs import OUTPUTS
from psychoscore_rtneural.described import module_of
from psychoscore_rtneural.writing import to_rtneural


def export_model(folder: Path, checkpoint: Path = CHECKPOINT) -> list[Path]:
    """Write the folder and return its files; the self-test's rows are those of a rising scale of sines."""
    module, source = module_of(checkpoint)
    sample = features_of(_scale()).astype(np.float32)
    names = {"features": list(FEATURES), "outputs": list(OUTPUTS)}
    return to_rtneural(module, folder, sample=sample, source={"model": "psychoscore-emotion", **source, **names})


def _scale() -> np.ndarray:
    seconds = np.arange(4 * RATE) / RATE
    pitch = 220 * 2 ** (np.floor(4 * seconds) / 12)
    return 0.3 * np.exp(-4 * (seconds % 0.25)) * np.sin(2 * np.pi * pitch * seconds)
