"""What `psyco doctor` finds; nothing heavy is imported, the GPU is asked for in a process of its own."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import importlib_metadata
from attrs import frozen

from psychoscore_core.built_in import provider_of
from psychoscore_core.component import ShippedModel
from psychoscore_core.config.layers import SYSTEM_FOLDER, USER_FOLDER, config_folder
from psychoscore_core.model_files import places, problem_of, user_data_folder
from psychoscore_core.plugins import Plugins

PACKAGES: Mapping[str, str] = {
    "psychoscore": "the core",
    "numpy": "token rows",
    "symusic": "reading and writing MIDI",
    "miditok": "the remi tokenizer",
    "torch": "training and sampling a transformer",
    "safetensors": "checkpoints",
    "matplotlib": "loss curves and piano rolls",
    "psychoscore-native": "a fast decode step for the transformer",
    "transformers": "pretrained models",
    "peft": "LoRA adapters",
    "bitsandbytes": "4-bit weights",
    "onnxruntime": "ONNX models",
}
SOUNDFONT = "PSYCHOSCORE_SOUNDFONT"  # what psychoscore-audio looks at first
SOUNDFONT_FOLDERS = (
    "/usr/share/sounds/sf2",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
    "~/.local/share/soundfonts",
    "~/Library/Audio/Sounds/Banks",
)
GPU_SECONDS = 60
_GPU_SCRIPT = """
import json, torch
found = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
print(json.dumps({"devices": found, "cuda": torch.version.cuda}))
"""


@frozen
class Ability:
    """Something a user may want to do: the components ("kind:name") and packages that it takes."""

    what: str
    components: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


ABILITIES = (
    Ability(
        "compose from a profile, without training",
        ("encoder:psychometric", "model:rules", "temperature:dynamic", "exporter:midi"),
        ("symusic",),
    ),
    Ability(
        "train a transformer and sample from it",
        ("model:transformer", "tokenizer:remi", "sampler:constrained", "loss:causal-lm"),
        ("torch", "miditok", "safetensors"),
    ),
    Ability("play an exported ONNX model, without torch", ("model:onnx",), ("onnxruntime",)),
    Ability("learn from EMOPIA", ("dataset:emopia",), ("symusic",)),
    Ability("learn from synthetic pieces", ("dataset:synthetic",), ("symusic",)),
    Ability("draw loss curves and piano rolls", (), ("matplotlib",)),
)


def examine(plugins: Plugins) -> dict[str, Any]:
    """Return everything that the doctor has to say, ready for JSON."""
    versions = {name: _version(name) for name in PACKAGES}
    gpu = _gpu(versions["torch"])
    return {
        "system": _system(gpu),
        "packages": [{"name": n, "version": versions[n], "purpose": purpose} for n, purpose in PACKAGES.items()],
        "plugins": _plugins(plugins),
        "conflicts": list(plugins.conflicts()),
        "folders": _folders(),
        "models": [_model(model) for model in plugins.shipped_models().values()],
        "abilities": [*(_ability(a, plugins, versions) for a in ABILITIES), *_machine_abilities(gpu)],
    }


def _version(package: str) -> str:
    try:
        return str(importlib_metadata.version(package))
    except importlib_metadata.PackageNotFoundError:
        return ""


def _system(gpu: Mapping[str, Any]) -> dict[str, str]:
    return {
        "python": f"{platform.python_version()} ({sys.executable})",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processors": str(os.cpu_count() or 1),
        "gpu": ", ".join(gpu["devices"]) or gpu["note"],
        "decode step": _decode_step(),
    }


def _decode_step() -> str:
    try:
        return f"native: {import_module('psychoscore_native.library').described()}"
    except ModuleNotFoundError:
        return "NumPy: psychoscore-native is not installed"
    except ImportError as error:
        return f"NumPy: {error}"


def _gpu(torch: str) -> dict[str, Any]:
    """Ask torch for its GPUs in another process: importing it here would cost seconds and may crash on a bad driver."""
    if not torch:
        return {"devices": [], "note": "unknown: torch is not installed"}
    try:
        command = [sys.executable, "-c", _GPU_SCRIPT]
        done = subprocess.run(command, capture_output=True, text=True, timeout=GPU_SECONDS, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        return {"devices": [], "note": f"unknown: asking torch failed ({type(error).__name__})"}
    built = f"torch {torch} sees none" if found["cuda"] else f"none: torch {torch} is built for the CPU"
    return {"devices": found["devices"], "note": built}


def _plugins(plugins: Plugins) -> list[dict[str, str]]:
    states = (("loaded", plugins.loaded), ("BROKEN", plugins.broken), ("left out", plugins.left_out))
    return [
        {"name": p.name, "distribution": p.distribution, "version": p.version, "state": s, "error": p.error}
        for s, several in states
        for p in several
    ]


def _folders() -> dict[str, str]:
    here = Path.cwd()
    installed = sorted(f for folder in SOUNDFONT_FOLDERS for f in Path(folder).expanduser().glob("*.sf[23]"))
    fonts = [os.environ.get(SOUNDFONT), *installed] if os.environ.get(SOUNDFONT) else installed
    return {
        "user data": str(user_data_folder()),
        "user config": _existing(config_folder(USER_FOLDER)),
        "system config": _existing(config_folder(SYSTEM_FOLDER)),
        "project": f"{here} ({'psychoscore.json found' if (here / 'psychoscore.json').exists() else 'no project'})",
        "runs": f"{here / 'runs'} ({'writable' if _writable(here) else 'NOT WRITABLE'})",
        "soundfont": str(fonts[0]) if fonts else "none found (only needed to listen to MIDI files)",
    }


def _model(model: ShippedModel) -> dict[str, Any]:
    """Return where a model's folder was found, and where it would also be: the stronger place hides the weaker."""
    looked = list(places(model, Path.cwd()))
    there = [place for place in looked if place.there]
    return {
        "name": model.name,
        "summary": model.summary,
        "found": there[0].where if there else "",
        "folder": str(there[0].folder) if there else "",
        "problem": problem_of(there[0]) if there else f"nowhere among {', '.join(str(p.folder) for p in looked)}",
        "hidden": {place.where: str(place.folder) for place in there[1:]},
    }


def _existing(folder: Path) -> str:
    return f"{folder} ({'found' if (folder / 'psychoscore.json').exists() else 'no psychoscore.json there'})"


def _writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):  # permissions alone do not tell of a full or read-only disk
            return True
    except OSError:
        return False


def _ability(ability: Ability, plugins: Plugins, versions: Mapping[str, str]) -> dict[str, Any]:
    lacking = [component for component in ability.components if not _offered(component, plugins)]
    remedies = [*(_remedy(component, plugins) for component in lacking)]
    missing = [package for package in ability.packages if not versions[package]]
    if missing:
        remedies.append(f"pip install {' '.join(missing)}")
    return {"what": ability.what, "works": not remedies, "remedy": "; ".join(_distinct(remedies))}


def _offered(component: str, plugins: Plugins) -> bool:
    kind, name = component.split(":")
    return name in list(plugins.components(kind))


def _remedy(component: str, plugins: Plugins) -> str:
    provider = provider_of(*component.split(":"))
    for plugin in plugins.broken:
        if plugin.distribution == provider:
            return f"repair {plugin.origin}: {plugin.error}"
    if any(plugin.distribution == provider for plugin in plugins.left_out):
        return f"left out: {provider}"
    if any(plugin.distribution == provider for plugin in plugins.loaded):
        return f"{component} is in conflict, see below"
    return f"pip install {provider}"


def _machine_abilities(gpu: Mapping[str, Any]) -> list[dict[str, Any]]:
    remedy = "" if gpu["devices"] else f"{gpu['note']}; everything also runs on the CPU"
    return [
        {"what": "train on a GPU", "works": bool(gpu["devices"]), "remedy": remedy},
        {
            "what": "write runs here",
            "works": _writable(Path.cwd()),
            "remedy": "" if _writable(Path.cwd()) else "change to a folder that you may write to",
        },
    ]


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
