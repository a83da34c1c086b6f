"""The shipped model as an RTNeural model, and the plugin in the kit."""

import json

import numpy as np
import pytest

from psychoscore_core.cli.main import main
from psychoscore_core.testing.kit import check_plugin
from psychoscore_emotion import plugin
from psychoscore_emotion.exporting import to_tflite
from psychoscore_emotion.features import features_of
from psychoscore_emotion.names import FEATURES
from psychoscore_emotion.net import Net
from psychoscore_emotion.outputs import OUTPUTS
from psychoscore_rtneural.manifest import examined
from psychoscore_tflite.runtime import LiteStep
from psychoscore_tflite.verifying import examined as verified


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("emotion") / "rtneural"
    with pytest.raises(SystemExit) as end:
        main(["emotion", "export", "-o", str(folder)])
    assert end.value.code == 0
    return folder


def test_the_export_is_good_and_says_what_every_number_is(folder):
    assert all(finding.ok for finding in examined(folder))
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [layer["type"] for layer in manifest["layers"]] == ["dense", "activation", "lstm", "dense"]
    assert (manifest["inputs"], manifest["outputs"]) == (128, 64)
    assert (manifest["source"]["features"], manifest["source"]["outputs"]) == (list(FEATURES), list(OUTPUTS))


def test_the_self_test_holds_real_features(folder):
    rows = json.loads((folder / "self-test.json").read_text())["inputs"]
    assert (len(rows), len(rows[0])) == (100, 128)
    assert -100 <= rows[50][0] < 0  # a mel band in dB


def test_the_kit_finds_commands_and_no_components():
    assert check_plugin(plugin).outcomes == ()


@pytest.mark.parametrize("weights", ["float32", "float16", "int8"])
def test_a_tflite_model_is_close_to_the_net_over_500_steps(weights, tmp_path, capfd):
    with pytest.raises(SystemExit) as end:
        main(["emotion", "export", "--format", "tflite", "--weights", weights, "-o", str(tmp_path / "lite")])
    assert end.value.code == 0
    findings = {finding.file: finding for finding in verified(tmp_path / "lite")}
    assert all(finding.ok for finding in findings.values())
    assert findings["self-test.safetensors"].text.startswith("500 steps, error ")
    manifest = json.loads((tmp_path / "lite" / "manifest.json").read_text())
    assert (manifest["weights"], manifest["state"]) == (weights, 256)
    assert manifest["source"]["outputs"] == list(OUTPUTS)


def test_the_tflite_model_hears_what_the_net_hears(tmp_path):
    to_tflite(tmp_path / "lite")
    step, net = LiteStep((tmp_path / "lite" / "model.tflite").read_bytes()), Net()
    rows = features_of(0.1 * np.random.default_rng(0).standard_normal(22050 * 20)).astype(np.float32)
    found = np.concatenate([step.step({"row": row[None]})["output"] for row in rows])
    assert len(rows) == 500 and np.abs(found - net.push(rows)).max() < 1e-4


def test_rtneural_has_no_halves(capsys):
    with pytest.raises(SystemExit) as end:
        main(["emotion", "export", "--weights", "float16"])
    assert (end.value.code, capsys.readouterr().err) == (
        2,
        "error: --weights: RTNeural has float32 alone; --format tflite has others\n",
    )
