"""What starting `psyco` imports: nothing heavy, whatever is installed; each measured in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import importlib_metadata
import pytest

from psychoscore_core.plugin_loading import GROUP, installed
from psychoscore_core.testing.imports import HEAVY, heavy_imports_of, modules_imported_by
from psychoscore_core.testing.installing import install_into

SCRIPT = """
import json, sys
from psychoscore_core.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
COMMANDS = [
    ["--help"],
    ["--version"],
    ["plugins"],
    ["plugins", "--json"],
    ["plugins", "show", "psychometric"],
    ["plugins", "--help"],
    ["config", "--help"],
    ["config", "show"],
    ["config", "schema"],
    ["run", "--help"],
    ["generate", "--help"],
    ["export", "--help"],
    ["export", "onnx", "--help"],
    ["doctor", "--help"],
    ["no-such-command"],
]
PLUGIN = """
from attrs import frozen
from psychoscore_core import Component, hookimpl

@frozen(kw_only=True)
class Config:
    level: float = 0.5

@hookimpl
def psyco_raters():
    yield Component(name="{0}", factory="{0}_code:Rater", config=Config, summary="A toy.")
"""


def modules_after(arguments, folder, *path):
    """Return the modules that are loaded when a command has ended in a folder."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*path, *(p for p in sys.path if p)])}
    command = [sys.executable, "-c", SCRIPT, *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=folder, timeout=120, check=False
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_that_makes_no_music_imports_nothing_heavy(arguments, tmp_path):
    (tmp_path / "psychoscore.json").write_text('{"name": "hamlet"}')
    assert sorted(set(HEAVY) & modules_after(arguments, tmp_path)) == []


def test_help_imports_no_command(tmp_path):
    assert "psychoscore_core.cli.run" not in modules_after(["--help"], tmp_path)
    assert "cattrs" not in modules_after(["--help"], tmp_path)


def test_one_way_of_reading_metadata(tmp_path):
    loaded = modules_after(["plugins"], tmp_path)
    assert ("importlib_metadata" in loaded, "importlib.metadata" in loaded) == (True, False)


@pytest.mark.parametrize("plugin", installed(), ids=lambda plugin: plugin.name)
def test_an_installed_plugin_is_light(plugin):
    assert heavy_imports_of(plugin.entry.module) == []


def test_fifty_plugins_are_loaded_and_none_is_built(tmp_path):
    for index in range(50):
        name = f"dummy-{index:02}"
        module = name.replace("-", "_")
        install_into(
            tmp_path / "site", name, {f"{module}.py": PLUGIN.format(module).replace("_0", "-0")}, {name: module}
        )
    loaded = modules_after(["plugins"], tmp_path, str(tmp_path / "site"))
    assert len([name for name in loaded if name.startswith("dummy_")]) == 50
    assert not [name for name in loaded if name.endswith("_code")]


def test_the_core_imports_nothing_heavy():
    for path in sorted(Path(__import__("psychoscore_core").__file__).parent.glob("*.py")):
        module = "psychoscore_core" if path.stem == "__init__" else f"psychoscore_core.{path.stem}"
        assert heavy_imports_of(module) == [], module


def test_the_measure_sees_what_is_heavy():
    assert "numpy" in modules_imported_by("numpy")
    assert heavy_imports_of("numpy") == ["numpy"]


def test_the_entry_point_exists():
    scripts = importlib_metadata.entry_points(group="console_scripts", name="psyco")
    assert [script.value for script in scripts] == ["psychoscore_core.cli.main:main"]
    assert GROUP == "psychoscore"
