"""A run's folder on disk: stages appear whole or not at all, and one process writes at a time."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from psychoscore_core.errors import RunError
from psychoscore_core.whole_files import read_json, write_json

STAGE_FILE = "stage.json"
PART = ".part-"


@frozen
class RunFolder:
    """`runs/<id>/`: one folder a stage, a part folder while a stage is at work, and the run's own records."""

    path: Path

    def finished(self, stage: str, fingerprint: str) -> Path | None:
        """Return the folder of this stage's result with this fingerprint, if this run has it."""
        folder = self.path / stage
        record = read_json(folder / STAGE_FILE)
        return folder if isinstance(record, dict) and record.get("fingerprint") == fingerprint else None

    def borrowed(self, stage: str, fingerprint: str) -> Path | None:
        """Return the same from this run or from any other run beside it, the newest first."""
        mine = self.finished(stage, fingerprint)
        if mine or not self.path.parent.is_dir():
            return mine
        others = sorted(self.path.parent.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)
        found = (RunFolder(p).finished(stage, fingerprint) for p in others if p.is_dir())
        return next((folder for folder in found if folder), None)

    def begin(self, stage: str, fingerprint: str, fresh: bool) -> Path:
        """Return the part folder to work in: what a killed process left there stays, if it was the same work."""
        part = self.path / f"{PART}{stage}"
        record = read_json(part / STAGE_FILE)
        if fresh or not isinstance(record, dict) or record.get("fingerprint") != fingerprint:
            shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True, exist_ok=True)
        write_json(part / STAGE_FILE, {"stage": stage, "fingerprint": fingerprint, "job": _job()})
        return part

    def at_work(self, stage: str, fingerprint: str) -> Path | None:
        """Return the part folder once the first process of this very job has begun the stage in it."""
        part = self.path / f"{PART}{stage}"
        record = read_json(part / STAGE_FILE) or {}
        return part if (record.get("fingerprint"), record.get("job")) == (fingerprint, _job()) else None

    def finish(self, stage: str) -> Path:
        """Move the part folder into place as the stage's result and return it."""
        part, folder = self.path / f"{PART}{stage}", self.path / stage
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
        return folder

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run for this process; raises RunError where another live process holds it."""
        self.path.mkdir(parents=True, exist_ok=True)
        lock = self.path / "lock"
        try:
            handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            owner = read_json(lock)
            if isinstance(owner, int) and _alive(owner):
                raise RunError(f"{self.path}: process {owner} is at work on this run; wait for it or stop it") from None
            lock.unlink(missing_ok=True)  # its process is gone: a killed run may go on
            handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        os.write(handle, str(os.getpid()).encode())
        os.close(handle)
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def _job() -> str:
    """Return what the processes of one distributed job on this machine share: `torchrun` starts them all."""
    return f"{os.environ.get('MASTER_PORT', '')}-{os.getppid()}"


def _alive(process: int) -> bool:
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
