from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EMOPIA = ROOT.parent / "shared" / "data" / "emopia" / "EMOPIA_2.2"
PSYCO = Path(sys.executable).parent / "psyco"


class Shell:
    """A folder and the `psyco` command in it, as a user has them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "PSYCO_USER_CONFIG": str(folder), "PSYCO_SYSTEM_CONFIG": str(folder)}

    def write(self, **config) -> Path:
        project = self.folder / "project"
        project.mkdir(exist_ok=True)
        (project / "psychoscore.json").write_text(json.dumps({"name": "piece", **config}))
        return project

    def psyco(self, *arguments):
        return subprocess.run(
            [PSYCO, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, *arguments):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen([PSYCO, *map(str, arguments)], cwd=self.folder, env=self.environment, **quiet)

    def run(self, *arguments) -> list[Path]:
        """Run the project and return the artifacts that it names."""
        done = self.psyco("run", "-C", "project", "-q", *arguments)
        assert done.returncode == 0, done.stderr
        return [self.folder / line for line in done.stdout.splitlines()]


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)


@pytest.fixture
def emopia():
    if not EMOPIA.is_dir():
        pytest.skip(f"EMOPIA is not at {EMOPIA}")
    return EMOPIA
