"""The shipped model as an RTNeural model, and the plugin in the kit."""

import json

import pytest

from psychoscore_core.cli.main import main
from psychoscore_core.testing.kit import check_plugin
from psychoscore_emotion import plugin
from psychoscore_emotion.names import FEATURES
from psychoscore_emotion.outputs import OUTPUTS
from psychoscore_rtneural.manifest import examined


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
