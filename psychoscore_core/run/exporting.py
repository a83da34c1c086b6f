"""Exports without a run: a trained model becomes files in other formats, and such files are verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from psychoscore_core.building import build, factory_of
from psychoscore_core.config.explain import Resolved
from psychoscore_core.config.model import Slot
from psychoscore_core.errors import CheckpointError, ConfigError, PluginError, RunError, did_you_mean
from psychoscore_core.plugins import Plugins
from psychoscore_core.records import Artifact, Checkpoint
from psychoscore_core.run.learning import TOKENIZER, Learning, checkpoint_of
from psychoscore_core.run.parts import Parts
from psychoscore_core.run.runner import plan_run
from psychoscore_core.stages.export import Finding, export
from psychoscore_core.whole_files import read_json

MANIFEST = "manifest.json"
MANIFEST_LIMIT = 1 << 24  # bytes


def export_model(
    resolved: Resolved, folder: Path, target: Path, name: str | None = None, checkpoint: Path | None = None
) -> list[Artifact]:
    """Write a trained model with one exporter of checkpoints of the config, or with all, and return the files.

    checkpoint: a folder; else the model that the project in `folder` has trained, names, or comes with.
    """
    slots = _slots(resolved, name)
    found = _checkpoint(resolved, folder, checkpoint)
    exporters = {key: build(slot.component, slot.options) for key, slot in slots.items()}
    is_new = not target.exists()
    target.mkdir(parents=True, exist_ok=True)
    try:
        return export(exporters, (), found, target)
    finally:
        if is_new and not any(target.iterdir()):
            target.rmdir()  # an export that failed leaves nothing


def verify(folder: Path, plugins: Plugins) -> Sequence[Finding]:
    """Let the exporter that wrote a folder examine it; raises CheckpointError where the folder names none."""
    path = folder / MANIFEST
    small = path.is_file() and path.stat().st_size <= MANIFEST_LIMIT
    manifest = read_json(path) if small else None
    name = manifest.get("format") if isinstance(manifest, dict) else None
    if not isinstance(name, str):
        raise CheckpointError(f"{path}: no manifest that names its format: not a folder that `psyco export` wrote")
    offered = plugins.components("exporter")
    if name not in offered:
        raise PluginError(f"{path}: no installed exporter knows the format {name[:40]!r}")
    exporter = build(offered[name], offered[name].config())
    if not hasattr(exporter, "verify"):
        raise PluginError(f"{path}: the exporter {name} ({offered[name].origin}) cannot verify what it wrote")
    findings: Sequence[Finding] = exporter.verify(folder)
    return findings


def _slots(resolved: Resolved, name: str | None) -> Mapping[str, Slot]:
    slots = resolved.project.exporters
    if name is not None and name not in slots:
        raise ConfigError(f"exporters.{name}: there is no such exporter in this project{did_you_mean(name, slots)}")
    chosen = {key: slot for key, slot in slots.items() if name in (None, key)}
    found = {key: slot for key, slot in chosen.items() if hasattr(factory_of(slot.component), "export_checkpoint")}
    if not found:
        what = f"{name} exports takes, not models" if name else "no exporter of this project exports a model"
        raise ConfigError(f"export: {what}; name one that does, as in `psyco export onnx`")
    return found


def _checkpoint(resolved: Resolved, folder: Path, given: Path | None) -> Checkpoint:
    if given is not None:
        if not (given / TOKENIZER).is_dir():
            return checkpoint_of(given)  # it speaks no tokens: a model that listens, say
        return Learning(Parts(resolved.project, folder), {}).spoken(given, alone=True)
    planned = plan_run(resolved, folder)
    steps = {step.name: step for step in planned.steps}
    for name, done in planned.done.items():
        planned.results.pending[name] = (steps[name], done)
    found = Learning(Parts(resolved.project, folder), planned.results).checkpoint()
    if found is None:
        raise RunError("export: this project has no trained model: `psyco run` first, or name one with --checkpoint")
    return found
