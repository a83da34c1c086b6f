from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that factories and worker processes find fake_parts

import fake_parts

from psychoscore_core.config.layers import load_project
from psychoscore_core.run.runner import plan_run, walk


class Project:
    """A project folder that can be run as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalogue = fake_parts.Catalogue()

    def write(self, **config):
        (self.folder / "psychoscore.json").write_text(json.dumps({"name": "hamlet", **config}))
        return self

    def resolve(self):
        return load_project(self.folder, self.catalogue)

    def plan(self, first=None, last=None):
        return plan_run(self.resolve(), self.folder, first, last)

    def run(self, first=None, last=None):
        planned = self.plan(first, last)
        fake_parts.CALLS.clear()
        walk(planned, self.resolve(), self.catalogue, quiet=True)
        return planned


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("PSYCO_USER_CONFIG", str(tmp_path / "user"))
    monkeypatch.setenv("PSYCO_SYSTEM_CONFIG", str(tmp_path / "system"))
    return Project(tmp_path)


@pytest.fixture
def trained(project):
    return project.write(
        model={"use": "fake"}, datasets={"fake": {"pieces": 40}}, training={"steps": 5}, generation={"bars": 3}
    )
