"""Write a plugin distribution whose own tests pass at once."""

from __future__ import annotations

import importlib.util
import keyword
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from string import Template
from types import MappingProxyType

from psychoscore_core.errors import PluginError, did_you_mean
from psychoscore_core.hookspecs import KINDS

TEMPLATES = Path(__file__).parent / "template"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# Per kind: the summary, what it needs beside the core, and how a config chooses it.
SCAFFOLDS: Mapping[str, tuple[str, tuple[str, ...], str]] = MappingProxyType(
    {
        "temperature": (
            "A temperature that moves in a straight line through the piece.",
            (),
            '{{"temperature": {{"use": "{}"}}}}',
        ),
        "dataset": ("Scales, one a piece.", ("symusic>=0.5",), '{{"datasets": {{"{}": {{}}}}}}'),
        "loss": ("A penalty for predictions that are too sure.", ("torch",), '{{"losses": {{"{}": {{}}}}}}'),
        "exporter": ("The notes of a take as a CSV file.", ("symusic>=0.5",), '{{"exporters": {{"{}": {{}}}}}}'),
        "rater": ("The number of notes a bar.", ("symusic>=0.5",), '{{"raters": {{"{}": {{}}}}}}'),
        "arranger": ("Every note doubled at an interval.", ("symusic>=0.5",), '{{"arrangers": {{"{}": {{}}}}}}'),
    }
)


def write_plugin(name: str, kind: str, into: Path) -> Path:
    """Write the distribution `into/name` and return its folder; raises PluginError where it cannot.

    The folder appears when it is complete, so that a failure in the middle leaves nothing.
    """
    _check(name, kind, into)
    folder = into / name
    try:
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=into, prefix=f".{name}-") as partial:
            for place, text in _files(name, kind).items():
                path = Path(partial) / name / place
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            (Path(partial) / name).rename(folder)
    except OSError as error:
        raise PluginError(f"cannot write {folder}: {error.strerror or error}") from error
    return folder


def _check(name: str, kind: str, into: Path) -> None:
    if kind not in SCAFFOLDS:
        raise PluginError(f"there is no template for the kind {kind!r}{did_you_mean(kind, SCAFFOLDS)}")
    if not NAME.fullmatch(name) or len(name) > 60:
        raise PluginError(f"{name!r} is no plugin name: use lower-case letters, digits and dashes, as in my-scheduler")
    package = name.replace("-", "_")
    if keyword.iskeyword(package) or importlib.util.find_spec(package) is not None:
        raise PluginError(f"{name!r} is no plugin name: Python already has a module {package!r}")
    if os.path.lexists(into / name):
        raise PluginError(f"{into / name} exists already; choose another name or folder")


def _files(name: str, kind: str) -> dict[str, str]:
    package = name.replace("-", "_")
    values = _values(name, kind, package)

    def fill(template: str) -> str:
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        return Template(text).substitute(values)

    values |= {"config": fill(f"{kind}/config.txt"), "test": fill(f"{kind}/test.txt").rstrip()}
    return {
        "pyproject.toml": fill("distribution/pyproject.toml.txt"),
        "README.md": fill("distribution/README.md.txt"),
        f"{package}/__init__.py": fill("distribution/init.py.txt"),
        f"{package}/plugin.py": fill("distribution/plugin.py.txt"),
        f"{package}/{kind}.py": fill(f"{kind}/component.txt"),
        "tests/test_plugin.py": fill("distribution/test_plugin.py.txt"),
    }


def _values(name: str, kind: str, package: str) -> dict[str, str]:
    summary, needs, example = SCAFFOLDS[kind]
    return {
        "name": name,
        "kind": kind,
        "package": package,
        "module": kind,
        "cls": "".join(part.capitalize() for part in name.split("-")),
        "hook": KINDS[kind],
        "summary": summary,
        "example": example.format(name),
        "dependencies": ", ".join(f'"{need}"' for need in ("attrs>=24", "psychoscore>=0.1", *needs)),
    }
