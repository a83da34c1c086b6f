"""Find the installed plugins and load them so that none can harm the command: every fault becomes a sentence."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import importlib_metadata
from attrs import evolve, field, frozen

from psychoscore_core.errors import PluginError
from psychoscore_core.plugin_offers import Fault, collect

GROUP = "psychoscore"
THREAD = "psyco plugins"


@frozen(kw_only=True)
class Plugin:
    """An installed plugin: where it comes from, what it offers as (kind, offer) pairs, or why it is not used."""

    name: str
    distribution: str
    version: str
    entry: Any = field(default=None, repr=False, eq=False)
    module: Any = field(default=None, repr=False, eq=False)
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


def load(plugins: Sequence[Plugin]) -> list[Plugin]:
    """Return the plugins with their offers, or with the error that keeps them out.

    They load in one thread beside this one, which gives up waiting when one of them takes too long; the rest go on
    in a new thread. A thread, not a signal: an import that is broken off in the middle leaves torch or NumPy
    unusable for the rest of the process, while a slow one that runs on holds only the locks of the modules that it
    is importing. What plugins print goes to stderr, so that a command's own output stays clean.
    """
    seconds = seconds_allowed()
    loaded: list[Plugin] = []
    with contextlib.redirect_stdout(sys.stderr):
        while len(loaded) < len(plugins):
            worker = _Worker(plugins[len(loaded) :])
            worker.start()
            loaded += worker.results(seconds)
    return _without_twins(loaded)


def left_behind() -> bool:
    """Say whether a plugin that was given up on is still running."""
    return any(thread.name == THREAD for thread in threading.enumerate())


class _Worker(threading.Thread):
    """Loads plugins one after the other until it is told that one of them was given up on."""

    def __init__(self, plugins: Sequence[Plugin]) -> None:
        super().__init__(name=THREAD, daemon=True)
        self.plugins = plugins
        self.lock = threading.Lock()
        self.loaded: list[Plugin] = []
        self.abandoned = False
        self.interrupt: KeyboardInterrupt | None = None
        self.began = time.monotonic()  # when the present plugin did

    def run(self) -> None:
        for plugin in self.plugins:
            try:
                result = _load(plugin)
            except KeyboardInterrupt as interrupt:
                self.interrupt = interrupt
                return
            with self.lock:
                if self.abandoned:
                    return
                self.loaded.append(result)
                self.began = time.monotonic()

    def results(self, seconds: float) -> list[Plugin]:
        """Wait and return what was loaded; the last one is the one that took too long, if any did."""
        while self.is_alive():
            self.join(max(0.0, self.began + seconds - time.monotonic()))
            with self.lock:
                if self.is_alive() and len(self.loaded) < len(self.plugins) and self._is_late(seconds):
                    self.abandoned = True
                    slow = f"takes over {seconds:g} s to load (PSYCO_PLUGIN_TIMEOUT sets how long it may)"
                    return [*self.loaded, evolve(self.plugins[len(self.loaded)], error=slow)]
        if self.interrupt:
            raise self.interrupt
        return self.loaded

    def _is_late(self, seconds: float) -> bool:
        return time.monotonic() >= self.began + seconds


def _load(plugin: Plugin) -> Plugin:
    try:
        module = plugin.entry.load()
        return evolve(plugin, module=module, offers=collect(module, plugin.origin))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: a plugin must not end the command
        return evolve(plugin, error=_text(error))


def _without_twins(plugins: list[Plugin]) -> list[Plugin]:
    """Keep the first of the plugins that name the same module: it would hear every notice twice."""
    first: dict[int, Plugin] = {}
    kept = []
    for plugin in plugins:
        twin = first.setdefault(id(plugin.module), plugin) if not plugin.error else plugin
        error = f"names the same module as the plugin {twin.name} ({twin.origin})"
        kept.append(plugin if twin is plugin else evolve(plugin, module=None, offers=(), error=error))
    return kept


def _text(error: BaseException) -> str:
    import traceback  # only paid on the way to an error

    text = " ".join(str(error).split())[:400]
    if isinstance(error, Fault):
        return text
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "importlib" not in f.filename]
    own = frames and frames[-1].filename not in (__file__, collect.__code__.co_filename)
    place = f" ({frames[-1].filename}, line {frames[-1].lineno})" if own else ""
    return f"{type(error).__name__}: {text}{place}" if text else f"{type(error).__name__}{place}"
