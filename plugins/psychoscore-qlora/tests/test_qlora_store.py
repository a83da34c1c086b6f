"""Adapters in the store: by name and content, one current, back and forth, and nothing leaves the folder."""

import json

import pytest
from click.testing import CliRunner

from psychoscore_core.errors import CheckpointError
from psychoscore_qlora.commands import models
from psychoscore_qlora.plugin import QloraConfig
from psychoscore_qlora.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "models")


def test_an_adapter_is_found_by_name_and_by_hash(store, adapters):
    added = store.add(adapters[0], "dark")
    assert store.find("dark") == store.find(added.title) == added
    assert (added.folder / "adapter_model.safetensors").read_bytes() == (
        adapters[0] / "adapter_model.safetensors"
    ).read_bytes()


def test_the_same_content_is_kept_once(store, adapters):
    assert store.add(adapters[0], "dark") == store.add(adapters[0], "dark")
    assert len(store.adapters()) == 1


def test_the_state_of_a_training_stays_out(store, adapters):
    folder = store.add(adapters[0], "dark").folder
    assert not list(folder.rglob("state.safetensors")) and not list(folder.parent.glob(".*"))


def test_using_and_going_back(store, adapters):
    first, second = store.add(adapters[0], "dark"), store.add(adapters[1], "bright")
    store.use("dark")
    store.use("bright")
    assert store.current() == second.title
    assert store.rollback() == first and store.current() == first.title
    with pytest.raises(CheckpointError, match="there is nothing to go back to"):
        store.rollback()


def test_current_in_a_config_is_the_one_in_use(store, adapters):
    store.use(store.add(adapters[0], "dark").title)
    config = QloraConfig(adapter="current", models=store.folder)
    assert config.ready == store.find("dark").folder and config.start is None


def test_no_current_says_how_to_choose(store):
    with pytest.raises(CheckpointError, match="no adapter is current; choose one with 'psyco models use NAME'"):
        store.find("current")


def test_a_name_near_one_is_offered(store, adapters):
    store.add(adapters[0], "dark")
    with pytest.raises(CheckpointError, match=r"no adapter 'drak' \(did you mean 'dark'\?\)"):
        store.find("drak")


@pytest.mark.parametrize("name", ["../dark", "Dark", "", "a/b", "x" * 65])
def test_a_name_never_leaves_the_store(store, adapters, name):
    with pytest.raises(CheckpointError, match="a name is made of lower-case letters, digits and dashes"):
        store.add(adapters[0], name)


def test_changed_files_are_noticed(store, adapters):
    folder = store.add(adapters[0], "dark").folder
    facts = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**facts, "context": 99}))
    with pytest.raises(CheckpointError, match="its files have changed since the adapter was added"):
        store.find("dark")


def test_a_folder_that_is_no_adapter_is_refused(store, rwkv_base):
    with pytest.raises(CheckpointError, match="no adapter_model.safetensors there, so it is no adapter's checkpoint"):
        store.add(rwkv_base, "dark")
    assert not store.folder.exists()


def test_a_damaged_history_is_named(store):
    store.folder.mkdir()
    (store.folder / "current.json").write_text('{"history": 3}')
    with pytest.raises(CheckpointError, match="current.json: holds no history of adapters"):
        store.current()


def test_an_adapter_and_a_checkpoint_at_once_are_refused(tmp_path):
    with pytest.raises(ValueError, match="checkpoint and adapter both say where to begin"):
        QloraConfig(adapter="dark", checkpoint=tmp_path)


def run(*arguments):
    return CliRunner().invoke(models, [str(a) for a in arguments], catch_exceptions=False).output


def test_the_commands_add_use_list_and_roll_back(store, adapters):
    place = ("-m", store.folder)
    dark = run("add", adapters[0], "--name", "dark", *place).strip()
    bright = run("add", adapters[1], "--name", "bright", *place).strip()
    run("use", "dark", *place), run("use", "bright", *place)
    listed = run("list", *place).splitlines()
    assert [line for line in listed if line.startswith("*") and bright in line]
    assert run("rollback", *place).strip() == dark
    facts = json.loads(run("list", "--json", *place))
    assert facts["current"] == dark and {a["name"] for a in facts["adapters"]} == {"dark", "bright"}
    assert all(a["steps"] in (2, 4) and len(a["base"]["hash"]) == 64 for a in facts["adapters"])


def test_an_empty_store_says_so(store):
    assert run("list", "-m", store.folder).strip().endswith("no base and no adapter yet")


def test_an_import_becomes_a_base_by_the_name_of_its_file(store, tmp_path, public_checkpoint):
    said = run("import", public_checkpoint, "-m", store.folder)
    assert "RWKV-4, 2 layers of 64, 21 tokens" in said
    assert store.bases() == [store.folder / "bases" / "rwkv-tiny-ctx32"]


def test_a_merged_adapter_says_what_the_adapter_said(store, adapters, corpus, make, tmp_path):
    store.add(adapters[0], "dark")
    run("merge", "dark", "-o", tmp_path / "whole", "-m", store.folder)
    whole, adapter = make.rwkv(checkpoint=tmp_path / "whole"), make.qlora(checkpoint=adapters[0])
    merged, apart = whole.evaluate(corpus, "validation"), adapter.evaluate(corpus, "validation")
    assert merged["nats_per_token"] == pytest.approx(apart["nats_per_token"], abs=1e-6)


def test_merging_writes_over_nothing(store, adapters, tmp_path):
    store.add(adapters[0], "dark")
    (tmp_path / "whole").mkdir()
    with pytest.raises(CheckpointError, match="whole: exists already"):
        run("merge", "dark", "-o", tmp_path / "whole", "-m", store.folder)
