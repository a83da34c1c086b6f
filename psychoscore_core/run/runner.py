"""The walk: check, plan, then stage after stage, each reused where nothing that it depends on has changed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from psychoscore_core.config.explain import Resolved
from psychoscore_core.errors import RunError, did_you_mean
from psychoscore_core.plugins import Plugins
from psychoscore_core.records import Artifact, digest_of
from psychoscore_core.run.folder import RunFolder
from psychoscore_core.run.learning import Learning
from psychoscore_core.run.listener import RunReport
from psychoscore_core.run.making import Making
from psychoscore_core.run.parts import Parts
from psychoscore_core.run.steps import STAGES, Step, fingerprinted
from psychoscore_core.run.versions import versions
from psychoscore_core.whole_files import read_json, write_json

RUNS = "runs"


class Results(dict[str, Any]):
    """The values of the stages; one that was reused is read from disk when first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.pending: dict[str, tuple[Step, Path]] = {}

    def __missing__(self, name: str) -> Any:
        if name not in self.pending:
            raise RunError(f"stage {name} has not been done in this run")
        step, folder = self.pending[name]
        assert step.load is not None
        self[name] = step.load(folder)
        return self[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self or name in self.pending else default


@frozen(kw_only=True)
class PlannedRun:
    """A run before it is walked: its id, folder, steps, and which of them are already done."""

    id: str
    folder: RunFolder
    steps: tuple[Step, ...]
    results: Results
    done: Mapping[str, Path]
    forced: frozenset[str] = field(default=frozenset())


def plan_run(resolved: Resolved, folder: Path, first: str | None = None, last: str | None = None) -> PlannedRun:
    """Build the steps of a project's run, from the config alone; raises what is wrong before any work is done.

    first: stages from this one on are done anew. last: the walk ends after this stage.
    """
    _check_stage(first)
    _check_stage(last)
    results = Results()
    parts = Parts(resolved.project, folder)
    learning = Learning(parts, results)
    steps = fingerprinted(learning.steps() + Making(parts, learning, results).steps())
    run_id = f"{_slug(resolved.project.name)}-{digest_of([[s.name, s.fingerprint] for s in steps])[:8]}"
    run = RunFolder(folder / RUNS / run_id)
    anew = STAGES[STAGES.index(first) :] if first else ()
    steps = tuple(s for s in steps if not last or STAGES.index(s.name) <= STAGES.index(last))
    return PlannedRun(
        id=run_id,
        folder=run,
        steps=steps,
        results=results,
        done=_done(run, steps, anew),
        forced=frozenset(anew),
    )


def walk(planned: PlannedRun, resolved: Resolved, plugins: Plugins, quiet: bool = False) -> list[Artifact]:
    """Do the planned stages and return the files that came of them."""
    with planned.folder.locked():
        report = RunReport(planned.id, planned.folder.path, plugins.hook, quiet=quiet)
        record = _record(planned, resolved, plugins)
        write_json(planned.folder.path / "config.json", resolved.data)
        plugins.hook.psyco_run_planned(run=planned.id, stages=tuple(step.name for step in planned.steps))
        for step in planned.steps:
            record["stages"][step.name] = _walk_step(step, planned, report, plugins)
            write_json(planned.folder.path / "run.json", record)
        artifacts: list[Artifact] = planned.results.get("export", [])
        record["artifacts"] = [str(a.path.relative_to(planned.folder.path)) for a in artifacts]
        record["finished"] = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        write_json(planned.folder.path / "run.json", record)
    return artifacts


def _walk_step(step: Step, planned: PlannedRun, report: RunReport, plugins: Plugins) -> dict[str, Any]:
    plugins.hook.psyco_stage_entered(run=planned.id, stage=step.name)
    started = time.perf_counter()
    reused = planned.done.get(step.name)
    if reused:
        planned.results.pending[step.name] = (step, reused)
        folder = reused
    else:
        folder = _do(step, planned, report)
    seconds = time.perf_counter() - started
    _measure(step.name, planned.results, report, reused is not None)
    plugins.hook.psyco_stage_left(run=planned.id, stage=step.name, seconds=seconds, reused=bool(reused))
    place = str(folder.relative_to(planned.folder.path.parent)) if folder.exists() else None
    return {"fingerprint": step.fingerprint, "seconds": round(seconds, 3), "reused": bool(reused), "folder": place}


def _do(step: Step, planned: PlannedRun, report: RunReport) -> Path:
    if step.load is None:  # quick, nothing to keep
        planned.results[step.name] = step.run(planned.folder.path, report)
        return planned.folder.path / step.name
    part = planned.folder.begin(step.name, step.fingerprint, fresh=step.name in planned.forced)
    step.run(part, report)
    folder = planned.folder.finish(step.name)
    planned.results.pending[step.name] = (step, folder)  # read back from its final place
    return folder


def _measure(stage: str, results: Results, report: RunReport, reused: bool) -> None:
    """Log what a stage measured, beside the training steps that log themselves."""
    if stage == "evaluate" and not reused:
        report.measure(stage, results[stage])
    if stage == "rate" and not reused:
        for take, ratings in results[stage].items():
            report.measure(stage, {"take": take, **ratings})


def _done(run: RunFolder, steps: tuple[Step, ...], anew: tuple[str, ...]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for step in steps:
        if step.load is None or step.name in anew:
            continue
        look = run.borrowed if step.share else run.finished
        folder = look(step.name, step.fingerprint)
        if folder:
            found[step.name] = folder
    return found


def _record(planned: PlannedRun, resolved: Resolved, plugins: Plugins) -> dict[str, Any]:
    earlier = read_json(planned.folder.path / "run.json") or {}
    project = resolved.project
    return {
        "id": planned.id,
        "name": project.name,
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "versions": versions(plugins),
        "seeds": {"generation": project.generation.seed, "training": project.training.seed},
        "stages": dict(earlier.get("stages", {})),
    }


def _check_stage(name: str | None) -> None:
    if name is not None and name not in STAGES:
        raise RunError(f"no stage {name!r}{did_you_mean(name, STAGES)}; stages: {', '.join(STAGES)}")


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in name)
