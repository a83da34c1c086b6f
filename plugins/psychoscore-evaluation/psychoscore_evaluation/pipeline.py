"""A project's own way from profiles to takes, walked in this process: encode, plan, sample, arrange."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from psychoscore_core.config.explain import Resolved
from psychoscore_core.errors import RunError
from psychoscore_core.profile import Profile
from psychoscore_core.records import Take
from psychoscore_core.report import Report, Silent
from psychoscore_core.run.learning import Learning
from psychoscore_core.run.parts import Parts
from psychoscore_core.run.runner import plan_run
from psychoscore_core.stages.encode import Asked, encode

CHUNK = 48  # takes that are sampled together: enough for a batch, few enough for a smooth bar


class Pipeline:
    """The making stages of a project, for any profiles; a trained model is used as it is.

    Raises RunError where the project's model has yet to be trained.
    """

    def __init__(self, resolved: Resolved, folder: Path, report: Report | None = None) -> None:
        planned = plan_run(resolved, folder, last="arrange")
        steps = {step.name: step for step in planned.steps}
        if "train" in steps and "train" not in planned.done:
            raise RunError("this project's model has not been trained yet: `psyco run` first, or --set model=rules")
        for name, done in planned.done.items():
            if name in ("tokenizer", "prepare", "train"):
                planned.results.pending[name] = (steps[name], done)
        self.project, self.folder, self.report = resolved.project, folder, report or Silent()
        self.parts = Parts(resolved.project, folder)
        self._steps, self._results = steps, planned.results

    def takes(self, profiles: Mapping[str, Profile], seeds: int, *, label: str = "takes") -> list[Take]:
        """Return the takes of all profiles, `seeds` of each in turn, from the project's seed on; label: of the bar."""
        asked = encode(self.parts.encoder, profiles, evolve(self.project.generation, takes=seeds))
        done: list[Take] = []
        with tempfile.TemporaryDirectory(prefix="psyco-evaluate-") as scratch:
            for start in range(0, len(asked), CHUNK):
                done += self._made(asked[start : start + CHUNK], Path(scratch))
                self.report.progress(label, len(done), len(asked))
        return done

    def load(self) -> None:
        """Load the trained model into `parts`, with the tokenizer that it was trained with."""
        Learning(self.parts, self._results).load_model()

    def _made(self, asked: Sequence[Asked], scratch: Path) -> list[Take]:
        results: Any = self._results
        results["encode"] = list(asked)
        results["plan"] = self._steps["plan"].run(scratch, Silent())
        results["sample"] = self._steps["sample"].run(scratch, Silent())
        takes: list[Take] = self._steps["arrange"].run(scratch, Silent())
        return takes
