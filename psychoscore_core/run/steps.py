"""One stage as the runner sees it: what it depends on, how it runs, how its result is read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from psychoscore_core.component import Component
from psychoscore_core.records import digest_of
from psychoscore_core.report import Report

# In walking order; --from and --until take these names.
STAGES = (
    "tokenizer",
    "prepare",
    "train",
    "evaluate",
    "encode",
    "plan",
    "sample",
    "arrange",
    "rate",
    "export",
)


@frozen(kw_only=True)
class Step:
    """A stage of one run.

    facts: what the result depends on beside earlier steps (options, component versions, content digests).
    run: writes the result into a folder and returns its value. load: returns the value from that folder;
    None for a stage so quick that it is simply done again. needs: earlier steps whose results it reads.
    share: whether another run's equal result may serve. along: what the further processes of a distributed
    training do in the folder that the first one works in.
    """

    name: str
    run: Callable[[Path, Report], Any]
    load: Callable[[Path], Any] | None = None
    facts: Mapping[str, Any] = field(factory=dict)
    needs: tuple[str, ...] = ()
    share: bool = True
    along: Callable[[Path, Report], Any] | None = None
    fingerprint: str = ""


def fingerprinted(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the steps with fingerprints over their facts and the fingerprints of what they need."""
    done: dict[str, str] = {}
    result = []
    for step in steps:
        fingerprint = digest_of([step.name, dict(step.facts), [done[name] for name in step.needs if name in done]])
        done[step.name] = fingerprint
        result.append(evolve(step, fingerprint=fingerprint))
    return tuple(result)


def identity(component: Component, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a component decides its results: name, version, origin and options."""
    return {"use": component.name, "version": component.version, "origin": component.origin, "options": dict(options)}
