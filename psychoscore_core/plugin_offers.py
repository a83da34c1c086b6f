"""Take what a plugin's hooks offer, and say in one sentence what is wrong with it where something is."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pluggy
from attrs import evolve

from psychoscore_core import hookspecs
from psychoscore_core.component import Component, Preset
from psychoscore_core.errors import did_you_mean

HOOKS = frozenset(name for name in vars(hookspecs) if name.startswith("psyco_"))
KIND_OF_HOOK = {hook: kind for kind, hook in hookspecs.KINDS.items()} | {
    "psyco_presets": "preset",
    "psyco_commands": "command",
}
CORE_COMMANDS = ("run", "generate", "plugins", "config", "doctor")
MOST_OFFERS = 1000  # per hook: an endless generator is a fault, not a reason to run out of memory


class Fault(Exception):
    """What is wrong with a plugin, in words for its author."""


def register(module: Any, name: str, manager: pluggy.PluginManager) -> None:
    """Register a plugin's module (or object); raises on a hook that does not exist or has another signature."""
    if earlier := manager.get_name(module):
        raise Fault(f"names the same module as the plugin {earlier}")
    hooks = [_is_hook(module, attribute, manager) for attribute in dir(module)]  # every one is checked
    if not any(hooks):
        raise Fault("has no hook: mark its functions with @hookimpl")
    manager.register(module, name)


def _is_hook(module: Any, attribute: str, manager: pluggy.PluginManager) -> bool:
    marked = manager.parse_hookimpl_opts(module, attribute)
    if marked:
        hook = marked.get("specname") or attribute
        if hook not in HOOKS:
            raise Fault(f"has a hook {hook} that does not exist{did_you_mean(hook, HOOKS)}")
    elif attribute.startswith("psyco_") and callable(getattr(module, attribute)):
        problem = "lacks @hookimpl" if attribute in HOOKS else f"is no hook{did_you_mean(attribute, HOOKS)}"
        raise Fault(f"{attribute} {problem}")
    return bool(marked)


def collect(module: Any, manager: pluggy.PluginManager, origin: str) -> tuple[tuple[str, Any], ...]:
    """Call a registered plugin's collecting hooks and return its (kind, offer) pairs with their origin filled in."""
    offers: list[tuple[str, Any]] = []
    for caller in manager.get_hookcallers(module) or ():
        for impl in caller.get_hookimpls():
            if impl.plugin is module and caller.name in KIND_OF_HOOK:
                offers += [(KIND_OF_HOOK[caller.name], offer) for offer in _results(caller.name, impl)]
    names = [(kind, offer.name) for kind, offer in offers]
    for kind, name in names:
        if names.count((kind, name)) > 1:
            raise Fault(f"offers the {kind} {name!r} twice")
        if kind == "command" and name in CORE_COMMANDS:
            raise Fault(f"offers a command {name!r}, which psyco itself has")
    return tuple((kind, offer if kind == "command" else evolve(offer, origin=origin)) for kind, offer in offers)


def _results(hook: str, impl: Any) -> list[Any]:
    if impl.wrapper or impl.hookwrapper:
        raise Fault(f"{hook} is a wrapper; a collecting hook sees only its own plugin's offers")
    results = impl.function()
    try:
        items = list(islice(results, MOST_OFFERS + 1))
    except TypeError as error:
        if hasattr(results, "__next__"):
            raise
        raise Fault(f"{hook} gives {results!r:.80}, not an iterable of {_wanted(hook).__name__}") from error
    if len(items) > MOST_OFFERS:
        raise Fault(f"{hook} gives over {MOST_OFFERS} offers")
    for item in items:
        if not isinstance(item, _wanted(hook)):
            raise Fault(f"{hook} gives {item!r:.80}, which is no {_wanted(hook).__name__}")
        if not item.name:  # only a click.Command can be without one
            raise Fault(f"{hook} gives a command without a name")
    return items


def _wanted(hook: str) -> type[Any]:
    if hook == "psyco_commands":
        import click

        return click.Command
    return Preset if hook == "psyco_presets" else Component
