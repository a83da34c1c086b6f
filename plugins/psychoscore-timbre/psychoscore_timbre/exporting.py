"""The decoder as a TFLite model of one step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from psychoscore_tflite.plugin import TfliteConfig
from psychoscore_tflite.writing import to_tflite
from psychoscore_timbre.decoder import CHECKPOINT, read_decoder
from psychoscore_timbre.names import HOP, INPUTS, RATE
from psychoscore_timbre.scaling import midi_to_hertz, scaled

ROWS = 500


def export_model(folder: Path, weights: Any = "float32", checkpoint: Path | None = None) -> list[Path]:
    """Write the folder and return its files; the self-test plays a rising scale whose notes swell and fade."""
    net = read_decoder(checkpoint or CHECKPOINT)
    source = {
        "model": "psychoscore-timbre",
        "checkpoint": (checkpoint or CHECKPOINT).name,
        "frames_a_second": RATE,
        "frames_a_step": HOP,
        "f0_scaled": "MIDI pitch / 127, 69 for 440 Hz",
        "loudness_scaled": "1 + A-weighted loudness in dB / 80, 0 dB for a full-scale sine of 1 kHz",
    }
    return to_tflite(net, folder, TfliteConfig(weights=weights), sample=_scale(), source=source)


def _scale() -> dict[str, np.ndarray]:
    note, place = np.divmod(np.arange(ROWS), 25)
    inputs = scaled(midi_to_hertz(50.0 + 2 * note), -60 + 45 * np.sin(np.pi * place / 25))
    return {name: inputs[:, index, None, None] for index, name in enumerate(INPUTS)}
