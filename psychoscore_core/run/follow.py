"""The processes beside the first one when `torchrun --no-python psyco run` trains on several devices.

The first process walks the run as ever. The others wait until it trains, train along in its folder, and end.
All of them must be on one machine.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable
from typing import TypeVar

from psychoscore_core.report import Silent
from psychoscore_core.run.runner import PlannedRun

Found = TypeVar("Found")
POLL = 0.2  # seconds


def follows() -> bool:
    """Say whether this process is one beside the first."""
    return int(os.environ.get("RANK", "0")) > 0


def follow(planned: PlannedRun, poll: float = POLL) -> None:
    """Train along with the first process, where the run trains at all."""
    steps = {step.name: step for step in planned.steps}
    train = steps.get("train")
    if train is None or train.along is None or "train" in planned.done:
        return
    for name in train.needs:
        look = functools.partial(planned.folder.borrowed, name, steps[name].fingerprint)
        planned.results.pending[name] = (steps[name], _wait_for(look, poll))
    fingerprint = train.fingerprint
    train.along(_wait_for(lambda: planned.folder.at_work("train", fingerprint), poll), Silent())


def _wait_for(look: Callable[[], Found | None], poll: float) -> Found:
    """Look until there is something; torchrun ends this process when the first one fails."""
    while True:
        found = look()
        if found is not None:
            return found
        time.sleep(poll)
