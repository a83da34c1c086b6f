"""Where a model's files are found: named, project, user, package."""

from pathlib import Path

import pytest

from psychoscore_core import ShippedModel
from psychoscore_core.errors import CheckpointError
from psychoscore_core.model_files import find_model, places, user_data_folder


@pytest.fixture
def model(tmp_path, monkeypatch):
    package = tmp_path / "site" / "psycho_singer"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setenv("PSYCO_USER_DATA", str(tmp_path / "user"))
    put(package / "checkpoint")
    return ShippedModel(name="singer", package="psycho_singer", summary="Sings.")


def put(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "checkpoint.json").write_text("{}")
    return folder


def test_without_anything_else_it_is_the_packages(model, tmp_path):
    found = find_model(model, tmp_path)
    assert (found.where, found.folder) == ("package", tmp_path / "site" / "psycho_singer" / "checkpoint")


def test_the_users_goes_before_the_packages(model, tmp_path):
    folder = put(tmp_path / "user" / "singer")
    assert find_model(model, tmp_path).folder == folder


def test_the_projects_goes_before_the_users(model, tmp_path):
    put(tmp_path / "user" / "singer")
    folder = put(tmp_path / "data" / "singer")
    assert find_model(model, tmp_path).folder == folder


def test_a_named_folder_goes_before_all(model, tmp_path):
    put(tmp_path / "data" / "singer")
    named = put(tmp_path / "mine")
    assert find_model(model, tmp_path, named).folder == named
    assert [place.where for place in places(model, tmp_path, named)] == ["named", "project", "user", "package"]


def test_a_named_folder_that_is_not_there_is_no_reason_to_take_another(model, tmp_path):
    with pytest.raises(CheckpointError, match=r"model singer: .*mine: no such folder"):
        find_model(model, tmp_path, tmp_path / "mine")


def test_a_stronger_folder_that_is_no_checkpoint_is_no_reason_to_take_another(model, tmp_path):
    (tmp_path / "data" / "singer").mkdir(parents=True)
    with pytest.raises(CheckpointError, match="singer: no checkpoint.json there"):
        find_model(model, tmp_path)


def test_a_file_of_that_name_is_no_folder(model, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "singer").write_text("not a folder")
    assert find_model(model, tmp_path).where == "package"


def test_where_there_is_none_all_places_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PSYCO_USER_DATA", str(tmp_path / "user"))
    model = ShippedModel(name="singer", package="psycho_nobody", summary="Sings.")
    with pytest.raises(CheckpointError, match=r"nowhere among .*data.singer, .*user.singer, the package psycho_nobody"):
        find_model(model, tmp_path)


def test_the_platform_has_a_folder_of_its_own(monkeypatch):
    monkeypatch.delenv("PSYCO_USER_DATA")
    assert user_data_folder().name == "psychoscore"


@pytest.mark.parametrize("name", ["Singer", "../singer", "a/b", ""])
def test_a_name_cannot_leave_the_folder(name):
    with pytest.raises(ValueError, match="ShippedModel name must look like 'my-model'"):
        ShippedModel(name=name, package="psycho_singer", summary="Sings.")
