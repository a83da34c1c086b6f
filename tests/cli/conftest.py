"""Run `psyco` in a process of its own, with throw-away plugins on its path."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from psychoscore_core.testing.installing import install_into

Psyco = Callable[..., "subprocess.CompletedProcess[str]"]
RUN = "from psychoscore_core.cli.main import main; main()"
HEAD = """
from attrs import frozen
from psychoscore_core import Component, Preset, hookimpl

@frozen(kw_only=True)
class Config:
    '''Options of a toy.

    level: how much of it; 0 to 1.
    '''

    level: float = 0.5

def component(name):
    return Component(name=name, factory="somewhere.deep:Class", config=Config, summary="A toy.")
"""


@pytest.fixture
def psyco(tmp_path: Path) -> Psyco:
    """Run a command: psyco("plugins", "--json", PSYCO_TRACEBACK="1")."""
    (tmp_path / "here").mkdir()
    (tmp_path / "site").mkdir(exist_ok=True)

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(tmp_path / "site"), *(p for p in sys.path if p)])
        folders = {f"PSYCO_{layer}_CONFIG": str(tmp_path / layer) for layer in ("USER", "SYSTEM")}
        command = [sys.executable, "-c", RUN, *arguments]
        settings = os.environ | {"PYTHONPATH": path} | folders | environment
        return subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path / "here", env=settings, timeout=120, check=False
        )

    return run


@pytest.fixture
def install(tmp_path: Path) -> Callable[..., None]:
    """Install a plugin of one module where psyco() sees it."""

    def put(name: str, source: str, version: str = "1.0") -> None:
        module = name.replace("-", "_")
        install_into(tmp_path / "site", name, {f"{module}.py": HEAD + source}, {name: module}, version)

    return put
