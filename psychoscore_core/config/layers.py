"""The layers of a config: component defaults < system < preset < user < project < --set."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from psychoscore_core.component import Component
from psychoscore_core.config.explain import Resolved
from psychoscore_core.config.json_file import read_json
from psychoscore_core.config.merge import Layer, long_form, merge
from psychoscore_core.config.model import DEFAULTS, TABLES
from psychoscore_core.config.preset_files import preset_config
from psychoscore_core.config.set_option import parse_sets
from psychoscore_core.config.structure import Catalogue, structure
from psychoscore_core.errors import ConfigError, PluginError

FILE = "psychoscore.json"
USER_FOLDER = "PSYCO_USER_CONFIG"  # environment variables that name another folder than the platform's
SYSTEM_FOLDER = "PSYCO_SYSTEM_CONFIG"
NEEDED = "midi"  # the default exporter that a run cannot do without: it would leave nothing


def load_project(
    folder: Path,
    catalogue: Catalogue,
    *,
    preset: str | None = None,
    sets: Sequence[str] = (),
    required: bool = True,
) -> Resolved:
    """Read every layer of the project in a folder, merge and check them.

    preset: overrides every layer's choice of preset. sets: texts like "temperature.base_temperature=0.6".
    required: whether the folder must hold a `psychoscore.json`.
    Raises ConfigError with every problem of every layer, one line each; imports no component.
    """
    merged = merge(read_layers(folder, catalogue, preset=preset, sets=sets, required=required))
    return Resolved.of(structure(merged, catalogue), merged)


def read_layers(
    folder: Path, catalogue: Catalogue, *, preset: str | None = None, sets: Sequence[str] = (), required: bool = True
) -> tuple[Layer, ...]:
    """Return the layers, weakest first; raises ConfigError with the problems of all that cannot be read."""
    if not _is_folder(folder):
        raise ConfigError(f"{folder}: no such folder")
    reading = _Reading(folder)
    system = reading.file("system", config_folder(SYSTEM_FOLDER) / FILE)
    user = reading.file("user", config_folder(USER_FOLDER) / FILE)
    project = reading.file("project", folder / FILE, required=required)
    changes = reading.attempt(lambda: reading.layer("--set", "--set", parse_sets(sets)) if sets else ())
    if preset is not None:
        changes += reading.layer("--preset", "--preset", {"preset": preset})
    chosen = reading.attempt(lambda: reading.preset(catalogue, (*system, *user, *project, *changes)))
    if reading.problems:
        raise ConfigError(reading.problems)
    defaults = reading.layer("default", "default of psychoscore", _defaults(catalogue))
    return (*defaults, *system, *chosen, *user, *project, *changes)


def config_folder(variable: str) -> Path:
    """Return the user's or the system's config folder; the environment variable overrides the platform's."""
    if os.environ.get(variable):
        return Path(os.environ[variable])
    import platformdirs  # 15 ms, not needed where both variables are set

    platform = platformdirs.user_config_dir if variable == USER_FOLDER else platformdirs.site_config_dir
    return Path(platform("psychoscore"))


def _defaults(catalogue: Catalogue) -> dict[str, Any]:
    """Return the weakest layer, without what is not installed: losses, arrangers, raters, exporters but `midi`."""
    config = dict(DEFAULTS)
    for key in ("losses", "arrangers", "raters", "exporters"):
        offered = catalogue.components(TABLES[key])
        config[key] = {
            name: entry for name, entry in config[key].items() if name == NEEDED or _is_offered(offered, name)
        }
    return config


def _is_offered(offered: Mapping[str, Component], name: str) -> bool:
    try:
        return bool(offered[name])
    except KeyError:
        return False
    except PluginError:  # two plugins offer it: structuring will say so
        return True


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a folder above it that may not be entered
        return False


Layers = tuple[Layer, ...]  # none or one where a layer may be absent


class _Reading:
    """Reads layers and goes on after a problem."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []

    def attempt(self, read: Callable[[], Layers]) -> Layers:
        try:
            return read()
        except ConfigError as error:
            self.problems += error.problems
            return ()

    def file(self, name: str, path: Path, *, required: bool = False) -> Layers:
        try:
            path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            if required:
                self.problems.append(
                    f'{self.folder}: no {FILE} in this folder: start one with {{"name": "my-piece"}} in it, '
                    "or name another folder with -C"
                )
            return ()
        except (OSError, ValueError) as error:  # ValueError: a zero byte in the folder's name
            self.problems.append(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}")
            return ()
        return self.attempt(lambda: self.layer(name, str(path), read_json(path), path.parent))

    def layer(self, name: str, place: str, data: object, folder: Path | None = None) -> Layers:
        if not isinstance(data, dict):
            raise ConfigError(f'{place}: must be a table of config keys, like {{"name": "my-piece"}}')
        folder = self.folder if folder is None else folder
        return (Layer(name=name, place=place, folder=folder, data=long_form(data, folder)),)

    def preset(self, catalogue: Catalogue, stronger: Layers) -> Layers:
        """Return the layer of the preset that the strongest layer names, if one does."""
        naming = next((layer for layer in reversed(stronger) if "preset" in layer.data), None)
        name = naming.data["preset"] if naming else None
        if naming is None or not isinstance(name, str):
            return ()  # anything but a text or null is reported with the types
        config = preset_config(catalogue.presets(), str(name), naming.place)
        return self.layer("preset", f"preset {name}", config)
