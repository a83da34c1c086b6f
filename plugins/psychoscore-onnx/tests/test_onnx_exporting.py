"""The exporter: whole folders, the same bytes each time, and refusals that leave nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from attrs import asdict, evolve

from psychoscore_core.errors import CheckpointError
from psychoscore_onnx import models
from psychoscore_onnx.exporter import OnnxExporter
from psychoscore_onnx.folder import open_folder
from psychoscore_onnx.plugin import OnnxExportConfig
from psychoscore_onnx.scales import scales
from psychoscore_onnx.sizes import Sizes
from psychoscore_training.known import Known
from psychoscore_transformer.numpy_engine import NumpyEngine


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("quantization", ["none", "int8"])
def test_exporting_twice_gives_the_same_bytes(make, tmp_path, quantization):
    found = []
    for place in ("a", "b/c"):
        checkpoint = make.checkpoint(tmp_path / place / "checkpoint")
        found.append(files_of(make.export(checkpoint, tmp_path / place, quantization=quantization)))
    assert found[0] == found[1]


def test_all_that_a_player_needs_is_there(folder_of):
    assert sorted(files_of(folder_of())) == [
        "checkpoint.json",
        "encoder.json",
        "family.1.onnx",
        "family.2.onnx",
        "generate.py",
        "manifest.json",
        "prior.onnx",
        "self-test.safetensors",
        "step.onnx",
        "tokenizer/toy.json",
        "vocabulary.json",
    ]


def test_the_manifest_says_where_the_model_comes_from(folder_of):
    facts = json.loads((folder_of() / "manifest.json").read_text())
    assert (facts["format"], facts["version"], facts["opset"]) == ("onnx", 1, 23)
    assert (facts["source"]["steps"], facts["source"]["metrics"]) == (7, {"nats": 1.5})
    assert len(facts["source"]["sha256"]) == 64 and facts["prompt"] == [[1, 0, 0], [2, 0, 0]]


@pytest.mark.parametrize("quantization", ["none", "int8"])
def test_graphs_are_sound_onnx(folder_of, shape, quantization):
    for path in sorted(folder_of(shape, quantization).glob("*.onnx")):
        model = onnx.load(path, load_external_data=False)
        onnx.checker.check_model(model)
        assert {opset.domain: opset.version for opset in model.opset_import} == {"": 23, "com.microsoft": 1}


def test_opset_24_gives_the_same_logits(make, tmp_path):
    name = "several families, styles"
    sizes, checkpoint = make.sizes(name), make.checkpoint(tmp_path / "checkpoint", name)
    streams, music = make.streams(sizes, 2), make.music(sizes, 2, 20)
    folder = make.export(checkpoint, tmp_path, opset=24)
    found = make.along(open_folder(folder, 1).engine, streams, music)
    wanted = make.along(NumpyEngine(sizes, make.weights(sizes)), streams, music)
    assert np.abs(found - wanted).max() < 1e-4 * np.abs(wanted).max()


def test_what_training_never_showed_is_never_drawn(make, tmp_path):
    known = Known(unseen=(frozenset({4, 9}), frozenset(), frozenset({0})), profiles=False)
    folder = make.export(make.checkpoint(tmp_path / "checkpoint", known=known), tmp_path)
    sizes, streams = make.sizes("no styles"), make.streams(make.sizes("no styles"), 2)
    found = make.along(open_folder(folder, 1).engine, streams, make.music(sizes, 2, 5))
    assert np.flatnonzero(np.isneginf(found[0, 0])).tolist() == [4, 9, 28]
    assert json.loads((folder / "manifest.json").read_text())["hidden"] == [4, 9]


def test_a_profile_that_training_never_showed_counts_as_none(make, tmp_path):
    folder = make.export(make.checkpoint(tmp_path / "checkpoint", known=Known(profiles=False)), tmp_path)
    sizes, engine = make.sizes("no styles"), open_folder(folder, 1).engine
    stream, music = make.streams(sizes, 1)[0], make.music(sizes, 1, 5)
    dropped = evolve(stream, vector=None)
    assert np.array_equal(make.along(engine, [stream], music), make.along(engine, [dropped], music))


def test_an_earlier_export_is_replaced(make, tmp_path):
    checkpoint = make.checkpoint(tmp_path / "checkpoint")
    folder = make.export(checkpoint, tmp_path)
    (folder / "family.9.onnx").write_text("old")
    assert make.export(checkpoint, tmp_path) == folder and "family.9.onnx" not in files_of(folder)


def test_somebody_elses_folder_stays(make, tmp_path):
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="no folder with a manifest.json"):
        make.export(make.checkpoint(tmp_path / "checkpoint"), tmp_path)
    assert list(files_of(tmp_path / "onnx")) == ["mine.txt"]


def refused(make, tmp_path, checkpoint, match):
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(CheckpointError, match=match) as raised:
        OnnxExporter(OnnxExportConfig()).export_checkpoint(checkpoint, out)
    assert "\n" not in str(raised.value) and list(out.iterdir()) == []


def test_weights_that_are_not_finite_are_refused(make, tmp_path):
    arrays = make.weights(make.sizes("no styles"))
    arrays["blocks.1.feed.out.weight"][3, 5] = np.nan
    checkpoint = make.checkpoint(tmp_path / "checkpoint", arrays=arrays)
    refused(make, tmp_path, checkpoint, "blocks.1.feed.out.weight holds numbers that are not finite")


def test_a_model_over_two_gigabytes_is_refused(make, tmp_path, monkeypatch):
    monkeypatch.setattr(models, "LIMIT", 1000)
    refused(make, tmp_path, make.checkpoint(tmp_path / "checkpoint"), "prior.onnx: the model is larger than 2 GB")


def test_a_checkpoint_of_another_backend_is_refused(make, tmp_path):
    checkpoint = make.checkpoint(tmp_path / "checkpoint")
    path = checkpoint.folder / "checkpoint.json"
    path.write_text(path.read_text().replace('"transformer"', '"rwkv"'))
    refused(make, tmp_path, checkpoint, "backend 'rwkv', format 1; this is 'transformer'")


def test_a_checkpoint_of_unknown_tokens_is_refused(make, tmp_path):
    checkpoint = evolve(make.checkpoint(tmp_path / "checkpoint"), interface=None)
    refused(make, tmp_path, checkpoint, "nothing says which tokenizer and encoder")


def test_an_export_that_plays_something_else_is_refused(make, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("psychoscore_onnx.selftest").selftest.TOLERANCE, "none", 0.0)
    refused(make, tmp_path, make.checkpoint(tmp_path / "checkpoint"), "export: self-test.safetensors: logits")


def test_a_full_disk_leaves_nothing(make, tmp_path, monkeypatch):
    checkpoint, write = make.checkpoint(tmp_path / "checkpoint"), Path.write_bytes

    def full(path, data):
        if path.name == "step.onnx":
            raise OSError(28, "No space left on device", str(path))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    (tmp_path / "out").mkdir()
    with pytest.raises(OSError, match="No space left"):
        OnnxExporter(OnnxExportConfig()).export_checkpoint(checkpoint, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_head_of_an_odd_share_is_padded(make, folder_of):
    facts = json.loads((folder_of("nothing divides") / "manifest.json").read_text())
    assert (facts["sizes"]["width"] // facts["sizes"]["heads"], facts["cache_shape"]) == (12, [3, 16])


def test_int8_keeps_keys_and_values_as_bytes(folder_of):
    facts = json.loads((folder_of("no styles", "int8") / "manifest.json").read_text())
    kinds = {kind for name, kind, _ in facts["graphs"]["step.onnx"]["inputs"] if name.startswith("past.")}
    assert (facts["cache"], kinds) == ("int8", {"int8"})


def test_the_scales_of_bytes_leave_room_for_all_that_was_played(make, shape):
    sizes = Sizes(
        **{**asdict(make.sizes(shape), filter=lambda field, _: field.name not in ("dropout", "widths")), "context": 64}
    )
    found = scales(sizes, NumpyEngine(make.sizes(shape), make.weights(make.sizes(shape))))
    assert set(found) == {f"blocks.{k}.attention.{part}.scale" for k in range(2) for part in ("keys", "values")}
    for scale in found.values():
        heads = scale.reshape(sizes.kv_heads, 2, -1)
        assert (heads[..., : sizes.head // 2] < 1).all() and (heads[..., sizes.head // 2 :] == 1).all()


def test_pairs_of_keys_that_rotate_into_each_other_share_a_scale(make):
    sizes = Sizes(
        **{
            **asdict(make.sizes("no styles"), filter=lambda field, _: field.name not in ("dropout", "widths")),
            "context": 64,
        }
    )
    scale = scales(sizes, NumpyEngine(make.sizes("no styles"), make.weights(make.sizes("no styles"))))
    halves = scale["blocks.0.attention.keys.scale"].reshape(sizes.kv_heads, 2, -1)
    assert np.array_equal(halves[:, 0], halves[:, 1])
