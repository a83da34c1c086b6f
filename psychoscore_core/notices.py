"""Send a run's notices to the plugins that listen."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable

import pluggy

from psychoscore_core import hookspecs
from psychoscore_core.plugin_loading import Plugin
from psychoscore_core.plugin_offers import KIND_OF_HOOK, has_notices


class Notices:
    """The notices as methods: `notices.psyco_stage_left(run=..., stage=..., seconds=..., reused=...)`."""

    def __init__(self, plugins: Iterable[Plugin]) -> None:
        self._plugins = tuple(plugins)

    @functools.cached_property
    def _manager(self) -> pluggy.PluginManager:
        manager = pluggy.PluginManager(hookspecs.hookspec.project_name)
        manager.add_hookspecs(hookspecs)
        for plugin in self._plugins:
            if has_notices(plugin.module):
                manager.register(plugin.module, f"{plugin.name} ({plugin.origin})")
        return manager

    def __getattr__(self, hook: str) -> Callable[..., None]:
        if not hook.startswith("psyco_") or hook in KIND_OF_HOOK or not hasattr(hookspecs, hook):
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
