"""Vectors that an exported folder is tested with: prompts, conditions and rows, and the logits that they must give.

The logits are those of the NumPy engine on the checkpoint's own weights, in float32, whatever the export rounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from psychoscore_core.records import Stream
from psychoscore_onnx.sizes import Sizes

NAME = "self-test.safetensors"
PROMPT, STEPS, BARS, CAPACITY = 6, 8, 3, 32
SEED = 57
TOLERANCE = {"none": 1e-5, "int8": 0.15}  # root of the mean square of the differences, over the logits' deviation

Arrays = Mapping[str, np.ndarray]


def vectors(sizes: Sizes, engine: Any) -> bytes:
    """Return the file's bytes; engine: a reference that has start() and step()."""
    random = np.random.default_rng(SEED)
    rows = [random.integers(0, size, (2, PROMPT + STEPS)) for size in sizes.families]
    arrays = {
        "rows": np.stack(rows, axis=-1).astype(np.int32),
        "vector": random.random(sizes.vector, np.float32),
        "bars": random.random((BARS, sizes.bar), np.float32),
    }
    return save({**arrays, **logits(arrays, engine)})


def logits(arrays: Arrays, engine: Any) -> dict[str, np.ndarray]:
    """Return the logits of each family (steps, 2, size): of a stream with conditions beside a shorter one without."""
    rows = arrays["rows"]
    known = {"vector": tuple(arrays["vector"].tolist()), "bars": tuple(map(tuple, arrays["bars"].tolist()))}
    streams = [
        Stream(rows=rows[0, :PROMPT], **known),
        Stream(rows=rows[1, PROMPT - 2 : PROMPT], vector=None, bars=None),
    ]
    state, found = engine.start(streams, CAPACITY), []
    for step in range(PROMPT, PROMPT + STEPS):
        bars = np.full(2, (step - PROMPT) // 2 - 1)  # in none, in each, and beyond
        given = engine.step(state, rows[:, step - 1], bars)
        found.append([np.array(of(rows[:, step, :k]) if callable(of) else of) for k, of in enumerate(given)])
    return {f"logits.{k}": np.stack(steps) for k, steps in enumerate(zip(*found, strict=True))}


def deviation(data: bytes, sizes: Sizes, engine: Any) -> float:
    """Return how far an engine is from the file's logits; raises ValueError on a file that does not fit the sizes."""
    try:
        arrays = load(data)
    except SafetensorError as error:
        raise ValueError(f"not readable as safetensors ({str(error)[:200]})") from None
    _check(arrays, sizes)
    found = logits(arrays, engine)
    return max(_distance(arrays[name], found[name]) for name in found)


def _check(arrays: Arrays, sizes: Sizes) -> None:
    shapes = {
        "rows": (2, PROMPT + STEPS, len(sizes.families)),
        "vector": (sizes.vector,),
        "bars": (BARS, sizes.bar),
        **{f"logits.{k}": (STEPS, 2, size) for k, size in enumerate(sizes.families)},
    }
    for name, shape in shapes.items():
        if name not in arrays or arrays[name].shape != shape:
            raise ValueError(f"holds no {name} of shape {shape}")


def _distance(wanted: np.ndarray, found: np.ndarray) -> float:
    finite = np.isfinite(wanted)
    if not np.array_equal(finite, np.isfinite(found)):
        return float("inf")
    difference = np.sqrt(np.mean(np.square(wanted[finite] - found[finite])))
    return float(difference / max(float(wanted[finite].std()), 1e-6))
