"""Public files become bases; what is no whole RWKV-4 is refused in one line that says why."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import zipfile
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from psychoscore_core.errors import CheckpointError
from psychoscore_core.report import Silent
from psychoscore_rwkv import importing
from psychoscore_rwkv.base_model import read_base, verify
from psychoscore_rwkv.importing import import_checkpoint
from psychoscore_rwkv.layout import renamed
from psychoscore_rwkv.model import load


@pytest.fixture
def refused(tmp_path):
    """Return what says why a file is refused, after nothing of it was left behind."""

    def why(path: Path) -> str:
        with pytest.raises(CheckpointError) as caught:
            import_checkpoint(path, tmp_path / "target", Silent())
        assert not list(tmp_path.glob("*target*")) + list(tmp_path.glob(".target*"))
        text = str(caught.value)
        assert "\n" not in text
        return text

    return why


def changed(make, **tensors: torch.Tensor | None) -> Path:
    """Return a file in which these tensors are others, or missing."""
    weights = {**make.weights(), **tensors}
    return make.file(weights={name: tensor for name, tensor in weights.items() if tensor is not None})


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_a_file_becomes_a_base_of_its_precision(make, dtype):
    weights = make.weights(dtype=dtype)
    base = make.base(weights)
    stored = load_file(base.weights)
    assert base.dtype == str(dtype).removeprefix("torch.")
    assert all(torch.equal(stored[renamed(name)], tensor) for name, tensor in weights.items())


@pytest.mark.parametrize(
    "sizes",
    [
        {"vocabulary": 2176, "layers": 12, "width": 32, "attention": 32, "hidden": 128},
        {"vocabulary": 20096, "layers": 29, "width": 16, "attention": 16, "hidden": 64},
        {"vocabulary": 20096, "layers": 64, "width": 8, "attention": 8, "hidden": 32},
    ],
)
def test_sizes_follow_from_the_tensors(make, sizes):
    base = make.base(make.weights(**sizes))
    assert base.sizes == make.sizes(**sizes)
    found = load(base.folder)(torch.tensor([[5, 9, 2]])).logits[0].detach().numpy()
    assert np.abs(found - make.reference(**sizes).of_ids([5, 9, 2])).max() < 1e-4


def test_the_manifest_says_where_it_came_from(make):
    base = make.base()
    assert (base.source, base.context) == ("small-ctx512.pth", 512)
    assert json.loads((base.folder / "base.json").read_text())["architecture"] == "rwkv-4"
    assert len(base.hash) == len(base.source_hash) == 64
    verify(base)


def test_the_report_hears_what_was_imported(make, tmp_path):
    heard = []

    class Ear(Silent):
        def remark(self, text):
            heard.append(text)

    import_checkpoint(make.file(), tmp_path / "target", Ear())
    assert heard == ["small-ctx512.pth: RWKV-4, 3 x 16, 37 ids, 0.0 million parameters, float32"]


@pytest.mark.parametrize("naming", [str, renamed])
def test_safetensors_of_either_naming_are_read(make, tmp_path, naming):
    path = tmp_path / "model.safetensors"
    save_file({naming(name): tensor for name, tensor in make.weights().items()}, path)
    base = import_checkpoint(path, tmp_path / "target", Silent())
    assert base.hash == make.base().hash


def test_files_of_old_torch_are_read(make, tmp_path):
    torch.save(make.weights(), tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    base = import_checkpoint(tmp_path / "old.pth", tmp_path / "target", Silent())
    assert base.hash == make.base().hash


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("blocks.0.att.time_faaaa", 5),
        ("blocks.0.att.ln_x.weight", 5),
        ("blocks.0.att.time_maa_x", 6),
        ("blocks.0.att.x_r", 7),
        ("blocks.0.att.r_k", 7),
    ],
)
def test_later_versions_are_named(make, refused, name, version):
    text = refused(changed(make, **{name: torch.zeros(3)}))
    assert text.endswith(f": this is an RWKV-{version} model; only RWKV-4 is supported")


def test_a_missing_tensor_is_named(make, refused):
    text = refused(changed(make, **{"blocks.1.ffn.key.weight": None}))
    assert text.endswith("not a whole RWKV-4 model: rwkv.blocks.1.feed_forward.key.weight is missing")


def test_a_surplus_tensor_is_named(make, refused):
    text = refused(changed(make, **{"head_q.weight": torch.zeros(3)}))
    assert text.endswith("not a whole RWKV-4 model: 'head_q.weight' is no tensor of RWKV-4")


def test_a_tensor_by_two_names_is_refused(make, refused):
    text = refused(changed(make, **{"rwkv.embeddings.weight": torch.zeros(37, 16)}))
    assert text.endswith("not a checkpoint: holds a tensor by two names")


def test_a_shape_that_disagrees_is_named(make, refused):
    text = refused(changed(make, **{"blocks.2.att.output.weight": torch.zeros(16, 25)}))
    assert text.endswith("rwkv.blocks.2.attention.output.weight has the shape 16 x 25, not 16 x 24")


def test_a_block_beyond_any_model_is_refused(make, refused):
    text = refused(changed(make, **{"blocks.99999.ln1.weight": torch.zeros(3)}))
    assert text.endswith("layers must be a whole number from 1 to 256, not 100000")


def test_numbers_that_are_not_finite_are_named(make, refused):
    weights = make.weights()
    weights["blocks.1.att.value.weight"][2, 2] = torch.nan
    text = refused(make.file(weights=weights))
    assert text.endswith("blocks.1.attention.value.weight holds numbers that are not finite")


def test_whole_numbers_are_refused(make, refused):
    text = refused(changed(make, **{"ln_out.bias": torch.zeros(16, dtype=torch.int64)}))
    assert text.endswith("'ln_out.bias' is torch.int64, not float32, float16 or bfloat16")


def test_a_table_of_other_things_is_refused(make, refused):
    assert refused(make.file(weights=[1, 2])).endswith("not a checkpoint: holds no table of named tensors")
    assert refused(make.file(weights={"emb.weight": 3})).endswith("not a checkpoint: 'emb.weight' is no plain tensor")


class Trap:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


@pytest.mark.parametrize("form", ["torch", "pickle"])
def test_code_in_a_pickle_is_not_run(make, refused, tmp_path, form):
    path, trap = tmp_path / "evil.pth", {"emb.weight": Trap(tmp_path / "ran")}
    if form == "torch":
        torch.save(trap, path)
    else:
        path.write_bytes(pickle.dumps(trap, protocol=2))
    assert refused(path).endswith(f"holds code ({os.mkdir.__module__}.mkdir), not only tensors; none of it was run")
    assert not (tmp_path / "ran").exists()


def test_a_file_that_was_cut_off_is_named(make, refused):
    path = make.file()
    path.write_bytes(path.read_bytes()[:-5000])
    assert refused(path).endswith("cut off: its end is missing; download it again")


def test_other_files_are_refused(refused, tmp_path):
    path = tmp_path / "notes.pth"
    path.write_text("a web page in place of a checkpoint")
    assert "not a checkpoint" in refused(path)


def test_an_empty_file_is_refused(refused, tmp_path):
    (tmp_path / "empty.pth").touch()
    assert "not a checkpoint" in refused(tmp_path / "empty.pth")


def test_a_missing_file_is_named(refused, tmp_path):
    assert refused(tmp_path / "none.pth").endswith("none.pth: there is no such file")


def test_a_bomb_is_refused_before_it_is_unpacked(make, refused, tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb/data.pkl", b"\0" * (1 << 20))
    assert refused(tmp_path / "bomb.pth").endswith("not a checkpoint: its parts are compressed")


def test_a_tensor_that_is_larger_than_its_file_is_refused(make, refused):
    text = refused(changed(make, **{"emb.weight": torch.zeros(1).expand(1 << 20, 1 << 14)}))
    assert text.endswith("not a checkpoint: 'emb.weight' is not stored as it says")


def test_damaged_safetensors_are_refused(refused, tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes((1 << 62).to_bytes(8, "little") + b"{}")
    assert "not readable as safetensors" in refused(path)


def test_a_target_that_exists_is_left_alone(make, tmp_path):
    (tmp_path / "target").mkdir()
    with pytest.raises(CheckpointError, match="target: exists already"):
        import_checkpoint(make.file(), tmp_path / "target", Silent())


def test_too_little_space_is_said_before_anything_is_written(make, refused, monkeypatch):
    usage = namedtuple("usage", "total used free")(10**9, 10**9, 1000)
    monkeypatch.setattr(importing.shutil, "disk_usage", lambda path: usage)
    assert "target: no space: 0 MB needed, 0 MB free" in refused(make.file())


def test_a_disk_that_fills_up_leaves_nothing(make, refused, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(importing, "_write_facts", full)
    assert refused(make.file()).endswith("target: cannot be written (No space left on device)")


def test_what_a_killed_import_left_does_not_matter(make, tmp_path):
    (tmp_path / ".target.part").mkdir()
    (tmp_path / ".target.part" / "rest").touch()
    base = import_checkpoint(make.file(), tmp_path / "target", Silent())
    assert sorted(path.name for path in base.folder.iterdir()) == ["base.json", "config.json", "model.safetensors"]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("format", 9, "architecture 'rwkv-4', format 9; this is 'rwkv-4', format 1"),
        ("hash", "abc", "hash is no SHA-256"),
        ("dtype", "int4", "dtype must be one of float32, float16, bfloat16, not 'int4'"),
        ("context", 0, "context must be a whole number from 1 to 1048576"),
        ("sizes", {"width": 10**9}, "missing 4 required keyword-only arguments"),
        ("sizes", None, "must be a mapping"),
    ],
)
def test_a_manifest_that_says_nonsense_is_refused(make, key, value, message):
    folder = make.base().folder
    path = folder / "base.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    with pytest.raises(CheckpointError) as caught:
        read_base(folder)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


def test_a_manifest_without_a_hash_is_refused(make):
    path = make.base().folder / "base.json"
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k != "hash"}))
    with pytest.raises(CheckpointError, match=r"base.json: hash is missing"):
        read_base(path.parent)


def test_weights_of_other_sizes_are_refused(make):
    base, other = make.base(), make.base(make.weights(hidden=41), "other")
    shutil.copy(other.weights, base.weights)
    with pytest.raises(CheckpointError, match=r"feed_forward.key.weight has the shape 41 x 16, not 40 x 16"):
        read_base(base.folder)


def test_weights_that_were_changed_are_found(make):
    base = make.base()
    with base.weights.open("r+b") as file:
        file.seek(-4, 2)
        file.write(b"\0\0\0\0")
    with pytest.raises(CheckpointError, match=r"model.safetensors: its SHA-256 is \w+, but base.json says \w+"):
        verify(base)
