"""Offer the exporter `onnx` and the model backend `onnx`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from attrs import field, frozen
from attrs.validators import ge, le, optional

from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class OnnxExportConfig:
    """How a checkpoint of the transformer, or the pianist, becomes ONNX graphs.

    quantization: "int8" keeps the matrices as bytes with a scale for every 128 inputs of every output, and the keys and
      values of a generation as bytes as well: a quarter of both; "none" keeps float32.
    opset: of the standard operators, 23 or 24.
    max_context: rows that a generation may hold, prompt included, 64 to 65536.
    """

    quantization: Literal["none", "int8"] = "none"
    opset: Literal[23, 24] = 23
    max_context: int = field(default=4096, validator=[ge(64), le(65536)])


@frozen(kw_only=True)
class OnnxConfig:
    """A model that the exporter `onnx` wrote; runs on the CPU, without torch.

    path: the exported folder.
    max_context: rows that a generation may hold before it forgets its beginning, 64 to 65536; at most the exported
      number.
    warmth: factor on every temperature, 0.5 to 2; None = that of the model that was exported.
    threads: that a step may use, 1 to 64; None = OMP_NUM_THREADS, else one.
    """

    path: Path | None = None
    max_context: int = field(default=1024, validator=[ge(64), le(65536)])
    warmth: float | None = field(default=None, validator=optional([ge(0.5), le(2)]))
    threads: int | None = field(default=None, validator=optional([ge(1), le(64)]))

    @property
    def checkpoint(self) -> Path | None:
        """Return the folder that takes the place of training: an exported folder is a checkpoint of this backend."""
        return self.path


@hookimpl
def psyco_exporters() -> Iterable[Component]:
    """Offer `onnx`."""
    yield Component(
        name="onnx",
        factory="psychoscore_onnx.exporter:OnnxExporter",
        config=OnnxExportConfig,
        summary="A trained model as ONNX graphs, with all that a script of 30 lines needs to play it.",
    )


@hookimpl
def psyco_model_backends() -> Iterable[Component]:
    """Offer `onnx`."""
    yield Component(
        name="onnx",
        factory="psychoscore_onnx.backend:OnnxBackend",
        config=OnnxConfig,
        summary="Plays a model that was exported to ONNX; wants onnxruntime, and no torch.",
    )
