"""Offer the exporter `tflite`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from attrs import field, frozen
from attrs.validators import ge, le

from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class TfliteConfig:
    """How a checkpoint that is a net of layers becomes a TFLite model of one step.

    weights: "float32"; "float16", half the size; or "int8", about a quarter: every row of a matrix has its own
      scale, and layers that take the net's inputs stay in float32. What is computed is float32 in all three.
    streams: that one step serves side by side, 1 to 64.
    rows: steps of the self-test, 2 to 4096.
    seed: of the self-test's inputs.
    """

    weights: Literal["float32", "float16", "int8"] = "float32"
    streams: int = field(default=1, validator=[ge(1), le(64)])
    rows: int = field(default=500, validator=[ge(2), le(4096)])
    seed: int = field(default=0, validator=ge(0))


@hookimpl
def psyco_exporters() -> Iterable[Component]:
    """Offer `tflite`."""
    yield Component(
        name="tflite",
        factory="psychoscore_tflite.exporter:TfliteExporter",
        config=TfliteConfig,
        summary="A net of layers as a TFLite model of one step, state in and out, with self-test vectors and a script.",
    )
