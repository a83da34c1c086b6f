"""`psyco plugins new`: what it writes works at once, and it writes over nothing."""

import subprocess
import sys
import tomllib

import pytest

from psychoscore_core.errors import PluginError
from psychoscore_core.testing.scaffold import SCAFFOLDS, write_plugin


@pytest.mark.parametrize("kind", SCAFFOLDS)
def test_its_own_tests_pass_at_once(kind, tmp_path):
    folder = write_plugin(f"my-{kind}", kind, tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout


def test_it_declares_its_entry_point(tmp_path):
    folder = write_plugin("my-scheduler", "temperature", tmp_path)
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["psychoscore"] == {"my-scheduler": "my_scheduler.plugin"}


def test_the_command_writes_a_scheduler_by_default(psyco, tmp_path):
    done = psyco("plugins", "new", "my-scheduler")
    assert done.stdout.startswith("wrote my-scheduler\n")
    assert "psyco_temperature_schedulers" in (tmp_path / "here/my-scheduler/my_scheduler/plugin.py").read_text()


def test_an_existing_folder_is_left_alone(tmp_path):
    (tmp_path / "my-scheduler").mkdir()
    with pytest.raises(PluginError, match="my-scheduler exists already; choose another name or folder"):
        write_plugin("my-scheduler", "temperature", tmp_path)
    assert not list((tmp_path / "my-scheduler").iterdir())


@pytest.mark.parametrize("name", ["My-Plugin", "../up", "a b", "", "-x", "1st", "a--b", "ä", "x/y", "x" * 61])
def test_a_bad_name_is_refused(name, tmp_path):
    with pytest.raises(PluginError, match="is no plugin name: use lower-case letters, digits and dashes"):
        write_plugin(name, "temperature", tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["json", "class", "pytest", "psychoscore-core"])
def test_a_name_that_python_has_already_is_refused(name, tmp_path):
    with pytest.raises(PluginError, match=f"'{name}' is no plugin name: Python already has a module"):
        write_plugin(name, "temperature", tmp_path)


def test_an_unknown_kind_is_refused(tmp_path):
    with pytest.raises(PluginError, match=r"no template for the kind 'temprature' \(did you mean 'temperature'\?\)"):
        write_plugin("my-scheduler", "temprature", tmp_path)


def test_a_place_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PluginError, match="cannot write"):
        write_plugin("my-scheduler", "temperature", tmp_path / "file")


def test_nothing_but_the_folder_is_left(tmp_path):
    write_plugin("my-scheduler", "temperature", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["my-scheduler"]
