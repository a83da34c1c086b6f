"""The versions that a run's record names: Python, the platform, the plugins and what these require."""

from __future__ import annotations

import platform
import re
import sys
from typing import Any

import importlib_metadata

from psychoscore_core.plugins import Plugins


def versions(plugins: Plugins) -> dict[str, Any]:
    """Return the versions of whatever can change a run's results; a requirement that is not installed is left out."""
    distributions = {plugin.distribution: plugin.version for plugin in plugins.loaded}
    required = {name for distribution in distributions for name in _requirements(distribution)}
    found = {name: _version(name) for name in sorted(required - set(distributions))}
    return {
        "python": sys.version.split()[0],
        "platform": platform.platform(),
        "plugins": distributions,
        "packages": {name: version for name, version in found.items() if version},
    }


def _requirements(distribution: str) -> set[str]:
    try:
        lines = importlib_metadata.requires(distribution) or []
    except importlib_metadata.PackageNotFoundError:
        return set()
    return {re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in lines if "extra ==" not in line}


def _version(distribution: str) -> str:
    try:
        return str(importlib_metadata.version(distribution))
    except importlib_metadata.PackageNotFoundError:
        return ""
