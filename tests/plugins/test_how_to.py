"""The plugin that the how-to page writes is whole: its files are taken from the page, and its tests pass."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "write-a-plugin.md").read_text(encoding="utf-8")
FILES = ("psychoscore_dusk/plugin.py", "psychoscore_dusk/dusk.py", "tests/test_dusk.py")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def plugin(tmp_path):
    for name, source in zip(FILES, blocks("python"), strict=True):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
    (tmp_path / "pyproject.toml").write_text(blocks("toml")[0] + "\n[tool.pytest.ini_options]\npythonpath = ['.']\n")
    return tmp_path


def test_its_files_are_named_in_order():
    assert re.findall(r"^`([\w/]+\.py)`", PAGE, re.MULTILINE) == list(FILES)


def test_its_tests_pass(plugin):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", str(plugin)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=plugin, timeout=120, check=False)
    assert (done.returncode, "11 passed" in done.stdout) == (0, True), done.stdout


def test_its_entry_point_is_its_module():
    project = tomllib.loads(blocks("toml")[0])["project"]
    assert project["entry-points"]["psychoscore"] == {"dusk": FILES[0].removesuffix(".py").replace("/", ".")}


def test_its_project_uses_it_by_name():
    assert json.loads(blocks("json")[0])["temperature"]["use"] == "dusk"


def test_its_commands_exist():
    from psychoscore_core.cli.plugins import COMMANDS

    assert set(re.findall(r"psyco plugins (\w+) ", PAGE)) <= set(COMMANDS) | {"shows"}
