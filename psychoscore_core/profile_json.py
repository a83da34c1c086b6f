"""The JSON form of a profile: read strictly, in snake_case or camelCase, partial or whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from attrs import fields

from psychoscore_core.errors import ProfileError, did_you_mean
from psychoscore_core.profile import BIASES, DarkTriad, Disc, Ocean, Physics, Profile, Rsi, shown

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
_FRAMEWORKS = {  # framework: its numbers; its name alone stands for the first of them
    "hamiltonian": ("total_energy", "kinetic_energy", "potential_energy"),
    "ising": ("spin", "magnetization", "coupling"),
    "granovetter": ("threshold", "adoption"),
    "lyapunov": ("exponent", "stability"),
}
_OTHER_NAMES = {
    "total": "total_energy",
    "kinetic": "kinetic_energy",
    "potential": "potential_energy",
    "energy": "total_energy",
    "magnetisation": "magnetization",
    "adoptionrate": "adoption",
}
_SPINS: Mapping[Any, int] = {"+": 1, "-": -1, "+1": 1, "-1": -1, "up": 1, "down": -1, 1: 1, -1: -1}


def read_profile(source: str | Path) -> Profile:
    """Read a profile file, or a bundled profile by name; raises ProfileError naming the file and the field."""
    try:
        return _profile(_parsed(_content(Path(source), str(source))))
    except ProfileError as error:
        raise ProfileError(f"{source}: {error}") from None


def _content(path: Path, name: str) -> bytes:
    """Return the bytes of a file, or of the bundled profile of that name where there is no such file."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)  # never more, whatever the file is: /dev/zero has no size
    except (OSError, ValueError) as error:
        names = bundled_profiles()
        if name in names:
            return bytes(_bundled(name).read_bytes())
        if isinstance(error, FileNotFoundError):
            known = f"{did_you_mean(name, names)}; bundled: {', '.join(names)}"
            raise ProfileError(f"no such file or bundled profile{known}") from None
        raise ProfileError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(content) > MAX_BYTES:
        raise ProfileError(f"too large for a profile (over {MAX_BYTES:,} bytes)")
    return content


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_unique)
    except RecursionError:
        raise ProfileError("not JSON of a profile: nested too deeply") from None
    except ValueError as error:
        raise ProfileError(f"not JSON: {error}") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ProfileError(f"{shown(key)} is given twice")
        found[key] = value
    return found


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
            raise ProfileError(f"unknown field {shown(key)}{did_you_mean(key, sorted(set(_SECTIONS.values())))}")
        if section in parts:
            raise ProfileError(f"{shown(key)}: {section} is given twice")
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
            raise ProfileError(f"{section}: unknown field {shown(key)}{did_you_mean(key, sorted(set(names.values())))}")
        if name in found:
            raise ProfileError(f"{section}.{key}: {name} is given twice")
        found[name] = number
    return found


def _biases(value: object, given: set[str]) -> tuple[str, ...]:
    states = dict.fromkeys(BIASES, False)
    seen: set[str] = set()
    for written, active in _written_biases(value):
        name = _bias_named(written)
        if name in seen:
            raise ProfileError(f"cognitive_biases: {name} is given twice")
        seen.add(name)
        if not isinstance(active, (bool, int, float)) or active not in (0, 1):
            raise ProfileError(f"cognitive_biases.{name} must be 0 or 1, not {shown(active)}")
        states[name] = bool(active)
    given |= {f"bias.{name}" for name in BIASES}
    return tuple(name for name, active in states.items() if active)


def _written_biases(value: object) -> list[tuple[str, object]]:
    """Return (name, active) of a list of names, or of an object from names to 0 and 1."""
    if isinstance(value, Mapping):
        return list(_object(value, "cognitive_biases").items())
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ProfileError(f"cognitive_biases must be a list of names, not {shown(value)}")
    return [(name, True) for name in value]


def _bias_named(written: str) -> str:
    key = _normal(written)
    key = key.removesuffix("bias") or key
    for name in BIASES:
        if _normal(name) == key:
            return name
    hint = did_you_mean(written, BIASES)
    raise ProfileError(f"cognitive_biases: unknown bias {shown(written)}{hint}; known: {', '.join(BIASES)}")


def _physics(value: object, given: set[str]) -> Physics:
    everything = _physics_names([name for names in _FRAMEWORKS.values() for name in names])
    everything |= {framework: names[0] for framework, names in _FRAMEWORKS.items()}
    everything |= {f"{framework}{_normal(n)}": n for framework, names in _FRAMEWORKS.items() for n in names}
    flat: dict[str, Any] = {}
    for key, item in _object(value, "physics").items():
        framework = _FRAMEWORKS.get(_normal(key))
        if framework and isinstance(item, Mapping):
            inner = _fields(f"physics.{key}", item, _physics_names(framework))
        else:
            inner = _fields("physics", {key: item}, everything)
        for name, number in inner.items():
            if name in flat:
                raise ProfileError(f"physics.{key}: {name} is given twice")
            flat[name] = number
    if "spin" in flat:
        flat["spin"] = _spin(flat["spin"])
    given |= {f"physics.{name}" for name in flat}
    return Physics(**flat)


def _physics_names(numbers: Iterable[str]) -> dict[str, str]:
    """Return the spellings of these fields: normalised key to field."""
    known = set(numbers)
    return {_normal(n): n for n in known} | {key: name for key, name in _OTHER_NAMES.items() if name in known}


def _spin(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or value not in _SPINS:
        raise ProfileError(f"physics.spin must be + or -, not {shown(value)}")
    return _SPINS[value]


def _object(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ProfileError(f"{place} must be a JSON object, not {shown(value)}")
    return value
