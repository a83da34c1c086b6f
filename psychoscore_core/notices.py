"""Send a run's notices to the plugins that listen."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pluggy


class Notices:
    """The notices as methods: `notices.psyco_stage_left(run=..., stage=..., seconds=..., reused=...)`."""

    def __init__(self, manager: pluggy.PluginManager) -> None:
        self._manager = manager

    def __getattr__(self, hook: str) -> Callable[..., None]:
        if not hook.startswith("psyco_") or not hasattr(self._manager.hook, hook):
            raise AttributeError(f"there is no notice {hook!r}")
        return functools.partial(self._send, hook)

    def _send(self, hook: str, **facts: object) -> None:
        # One plugin at a time: in pluggy's own call, the first that raises would keep the rest from hearing it.
        plugins = self._manager.get_plugins()
        for plugin in [impl.plugin for impl in getattr(self._manager.hook, hook).get_hookimpls()]:
            try:
                self._manager.subset_hook_caller(hook, plugins - {plugin})(**facts)
            except Exception as error:
                self._warn(hook, plugin, error)

    def _warn(self, hook: str, plugin: object, error: Exception) -> None:
        import logging

        name = self._manager.get_name(plugin)
        logging.getLogger("psychoscore").warning("plugin %s: %s raised %s: %s", name, hook, type(error).__name__, error)
