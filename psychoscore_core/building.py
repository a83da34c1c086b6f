"""Build a chosen component: only here is a plugin's real code imported."""

from __future__ import annotations

import importlib
import re
from typing import Any

import importlib_metadata

from psychoscore_core.component import Component
from psychoscore_core.errors import PluginError, PsychoscoreError


def factory_of(component: Component) -> Any:
    """Import and return a component's class; raises PluginError that names what is missing and what installs it."""
    module, name = component.factory.split(":")
    try:
        return getattr(importlib.import_module(module), name)
    except PsychoscoreError:
        raise
    except ImportError as error:
        raise PluginError(_missing(component, error)) from error
    except AttributeError as error:
        if getattr(error, "name", None) != name:
            raise PluginError(_failed(component, "cannot be imported", error)) from error
        raise PluginError(f"{_title(component)}: {module} has no {name!r}") from error
    except Exception as error:
        raise PluginError(_failed(component, "cannot be imported", error)) from error


def build(component: Component, config: object, **facts: object) -> Any:
    """Return `Class(config, **facts)`; raises PluginError, naming the component, when that fails."""
    factory = factory_of(component)
    try:
        return factory(config, **facts)
    except PsychoscoreError:
        raise
    except ImportError as error:  # a component may import what is heavy as late as here
        raise PluginError(_missing(component, error)) from error
    except Exception as error:
        raise PluginError(_failed(component, "cannot be built", error)) from error


def _title(component: Component) -> str:
    return f"{component.name} ({component.origin or component.factory})"


def _failed(component: Component, what: str, error: Exception) -> str:
    return f"{_title(component)} {what}: {type(error).__name__}: {error}"


def _missing(component: Component, error: ImportError) -> str:
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return _failed(component, "cannot be imported", error)
    if (component.factory.split(":")[0] + ".").startswith(error.name + "."):
        return f"{_title(component)}: its factory {component.factory} is not there: {error}"
    package = error.name.split(".")[0]
    return f"{_title(component)} needs the package {package!r}, which is not installed: {_pip_line(component, package)}"


def _pip_line(component: Component, package: str) -> str:
    distribution = component.origin.split(" ")[0]
    try:
        requirements = importlib_metadata.requires(distribution) or [] if distribution else []
    except importlib_metadata.PackageNotFoundError:
        requirements = []
    for requirement in requirements:
        wanted = re.match(r"[A-Za-z0-9._-]+", requirement)
        if wanted and re.sub(r"[-_.]+", "_", wanted[0]).lower() == package.lower():
            extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", requirement)
            return f"pip install '{distribution}[{extra[1]}]'" if extra else f"pip install {wanted[0]}"
    return f"pip install {package}"
