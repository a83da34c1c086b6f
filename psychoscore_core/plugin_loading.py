"""Find the installed plugins and load one so that it cannot harm the command: every fault becomes a sentence."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import importlib_metadata
import pluggy
from attrs import evolve, field, frozen

from psychoscore_core.errors import PluginError
from psychoscore_core.plugin_offers import Fault, collect, register

Value = TypeVar("Value")
GROUP = "psychoscore"
THREAD = "psyco-plugin"


@frozen(kw_only=True)
class Plugin:
    """An installed plugin: where it comes from, what it offers as (kind, offer) pairs, or why it is not used."""

    name: str
    distribution: str
    version: str
    entry: Any = field(default=None, repr=False, eq=False)
    offers: tuple[tuple[str, Any], ...] = ()
    error: str = ""

    @property
    def origin(self) -> str:
        return f"{self.distribution} {self.version}"

    @property
    def names(self) -> frozenset[str]:
        """What --plugins and --no-plugin may call it."""
        return frozenset((canonical(self.name), canonical(self.distribution)))


def canonical(name: str) -> str:
    """Return a distribution's name as the packaging standards compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed() -> list[Plugin]:
    """Return every plugin that an installed distribution declares, sorted so that install order never matters."""
    found = [plugin for distribution in _distributions() for plugin in distribution]
    return sorted(found, key=lambda plugin: (plugin.distribution, plugin.name))


def _distributions() -> Iterator[list[Plugin]]:
    seen = set()
    for distribution in importlib_metadata.distributions():
        # Reading the text first spares parsing every other distribution: 1 ms instead of 15 for a hundred.
        if f"[{GROUP}]" not in (distribution.read_text("entry_points.txt") or ""):
            continue
        name, version = _identity(distribution)
        if name not in seen:  # the first on the path is the one that an import finds
            seen.add(name)
            entries = distribution.entry_points.select(group=GROUP)
            yield [Plugin(name=e.name, distribution=name, version=version, entry=e) for e in entries]


def _identity(distribution: Any) -> tuple[str, str]:
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    name, version = (re.search(rf"^{key}: *(.*?)\s*$", text, re.MULTILINE) for key in ("Name", "Version"))
    return canonical(name[1]) if name else "unknown", version[1] if version else "?"


def seconds_allowed() -> float:
    """Return how long a plugin may take to load: PSYCO_PLUGIN_TIMEOUT, or 5 seconds."""
    text = os.environ.get("PSYCO_PLUGIN_TIMEOUT", "5")
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= threading.TIMEOUT_MAX:
        raise PluginError(f"PSYCO_PLUGIN_TIMEOUT must be a positive number of seconds, not {text!r}")
    return seconds


def load(plugin: Plugin, manager: pluggy.PluginManager, seconds: float) -> Plugin:
    """Return the plugin with its offers, registered with the manager, or with its error and no trace of it there."""
    module = None
    try:
        module = _guarded(plugin, plugin.entry.load, seconds)
        register(module, f"{plugin.distribution}:{plugin.name}", manager)
        return evolve(plugin, offers=_guarded(plugin, lambda: collect(module, manager, plugin.origin), seconds))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: a plugin must not end the command
        if module is not None and manager.get_name(module) == f"{plugin.distribution}:{plugin.name}":
            manager.unregister(module)
        return evolve(plugin, error=_text(error))


def _guarded(plugin: Plugin, work: Callable[[], Value], seconds: float) -> Value:
    """Run plugin code in a thread of its own and give up waiting after so many seconds.

    A thread, not a signal: an import that is broken off in the middle leaves torch or NumPy unusable for the
    rest of the process, while a slow one that runs on holds only the locks of the modules that it is importing.
    What the plugin prints goes to stderr, so that a command's own output stays clean.
    """
    results: list[Value] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, name=f"{THREAD} {plugin.name}", daemon=True)
    with contextlib.redirect_stdout(sys.stderr):
        thread.start()
        thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise Fault(f"takes over {seconds:g} s to load (PSYCO_PLUGIN_TIMEOUT sets how long it may)")
    return results[0]


def left_behind() -> bool:
    """Say whether a plugin that was given up on is still running."""
    return any(thread.name.startswith(THREAD) for thread in threading.enumerate())


def _text(error: BaseException) -> str:
    import traceback  # only paid on the way to an error

    text = " ".join(str(error).split())[:400]
    if isinstance(error, Fault):
        return text
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "importlib" not in f.filename]
    place = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames and frames[-1].filename != __file__ else ""
    return f"{type(error).__name__}: {text}{place}" if text else f"{type(error).__name__}{place}"
