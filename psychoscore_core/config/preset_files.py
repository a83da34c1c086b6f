"""Presets: those that ship with the core, and those that plugins offer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psychoscore_core.component import Preset
from psychoscore_core.config.json_file import parse_json, read_json
from psychoscore_core.errors import ConfigError, PluginError, did_you_mean

_FOLDER = Path(__file__).parent / "presets"


def bundled_presets() -> dict[str, Preset]:
    """Return the presets that ship with the core by name; a file is a config and its `summary`."""
    presets = {}
    for file in sorted(_FOLDER.glob("*.json")):
        config = read_json(file)
        summary = config.pop("summary")
        presets[file.stem] = Preset(name=file.stem, summary=summary, config=config, origin="psychoscore")
    return presets


def preset_config(offered: Mapping[str, Preset], name: str, place: str) -> dict[str, Any]:
    """Return a copy of a preset's config; raises ConfigError, `place` in front, when it cannot be had.

    offered: what plugins offer; asking it for a name that two of them have raises PluginError.
    """
    bundled = bundled_presets()
    try:
        preset = offered[name]
    except PluginError as error:
        raise ConfigError(f"{place}: preset: {error}") from None
    except KeyError:
        if name not in bundled:
            known = sorted({*bundled, *offered})
            hint = did_you_mean(name, known) or f"; there is {', '.join(known)}"
            raise ConfigError(f"{place}: preset: no preset {name!r:.80} is installed{hint}") from None
        preset = bundled[name]
    else:
        if name in bundled:
            raise ConfigError(f"{place}: preset: {name!r} is offered by psychoscore and {preset.origin or 'a plugin'}")
    return _checked(preset)


def _checked(preset: Preset) -> dict[str, Any]:
    whose = f"preset {preset.name}" + (f" of {preset.origin}" if preset.origin else "")
    try:
        config = parse_json(json.dumps(preset.config, allow_nan=False), whose)
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigError(f"{whose}: is not plain JSON: {error}") from None
    if not isinstance(config, dict):
        raise ConfigError(f"{whose}: must be a table of config keys")
    if "preset" in config:
        raise ConfigError(f"{whose}: preset: a preset cannot name another one")
    return config
