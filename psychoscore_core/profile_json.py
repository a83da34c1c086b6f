"""The JSON form of a profile: read strictly, in snake_case or camelCase, partial or whole."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from attrs import fields

from psychoscore_core.errors import ProfileError, did_you_mean
from psychoscore_core.profile import BIASES, DarkTriad, Disc, Ocean, Physics, Profile, Rsi

MAX_BYTES = 1_000_000  # a profile is about 2 kB; anything far larger is not one

_SECTIONS = {  # normalised key: field of Profile
    "disc": "disc",
    "discprofile": "disc",
    "ocean": "ocean",
    "oceanprofile": "ocean",
    "bigfive": "ocean",
    "rsi": "rsi",
    "rsiregisters": "rsi",
    "rsiprofile": "rsi",
    "trauma": "trauma",
    "traumalevel": "trauma",
    "entropy": "entropy",
    "entropylevel": "entropy",
    "darktriad": "dark_triad",
    "cognitivebiases": "cognitive_biases",
    "activebiases": "cognitive_biases",
    "biases": "cognitive_biases",
    "physics": "physics",
    "physicsstate": "physics",
}
_REMARKS = {"name", "description", "summary", "comment", "id", "title"}  # words for people, no dimension
_GROUPS: Mapping[str, Any] = {"disc": Disc, "ocean": Ocean, "rsi": Rsi, "dark_triad": DarkTriad}
_DARK = {"mach": "machiavellianism", "narc": "narcissism", "psych": "psychopathy"}
_PHYSICS = {  # normalised key: field; a framework's name alone stands for its first number
    "totalenergy": "total_energy",
    "kineticenergy": "kinetic_energy",
    "potentialenergy": "potential_energy",
    "total": "total_energy",
    "kinetic": "kinetic_energy",
    "potential": "potential_energy",
    "energy": "total_energy",
    "spin": "spin",
    "isingspin": "spin",
    "magnetization": "magnetization",
    "magnetisation": "magnetization",
    "coupling": "coupling",
    "threshold": "threshold",
    "adoption": "adoption",
    "adoptionrate": "adoption",
    "exponent": "exponent",
    "lyapunovexponent": "exponent",
    "stability": "stability",
}
_FRAMEWORKS = {
    "hamiltonian": "total_energy",
    "ising": "spin",
    "granovetter": "threshold",
    "lyapunov": "exponent",
}
_SPINS = {"+": 1, "-": -1, "+1": 1, "-1": -1, "up": 1, "down": -1, 1: 1, -1: -1}


def read_profile(source: str | Path) -> Profile:
    """Read a profile file, or a bundled profile by name; raises ProfileError naming the file and the field."""
    path = Path(source)
    if not path.exists() and str(source) in bundled_profiles():
        return profile_from_json(json.loads(_bundled(str(source)).read_text("utf-8")), str(source))
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ProfileError(f"{path}: too large for a profile (over {MAX_BYTES:,} bytes)")
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        names = bundled_profiles()
        raise ProfileError(
            f"{source}: no such file or bundled profile{did_you_mean(str(source), names)}; bundled: {', '.join(names)}"
        ) from None
    except OSError as error:
        raise ProfileError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise ProfileError(f"{path}: not JSON: {error}") from None
    return profile_from_json(data, str(path))


def bundled_profiles() -> tuple[str, ...]:
    """Return the names of the profiles that ship with the package."""
    names = (item.name for item in files("psychoscore_core").joinpath("profiles").iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


def profile_from_json(data: object, source: str = "profile") -> Profile:
    """Return the profile of a JSON object; raises ProfileError with `source` in front of every message."""
    try:
        return _profile(data)
    except ProfileError as error:
        raise ProfileError(f"{source}: {error}") from None


def profile_to_json(profile: Profile) -> dict[str, object]:
    """Return the whole JSON form of a profile, neutral values included; reading it gives an equal profile."""
    physics = profile.physics
    return {
        "disc": _letters(profile.disc),
        "ocean": _letters(profile.ocean),
        "rsi": {f.name: getattr(profile.rsi, f.name) for f in fields(Rsi)},
        "trauma": profile.trauma,
        "entropy": profile.entropy,
        "dark_triad": {f.name: getattr(profile.dark_triad, f.name) for f in fields(DarkTriad)},
        "cognitive_biases": list(profile.cognitive_biases),
        "physics": {
            "hamiltonian": {
                "total": physics.total_energy,
                "kinetic": physics.kinetic_energy,
                "potential": physics.potential_energy,
            },
            "ising": {
                "spin": "+" if physics.spin > 0 else "-",
                "magnetization": physics.magnetization,
                "coupling": physics.coupling,
            },
            "granovetter": {"threshold": physics.threshold, "adoption": physics.adoption},
            "lyapunov": {"exponent": physics.exponent, "stability": physics.stability},
        },
    }


def _bundled(name: str) -> Any:
    return files("psychoscore_core").joinpath("profiles", f"{name}.json")


def _letters(group: Any) -> dict[str, float]:
    return {f.metadata["alias"]: getattr(group, f.name) for f in fields(type(group))}


def _normal(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.lower())


def _profile(data: object) -> Profile:
    parts: dict[str, Any] = {}
    given: set[str] = set()
    for key, value in _object(data, "a profile").items():
        section = _SECTIONS.get(_normal(key))
        if section is None and _normal(key) in _REMARKS:
            continue
        if section is None:
            raise ProfileError(f"unknown field {key!r}{did_you_mean(key, sorted(set(_SECTIONS.values())))}")
        if section in parts:
            raise ProfileError(f"{key}: {section} is given twice")
        parts[section] = _section(section, value, given)
    return Profile(**parts, given=frozenset(given))


def _section(section: str, value: object, given: set[str]) -> Any:
    if section in ("trauma", "entropy"):
        given.add(section)
        return value
    if section == "cognitive_biases":
        return _biases(value, given)
    if section == "physics":
        return _physics(value, given)
    group = _GROUPS[section]
    names = {_normal(f.name): f.name for f in fields(group)}
    names |= {f.metadata["alias"].lower(): f.name for f in fields(group) if f.metadata["alias"]}
    names |= _DARK if section == "dark_triad" else {}
    found = _fields(section, value, names)
    given |= {f"{section}.{name}" for name in found}
    if section == "rsi" and found and len(found) < 3:
        raise ProfileError("rsi: give real, symbolic and imaginary together; they must sum to 1")
    return group(**found)


def _fields(section: str, value: object, names: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, number in _object(value, section).items():
        name = names.get(_normal(key))
        if name is None:
            raise ProfileError(f"{section}: unknown field {key!r}{did_you_mean(key, sorted(set(names.values())))}")
        if name in found:
            raise ProfileError(f"{section}.{key}: {name} is given twice")
        found[name] = number
    return found


def _biases(value: object, given: set[str]) -> tuple[str, ...]:
    if isinstance(value, Mapping):  # multi-hot by name: {"authority": true}
        value = [name for name, active in value.items() if _active(name, active)]
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ProfileError(f"cognitive_biases must be a list of names, not {value!r:.80}")
    known = {_normal(name): name for name in BIASES}
    given |= {f"bias.{name}" for name in BIASES}
    for name in value:
        if _bias_key(name) not in known:
            raise ProfileError(
                f"cognitive_biases: unknown bias {name!r:.80}{did_you_mean(name, BIASES)}; known: {', '.join(BIASES)}"
            )
    return tuple(known[_bias_key(name)] for name in value)


def _bias_key(name: str) -> str:
    key = _normal(name)
    return key.removesuffix("bias") if key.removesuffix("bias") else key


def _active(name: str, active: object) -> bool:
    if active not in (0, 1):
        raise ProfileError(f"cognitive_biases.{name} must be 0 or 1, not {active!r:.80}")
    return bool(active)


def _physics(value: object, given: set[str]) -> Physics:
    flat: dict[str, Any] = {}
    for key, item in _object(value, "physics").items():
        framework = _FRAMEWORKS.get(_normal(key))
        if framework and isinstance(item, Mapping):
            inner = _fields(f"physics.{key}", item, _PHYSICS)
        else:
            inner = _fields("physics", {framework or key: item}, _PHYSICS)
        for name, number in inner.items():
            if name in flat:
                raise ProfileError(f"physics.{key}: {name} is given twice")
            flat[name] = number
    if "spin" in flat:
        spin = flat["spin"]
        if isinstance(spin, (bool, list, dict)) or spin not in _SPINS:
            raise ProfileError(f"physics.spin must be + or -, not {spin!r:.80}")
        flat["spin"] = _SPINS[spin]
    given |= {f"physics.{name}" for name in flat}
    return Physics(**flat)


def _object(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ProfileError(f"{place} must be a JSON object, not {value!r:.80}")
    return value
