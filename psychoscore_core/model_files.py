"""Where a model's files lie: a folder that is named, the project's `data/`, the user's data folder, the package."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from attrs import frozen

from psychoscore_core.component import ShippedModel
from psychoscore_core.errors import CheckpointError

USER_DATA = "PSYCO_USER_DATA"  # an environment variable that names another folder than the platform's
PROJECT_DATA = "data"  # in a project's folder
RECORD = "checkpoint.json"  # what every checkpoint holds


@frozen
class Place:
    """One place that was looked at. where: "named", "project", "user" or "package"; there: whether it is a folder."""

    where: str
    folder: Path
    there: bool


def user_data_folder() -> Path:
    """Return the user's data folder; the environment variable overrides the platform's."""
    if os.environ.get(USER_DATA):
        return Path(os.environ[USER_DATA])
    import platformdirs  # 15 ms, not needed where the variable is set

    return Path(platformdirs.user_data_dir("psychoscore"))


def places(model: ShippedModel, project: Path, named: Path | None = None) -> Iterator[Place]:
    """Yield every place of a model's folder, the strongest first."""
    if named is not None:
        yield _place("named", named)
    yield _place("project", project / PROJECT_DATA / model.name)
    yield _place("user", user_data_folder() / model.name)
    yield _package(model)


def find_model(model: ShippedModel, project: Path, named: Path | None = None) -> Place:
    """Return the strongest place that has a model's folder; a folder that is named must be there.

    Raises CheckpointError where there is none, or where what is found is no checkpoint: a weaker place never takes
    over in silence from a folder that somebody put there.
    """
    looked = list(places(model, project, named))
    found = looked[0] if named is not None else next((place for place in looked if place.there), None)
    if found is None:
        raise CheckpointError(f"model {model.name}: nowhere among {', '.join(str(place.folder) for place in looked)}")
    if problem := problem_of(found):
        raise CheckpointError(f"model {model.name}: {problem}")
    return found


def problem_of(place: Place) -> str:
    """Return in one line why a place holds no checkpoint, or "" where it does."""
    if not place.there:
        return f"{place.folder}: no such folder"
    try:
        whole = (place.folder / RECORD).is_file()
    except OSError as error:  # a folder that may not be entered
        return f"{place.folder}: {error.strerror or error}"
    return "" if whole else f"{place.folder}: no {RECORD} there; a model's folder holds one"


def _package(model: ShippedModel) -> Place:
    try:
        return _place("package", Path(str(files(model.package))) / model.folder)
    except ModuleNotFoundError:  # a plugin that names another package than its own
        return Place("package", Path(f"the package {model.package}, which is not installed"), False)


def _place(where: str, folder: Path) -> Place:
    try:
        return Place(where, folder, folder.is_dir())
    except (OSError, ValueError):  # a folder above it that may not be entered; a zero byte in the name
        return Place(where, folder, False)
