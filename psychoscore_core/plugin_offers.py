"""Take what a plugin's hooks offer, and say in one sentence what is wrong with it where something is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any

from attrs import evolve

from psychoscore_core import hookspecs
from psychoscore_core.component import Component, Preset, ShippedModel
from psychoscore_core.errors import did_you_mean

HOOKS = MappingProxyType({name: hook for name, hook in vars(hookspecs).items() if name.startswith("psyco_")})
# What a collecting hook offers; every other hook is a notice.
KIND_OF_HOOK: Mapping[str, str] = MappingProxyType(
    {hook: kind for kind, hook in hookspecs.KINDS.items()}
    | {"psyco_presets": "preset", "psyco_shipped_models": "shipped-model", "psyco_commands": "command"}
)
CORE_COMMANDS = ("run", "generate", "export", "plugins", "config", "doctor")
MOST_OFFERS = 1000  # per hook: an endless generator is a fault, not a reason to run out of memory
_MARK = f"{hookspecs.hookimpl.project_name}_impl"  # where pluggy's marker leaves a hook's options
Options = Mapping[str, Any]


class Fault(Exception):
    """What is wrong with a plugin, in words for its author."""


def hooks_of(module: Any) -> dict[str, tuple[Callable[..., Any], Options]]:
    """Return the hooks of a plugin's module (or object) with their options; raises Fault on one that fits no spec."""
    hooks: dict[str, tuple[Callable[..., Any], Options]] = {}
    for attribute in dir(module):
        value = getattr(module, attribute, None)
        options = getattr(value, _MARK, None)
        if callable(value) and isinstance(options, dict):
            hook = options.get("specname") or attribute
            _check_hook(hook, value)
            hooks[hook] = (value, options)
        elif attribute.startswith("psyco_") and callable(value):
            lacks = attribute in HOOKS
            raise Fault(f"{attribute} {'lacks @hookimpl' if lacks else f'is no hook{did_you_mean(attribute, HOOKS)}'}")
    if not hooks:
        raise Fault("has no hook: mark its functions with @hookimpl")
    return hooks


def collect(module: Any, origin: str) -> tuple[tuple[str, Any], ...]:
    """Call a plugin's collecting hooks and return its (kind, offer) pairs with their origin filled in."""
    hooks = hooks_of(module)
    wanted = [hook for hook in KIND_OF_HOOK if hook in hooks]
    offers = [(KIND_OF_HOOK[hook], offer) for hook in wanted for offer in _results(hook, *hooks[hook])]
    names = [(kind, offer.name) for kind, offer in offers]
    for kind, name in names:
        if names.count((kind, name)) > 1:
            raise Fault(f"offers the {kind} {name!r} twice")
        if kind == "command" and name in CORE_COMMANDS:
            raise Fault(f"offers a command {name!r}, which psyco itself has")
    return tuple((kind, offer if kind == "command" else evolve(offer, origin=origin)) for kind, offer in offers)


def has_notices(module: Any) -> bool:
    """Say whether a plugin listens to a run."""
    return any(hook not in KIND_OF_HOOK for hook in hooks_of(module))


def _check_hook(hook: str, function: Callable[..., Any]) -> None:
    if hook not in HOOKS:
        raise Fault(f"has a hook {hook} that does not exist{did_you_mean(hook, HOOKS)}")
    given = list(inspect.signature(HOOKS[hook]).parameters)
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in given or parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise Fault(f"{hook} takes {parameter}, but the hook gives {', '.join(given) or 'no arguments'}")


def _results(hook: str, function: Callable[..., Any], options: Options) -> list[Any]:
    if options["wrapper"] or options["hookwrapper"]:
        raise Fault(f"{hook} is a wrapper; a collecting hook sees only its own plugin's offers")
    results = function()
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
    return {"psyco_presets": Preset, "psyco_shipped_models": ShippedModel}.get(hook, Component)
