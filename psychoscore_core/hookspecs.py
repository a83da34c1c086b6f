"""Every hook of PSYCHOSCORE, in the order in which a run walks past them.

A collecting hook returns an iterable of descriptors; it must import nothing heavy. The protocol that
a component's class must satisfy is in `psychoscore_core.stages`, in the file named beside the hook.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pluggy

from psychoscore_core.component import Component, Preset, ShippedModel

if TYPE_CHECKING:
    import click

hookspec = pluggy.HookspecMarker("psychoscore")
hookimpl = pluggy.HookimplMarker("psychoscore")


@hookspec
def psyco_profile_encoders() -> Iterable[Component]:
    """Offer profile encoders: a profile becomes a vector and prefix tokens (stages/encode.py)."""


@hookspec
def psyco_tokenizers() -> Iterable[Component]:
    """Offer tokenizers: a score becomes token rows and back, with a grammar (stages/tokenize.py)."""


@hookspec
def psyco_datasets() -> Iterable[Component]:
    """Offer datasets: labelled pieces, in splits (stages/prepare.py)."""


@hookspec
def psyco_losses() -> Iterable[Component]:
    """Offer losses: terms of the weighted sum that training minimises (stages/train.py)."""


@hookspec
def psyco_planners() -> Iterable[Component]:
    """Offer planners: they fill in what a plan leaves open, its chords above all (stages/plan.py)."""


@hookspec
def psyco_model_backends() -> Iterable[Component]:
    """Offer model backends: they train, decode token rows, or compose scores (stages/train.py, stages/sample.py)."""


@hookspec
def psyco_temperature_schedulers() -> Iterable[Component]:
    """Offer temperature schedulers: a profile becomes a sampling temperature per bar (stages/sample.py)."""


@hookspec
def psyco_samplers() -> Iterable[Component]:
    """Offer samplers: the loop that draws token rows from a decoder under a grammar (stages/sample.py)."""


@hookspec
def psyco_arrangers() -> Iterable[Component]:
    """Offer arrangers: a take's score becomes a fuller or differently scored one (stages/arrange.py)."""


@hookspec
def psyco_raters() -> Iterable[Component]:
    """Offer raters: they measure a take (stages/rate.py)."""


@hookspec
def psyco_exporters() -> Iterable[Component]:
    """Offer exporters: takes or a checkpoint become files (stages/export.py)."""


@hookspec
def psyco_presets() -> Iterable[Preset]:
    """Offer presets: named config layers."""


@hookspec
def psyco_shipped_models() -> Iterable[ShippedModel]:
    """Offer trained models that come with the package; folders of their names may replace them (model_files.py)."""


@hookspec
def psyco_commands() -> Iterable[click.Command]:
    """Offer further `psyco` commands."""


@hookspec
def psyco_run_planned(run: str, stages: tuple[str, ...]) -> None:
    """Notice: a run is about to walk these stages; `run` is its id."""


@hookspec
def psyco_stage_entered(run: str, stage: str) -> None:
    """Notice: a stage begins."""


@hookspec
def psyco_stage_left(run: str, stage: str, seconds: float, reused: bool) -> None:
    """Notice: a stage has ended; `reused` says that its earlier result was kept."""


@hookspec
def psyco_training_step(run: str, step: int, metrics: Mapping[str, float]) -> None:
    """Notice: an optimizer step was taken; metrics hold each loss by name."""


KINDS: Mapping[str, str] = {
    "encoder": "psyco_profile_encoders",
    "tokenizer": "psyco_tokenizers",
    "dataset": "psyco_datasets",
    "loss": "psyco_losses",
    "planner": "psyco_planners",
    "model": "psyco_model_backends",
    "temperature": "psyco_temperature_schedulers",
    "sampler": "psyco_samplers",
    "arranger": "psyco_arrangers",
    "rater": "psyco_raters",
    "exporter": "psyco_exporters",
}
