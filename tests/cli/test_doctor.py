"""`psyco doctor`: every sentence can be acted on."""

import json
import sys

import pytest

from psychoscore_core.cli import examination
from psychoscore_core.plugins import discover


@pytest.fixture
def findings(monkeypatch):
    monkeypatch.setattr(examination, "_gpu", lambda torch: {"devices": [], "note": "not asked"})
    return examination.examine(discover())


def ability(findings, what):
    return next(a for a in findings["abilities"] if what in a["what"])


def test_every_section_is_printed(psyco, install):
    install("psycho-bad", "raise ValueError('no moon')")
    done = psyco("doctor")
    titles = [line for line in done.stdout.splitlines() if line and not line.startswith(" ")]
    assert (done.returncode, titles) == (0, ["System", "Packages", "Plugins", "Folders", "Models", "What works"])
    assert "ValueError: no moon" in done.stdout


def test_json_has_every_section(psyco):
    found = json.loads(psyco("doctor", "--json").stdout)
    assert list(found) == ["system", "packages", "plugins", "conflicts", "folders", "models", "abilities"]


def test_an_absent_package_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(examination, "_version", lambda name: "" if name == "matplotlib" else "1.0")
    monkeypatch.setattr(examination, "_gpu", lambda torch: {"devices": [], "note": "not asked"})
    drawing = ability(examination.examine(discover()), "loss curves")
    assert (drawing["works"], drawing["remedy"]) == (False, "pip install matplotlib")


def test_an_absent_runtime_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(examination, "_version", lambda name: "" if name == "onnxruntime" else "1.0")
    monkeypatch.setattr(examination, "_gpu", lambda torch: {"devices": [], "note": "not asked"})
    playing = ability(examination.examine(discover()), "exported ONNX model")
    assert (playing["works"], playing["remedy"]) == (False, "pip install onnxruntime")


def test_an_absent_built_in_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("psychoscore_core.plugins.installed", list)
    monkeypatch.setattr(examination, "_gpu", lambda torch: {"devices": [], "note": "not asked"})
    composing = ability(examination.examine(discover()), "compose from a profile")
    assert not composing["works"]
    assert "pip install psychoscore-rules" in composing["remedy"]


def test_the_decode_step_in_use_is_named(findings):
    assert findings["system"]["decode step"].startswith(("native: ", "NumPy: "))


def test_why_the_decode_step_is_numpys_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "psychoscore_native.library", None)
    assert examination._decode_step() == "NumPy: psychoscore-native is not installed"


def test_no_gpu_is_no_failure(findings):
    assert ability(findings, "GPU")["remedy"] == "not asked; everything also runs on the CPU"


def test_without_torch_the_gpu_is_unknown():
    assert examination._gpu("")["note"] == "unknown: torch is not installed"


def test_a_failing_gpu_question_is_no_failure(monkeypatch):
    monkeypatch.setattr(examination, "_GPU_SCRIPT", "raise SystemExit(1)")
    assert examination._gpu("2.0")["note"] == "unknown: asking torch failed (CalledProcessError)"


def test_a_folder_that_cannot_be_written_is_told(monkeypatch):
    monkeypatch.setattr(examination, "_writable", lambda folder: False)
    assert "NOT WRITABLE" in examination._folders()["runs"]


def test_the_doctor_imports_nothing_heavy(psyco):
    done = psyco("doctor", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    assert "| torch\n" not in done.stderr


def test_where_models_lie_is_said(findings):
    pianist = next(model for model in findings["models"] if model["name"] == "pianist")
    assert (pianist["found"], pianist["problem"], pianist["hidden"]) == ("package", "", {})
    assert pianist["folder"].endswith("checkpoint")


def test_a_models_stronger_place_hides_the_weaker(tmp_path, monkeypatch):
    monkeypatch.setattr(examination, "_gpu", lambda torch: {"devices": [], "note": "not asked"})
    monkeypatch.setenv("PSYCO_USER_DATA", str(tmp_path / "user"))
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path / "data" / "pianist", tmp_path / "user" / "pianist"):
        folder.mkdir(parents=True)
        (folder / "checkpoint.json").write_text("{}")
    pianist = next(m for m in examination.examine(discover())["models"] if m["name"] == "pianist")
    assert (pianist["found"], list(pianist["hidden"])) == ("project", ["user", "package"])


def test_a_models_folder_that_holds_none_is_told(tmp_path, psyco):
    (tmp_path / "here" / "data" / "emotion").mkdir(parents=True)
    assert "emotion: no checkpoint.json there; a model's folder holds one" in psyco("doctor").stdout


def test_a_soundfont_that_is_named_is_said(psyco):
    found = json.loads(psyco("doctor", "--json", PSYCHOSCORE_SOUNDFONT="/fonts/piano.sf2").stdout)
    assert found["folders"]["soundfont"] == "/fonts/piano.sf2"
