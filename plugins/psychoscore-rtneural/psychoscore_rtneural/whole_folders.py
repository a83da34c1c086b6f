"""A folder that appears whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psychoscore_core.errors import RunError


@contextmanager
def whole_folder(target: Path, mark: str) -> Iterator[Path]:
    """Give a scratch folder that becomes `target` when the block ends well, and goes when it fails.

    An empty folder is replaced, and one that holds the file `mark`, for that is an older one of the same kind. Raises
    RunError where anything else is there.
    """
    if os.path.lexists(target) and not _may_go(target, mark):
        raise RunError(f"{target}: is there already, and is no older export: choose another folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        fresh, older = scratch / "fresh", scratch / "older"
        fresh.mkdir()
        yield fresh
        if target.exists():
            target.rename(older)
        try:
            fresh.rename(target)
        except OSError:
            if older.exists():
                older.rename(target)
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _may_go(target: Path, mark: str) -> bool:
    if target.is_symlink() or not target.is_dir():
        return False
    return (target / mark).is_file() or not any(target.iterdir())
