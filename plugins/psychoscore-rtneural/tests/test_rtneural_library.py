"""The compiled library gives torch's numbers; wants its source tree in RTNEURAL_DIR, cmake and a C++ compiler."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = os.environ.get("RTNEURAL_DIR", "")
NAMES = ("conv1d in groups", "gru of two layers", "lstm of three layers", "all, nested", "a forward of its own")

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not SOURCE, reason="RTNEURAL_DIR names no source tree of RTNeural"),
    pytest.mark.skipif(not shutil.which("cmake"), reason="there is no cmake on this computer"),
]


def compiled(folder, build):
    """Build the example and run it; returns its lines and its exit code."""
    source, made = build / "source", build / "made"  # one for all models, so that the library is compiled once
    shutil.copytree(folder, source, dirs_exist_ok=True)
    for command in (["cmake", "-S", source, "-B", made], ["cmake", "--build", made, "--target", "self_test"]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    found = subprocess.run([made / "self_test", folder], capture_output=True, text=True, check=False)
    return found.stdout.splitlines(), found.returncode


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    return tmp_path_factory.mktemp("build")


@pytest.mark.parametrize("name", [*NAMES, "activations", "batchnorm without scale"])
def test_the_library_agrees(name, module_named, exported, build):
    folder = Path(exported(module_named(name)))
    lines, code = compiled(folder, build)
    both = "define HAS_COMPILED_MODEL 1" in (folder / "compiled.h").read_text()
    assert (code, len(lines)) == (0, 2 if both else 1)
    assert all(float(line.split("error ")[1].split(",")[0]) < 1e-5 for line in lines)


def test_the_example_notices_wrong_weights(module_named, exported, build, tmp_path):
    folder = Path(exported(module_named("dense")))
    other = Path(exported(module_named("dense without bias"), "other"))
    shutil.copy(other / "model.json", folder / "model.json")
    lines, code = compiled(folder, build)
    assert code == 1 and lines[0].startswith("BAD model.json: error ")
