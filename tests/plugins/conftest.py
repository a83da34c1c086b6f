"""Install throw-away plugins into a folder on the path of this process."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import frozen

from psychoscore_core import Component
from psychoscore_core.testing.installing import install_into
from psychoscore_core.testing.subject import Subject

HEAD = """
from attrs import frozen
from psychoscore_core import Component, Preset, ShippedModel, hookimpl

@frozen(kw_only=True)
class Config:
    '''Takes nothing.'''

def component(name):
    return Component(name=name, factory="somewhere.deep:Class", config=Config, summary="A toy.")
"""
Install = Callable[..., None]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on sys.path; what is imported from it is forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "") or "").startswith(str(folder)):
            del sys.modules[name]


@pytest.fixture
def install(site: Path) -> Install:
    """Install a plugin of one module: install("my-plugin", "source", version="1.0", entry="name")."""

    def put(name: str, source: str, version: str = "1.0", entry: str = "", head: str = HEAD) -> None:
        module = name.replace("-", "_")
        install_into(site, name, {f"{module}.py": head + source}, {entry or name: module}, version)

    return put


@frozen(kw_only=True)
class ToyConfig:
    """Takes a weight.

    weight: its share.
    """

    weight: float = 0.1


@pytest.fixture
def subject_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Subject]:
    """Make any class the component under test: subject_of("rater", MyRater)."""

    def make(kind: str, cls: type, config: type = ToyConfig, summary: str = "A toy.") -> Subject:
        module = types.ModuleType(f"toy_{cls.__name__.lower()}")
        module.Made = cls
        monkeypatch.setitem(sys.modules, module.__name__, module)
        component = Component(name="toy", factory=f"{module.__name__}:Made", config=config, summary=summary)
        return Subject(kind=kind, component=component, module="json")

    return make
