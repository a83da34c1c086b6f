"""Offer the exporter `rtneural`."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen
from attrs.validators import ge, le

from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class RtneuralConfig:
    """How a checkpoint that is a chain of layers becomes an RTNeural model.

    rows: of the self-test's input sequence, 2 to 4096.
    seed: of the self-test's input.
    """

    rows: int = field(default=64, validator=[ge(2), le(4096)])
    seed: int = field(default=0, validator=ge(0))


@hookimpl
def psyco_exporters() -> Iterable[Component]:
    """Offer `rtneural`."""
    yield Component(
        name="rtneural",
        factory="psychoscore_rtneural.exporter:RtneuralExporter",
        config=RtneuralConfig,
        summary="A chain of layers as an RTNeural model, with self-test vectors and a C++ example that checks them.",
    )
