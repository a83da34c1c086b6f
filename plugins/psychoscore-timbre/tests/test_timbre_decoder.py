"""The decoder in NumPy and in LiteRT is the one in torch; checkpoints are not trusted."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from psychoscore_core.cli.main import main
from psychoscore_core.errors import CheckpointError
from psychoscore_core.testing.kit import check_plugin
from psychoscore_tflite.graphs import read_graph
from psychoscore_tflite.runtime import LiteStep
from psychoscore_tflite.verifying import examined
from psychoscore_timbre import plugin
from psychoscore_timbre.architecture import Sizes, decoder_graph
from psychoscore_timbre.decoder import CHECKPOINT, Decoder, read_decoder
from psychoscore_timbre.names import INPUTS, OUTPUTS
from psychoscore_timbre.training import module as in_torch


@pytest.fixture
def inputs():
    random = np.random.default_rng(0)
    pitch, loudness = (np.cumsum(random.normal(0, 0.02, 500)) % 1.0 for _ in range(2))
    return np.stack([pitch, loudness], axis=1).astype(np.float32)


def torch_gives(net, inputs):
    graph = {layer.name: layer.outputs for layer in net.graph.layers}
    module = in_torch.Decoder(Sizes(dense=graph["f0_1"], memory=graph["gru"]))
    module.load_state_dict({name: torch.from_numpy(array) for name, array in net.weights.items()})
    with torch.no_grad():
        amplitudes, distribution, noise = module(torch.from_numpy(inputs)[None])
    return amplitudes[0].numpy(), distribution[0].numpy(), noise[0].numpy()


def test_numpy_gives_what_torch_gives(inputs):
    found = Decoder().push(inputs, np.full(500, 220.0))
    amplitudes, distribution, noise = torch_gives(read_decoder(), inputs)
    assert np.abs(found.amplitudes - amplitudes).max() < 1e-4
    assert np.abs(found.distribution - distribution).max() < 1e-4
    assert np.abs(found.noise - noise).max() < 1e-4


def test_rows_one_by_one_give_what_all_at_once_give(inputs):
    one, all_ = Decoder(), Decoder()
    wanted = all_.push(inputs, np.full(500, 220.0))
    found = [one.push(row[None], np.array([220.0])) for row in inputs]
    assert np.array_equal(np.concatenate([part.noise for part in found]), wanted.noise)


@pytest.mark.parametrize("weights", ["float32", "float16", "int8"])
def test_500_steps_in_litert_are_close_to_the_net(weights, tmp_path, capfd):
    with pytest.raises(SystemExit) as end:
        main(["ddsp", "export", "--weights", weights, "-o", str(tmp_path / "lite")])
    assert end.value.code == 0
    findings = examined(tmp_path / "lite")
    assert all(finding.ok for finding in findings)
    assert findings[-1].text.startswith("500 steps, error ")


def test_litert_plays_what_torch_plays(inputs, tmp_path):
    from psychoscore_timbre.exporting import export_model

    export_model(tmp_path / "lite")
    step = LiteStep((tmp_path / "lite" / "model.tflite").read_bytes())
    assert step.shapes == {"f0_scaled": (1, 1), "loudness_scaled": (1, 1), "state": (1, 192)}
    found = [step.step({name: row[None, i : i + 1] for i, name in enumerate(INPUTS)}) for row in inputs]
    amplitudes, *others = torch_gives(read_decoder(), inputs)
    for name, wanted in zip(OUTPUTS, (amplitudes[:, None], *others), strict=True):
        assert np.abs(np.concatenate([one[name] for one in found]) - wanted).max() < 1e-4


@pytest.mark.long  # a step of the published size moves 16 MB of weights
def test_the_published_size_is_as_close(inputs, make_checkpoint, tmp_path):
    from psychoscore_timbre.exporting import export_model

    folder = make_checkpoint(dense=512, memory=512)
    for weights in ("float32", "float16"):
        export_model(tmp_path / weights, weights, folder)
        assert all(finding.ok for finding in examined(tmp_path / weights))


def test_the_manifest_says_what_the_numbers_are(tmp_path):
    from psychoscore_timbre.exporting import export_model

    export_model(tmp_path / "lite")
    manifest = json.loads((tmp_path / "lite" / "manifest.json").read_text())
    assert list(manifest["graph"]["outputs"]) == list(OUTPUTS)
    assert manifest["source"]["frames_a_step"] == 320


def test_the_weights_are_small_and_are_what_the_graph_asks_for():
    assert (CHECKPOINT / "model.safetensors").stat().st_size < 2_000_000
    graph = json.loads((CHECKPOINT / "graph.json").read_text())
    assert graph == decoder_graph(Sizes()) and read_graph(graph)


def test_another_net_is_no_timbre(make_checkpoint):
    folder = make_checkpoint()
    graph = json.loads((folder / "graph.json").read_text())
    (folder / "graph.json").write_text(json.dumps(graph | {"outputs": {"other": "noise"}}))
    with pytest.raises(CheckpointError, match=r"a net from f0_scaled, loudness_scaled to other is no timbre: one goes"):
        read_decoder(folder)


def test_a_folder_without_a_net_is_one_line(tmp_path):
    with pytest.raises(CheckpointError, match=r"no graph\.json or layers\.json there describes a net of layers"):
        read_decoder(tmp_path)


def test_the_kit_finds_commands_and_no_components():
    assert check_plugin(plugin).outcomes == ()
