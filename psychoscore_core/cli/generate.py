"""`psyco generate`: one profile in, one MIDI file out, no run folder."""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from psychoscore_core.cli.options import config_options, plugin_options
from psychoscore_core.errors import ConfigError, RunError

if TYPE_CHECKING:
    from psychoscore_core.config.explain import Resolved

PROFILES = "generation.profiles"


@click.command()
@click.argument("profile")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The MIDI file to write.")
@click.option("-C", "--folder", type=click.Path(path_type=Path), default=".", help="The project's folder, if any.")
@click.option("--bars", type=int, help="Number of bars.")
@click.option("--seed", type=int, help="Seed; the same profile, seed and version give the same bytes.")
@plugin_options
@config_options
def generate(
    profile: str,
    output: Path,
    folder: Path,
    bars: int | None,
    seed: int | None,
    plugins: tuple[str, ...] | None,
    no_plugin: tuple[str, ...],
    preset: str | None,
    sets: tuple[str, ...],
) -> None:
    """Write the music of PROFILE (a JSON file, or a bundled profile's name) to a MIDI file.

    Inside a project its config applies; a model that the project has trained is used as it is.
    """
    if output.suffix.lower() not in (".mid", ".midi"):
        raise ConfigError(f"-o {output}: the output must end in .mid")
    if not output.parent.is_dir():
        raise ConfigError(f"-o {output}: the folder {output.parent} does not exist")
    if output.is_dir():
        raise ConfigError(f"-o {output}: is a folder, not a file")
    given: dict[str, Any] = {"generation.bars": bars, "generation.seed": seed}
    source = str(Path(profile).resolve()) if Path(profile).exists() else profile
    given |= {"name": _title(profile), "generation.profile": source, "generation.takes": 1, PROFILES: None}
    given |= {"generation.timeline": []}  # a profile of its own
    extra = [f"{key}={json.dumps(value)}" for key, value in given.items() if value is not None or key == PROFILES]
    for path in _write(folder, output, plugins, no_plugin, preset, (*sets, *extra)):
        click.echo(path)


def _title(profile: str) -> str:
    """Return the piece's name: the profile's own, as far as a name may have its letters."""
    from psychoscore_core.config.model import NAME

    stem = Path(profile).name.split(".")[0]
    return stem if re.fullmatch(NAME, stem) and len(stem) <= 100 else "piece"


def _write(
    folder: Path,
    output: Path,
    plugins: tuple[str, ...] | None,
    no_plugin: tuple[str, ...],
    preset: str | None,
    sets: tuple[str, ...],
) -> list[Path]:
    from psychoscore_core.config.layers import load_project
    from psychoscore_core.plugins import discover
    from psychoscore_core.run.runner import plan_run

    found = discover(plugins, no_plugin)
    resolved = load_project(folder, found, preset=preset, sets=sets, required=False)
    planned = plan_run(_of_one_take(resolved), folder, last="export")
    steps = {step.name: step for step in planned.steps}
    if "train" in steps and "train" not in planned.done:
        raise RunError("this project's model has not been trained yet: `psyco run` first, or --set model=rules")
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".psyco-") as scratch:
        for name, done in planned.done.items():
            if name in ("tokenizer", "prepare", "train"):
                planned.results.pending[name] = (steps[name], done)
        return _make(steps, planned.results, Path(scratch), output)


def _of_one_take(resolved: Resolved) -> Resolved:
    """Return the config with the exporters of single takes alone: there is no run here."""
    from psychoscore_core.building import factory_of

    slots = resolved.project.exporters
    kept = {name: slot for name, slot in slots.items() if hasattr(factory_of(slot.component), "export_take")}
    return evolve(resolved, project=evolve(resolved.project, exporters=kept))


def _make(steps: dict[str, Any], results: Any, scratch: Path, output: Path) -> list[Path]:
    from psychoscore_core.report import Silent

    for name in ("encode", "plan", "sample", "arrange", "rate", "export"):
        results[name] = steps[name].run(scratch, Silent())
    written = []
    for artifact in results["export"]:
        target = output if artifact.path.suffix == ".mid" else output.with_suffix(artifact.path.suffix)
        os.replace(artifact.path, target)  # noqa: PTH105  # atomic within one file system
        written.append(target)
    return written
