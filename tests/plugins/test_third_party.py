"""The example of a foreign distribution, installed in a fresh environment and used by name.

The environment is a new venv with its own copy of the plugin; the packages of this one (torch and the built-in
plugins take minutes to install) are lent to it through a .pth file.
"""

import json
import os
import shutil
import site
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "third-party"
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """Return a function that runs a module's command in the fresh environment, the plugin being installed there."""
    folder = tmp_path_factory.mktemp("foreign")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"

    def run(*arguments, cwd=folder):
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment |= {f"PSYCO_{layer}_CONFIG": str(folder / layer) for layer in ("USER", "SYSTEM")}
        command = [str(python), *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=500, check=False
        )

    source = shutil.copytree(EXAMPLE, folder / "source", ignore=shutil.ignore_patterns("*.egg-info", "build"))
    # A .pth line that calls addsitedir also reads the .pth files of the lent folder: editable installs come along.
    lent = "\n".join(f"import site; site.addsitedir({path!r})" for path in _packages())
    own = run("-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])").stdout.strip()
    (Path(own) / "lent.pth").write_text(lent + "\n")
    built = run("-m", "pip", "install", "-q", "--no-index", "--no-build-isolation", "--no-deps", source)
    assert built.returncode == 0, built.stderr
    return run


def _packages():
    return sorted({sysconfig.get_paths()["purelib"], *(p for p in site.getsitepackages() if p in sys.path)})


def psyco(foreign, *arguments, **where):
    return foreign("-c", "from psychoscore_core.cli.main import main; main()", *arguments, **where)


def test_it_is_installed_there_and_not_here(foreign):
    shown = foreign("-c", "import psychoscore_nightfall; print(psychoscore_nightfall.__file__)")
    assert str(Path("venv") / "lib") in shown.stdout.lower()


def test_it_is_listed_with_what_it_offers(foreign):
    plugins = json.loads(psyco(foreign, "plugins", "--json").stdout)["plugins"]
    ours = next(plugin for plugin in plugins if plugin["name"] == "nightfall")
    assert (ours["distribution"], ours["version"], ours["state"]) == ("psychoscore-nightfall", "0.2.0", "loaded")
    assert [f"{o['kind']}:{o['name']}" for o in ours["offers"]] == ["dataset:nocturnes", "temperature:nightfall"]


def test_it_conforms(foreign):
    checked = psyco(foreign, "plugins", "check", "psychoscore-nightfall")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "0 failed, 0 skipped" in checked.stdout


def test_its_own_tests_pass(foreign, tmp_path):
    tests = shutil.copytree(EXAMPLE / "tests", tmp_path / "tests")
    done = foreign("-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", tests, cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_its_project_makes_music_with_it_by_name(foreign, tmp_path):
    project = shutil.copytree(EXAMPLE / "project", tmp_path / "project")
    done = psyco(foreign, "run", "--plugins", "nightfall", cwd=project)
    assert done.returncode == 0, done.stderr
    written = [Path(line) for line in done.stdout.split() if line.endswith(".mid")]
    assert written, done.stdout
    assert (project / written[0]).read_bytes().startswith(b"MThd")
    resolved = json.loads(next(project.glob("runs/*/config.json")).read_text())
    assert (resolved["temperature"]["use"], resolved["temperature"]["midnight"]) == ("nightfall", 0.5)


def test_without_it_its_project_says_what_is_missing(foreign, tmp_path):
    project = shutil.copytree(EXAMPLE / "project", tmp_path / "project")
    done = psyco(foreign, "run", "--no-plugin", "nightfall", cwd=project)
    assert done.returncode == 2
    assert "no plugin offers the temperature 'nightfall'" in done.stderr
    assert "left out by --plugins or --no-plugin: nightfall" in done.stderr


def test_each_of_its_modules_is_under_forty_lines():
    for path in (EXAMPLE / "psychoscore_nightfall").glob("*.py"):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        assert len(lines) < 40, path.name
