"""The plugins of one command: discovered when it starts, passed on by hand, forgotten when it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from psychoscore_core import hookspecs
from psychoscore_core.building import build
from psychoscore_core.built_in import BUILT_IN, provider_of
from psychoscore_core.component import Component, Preset, ShippedModel
from psychoscore_core.errors import PluginError, did_you_mean
from psychoscore_core.notices import Notices
from psychoscore_core.plugin_loading import Plugin, canonical, installed, load

if TYPE_CHECKING:
    import click

__all__ = ["BUILT_IN", "Offers", "Plugin", "Plugins", "build", "discover"]
Offer = TypeVar("Offer")


class Offers(Mapping[str, Offer], Generic[Offer]):
    """What all plugins offer of one kind, sorted by name.

    A name that two plugins offer is left out of the iteration and raises PluginError, naming both, when it is
    asked for: a conflict about a component that nobody wants stops nobody.
    """

    def __init__(self, kind: str, plugins: Sequence[Plugin]) -> None:
        self._kind = kind
        self._by_name: dict[str, list[tuple[Plugin, Offer]]] = {}
        for plugin in plugins:
            for offered, offer in plugin.offers:
                if offered == kind:
                    self._by_name.setdefault(offer.name, []).append((plugin, offer))

    def __getitem__(self, name: str) -> Offer:
        if name in self.conflicts:
            raise PluginError(self.conflicts[name])
        return self._by_name[name][0][1]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(name for name, offers in self._by_name.items() if len(offers) == 1))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def conflicts(self) -> Mapping[str, str]:
        """Return a sentence for every name that several plugins offer."""
        several = {name: [plugin for plugin, _ in o] for name, o in self._by_name.items() if len(o) > 1}
        return {name: self._conflict(name, plugins) for name, plugins in sorted(several.items())}

    def _conflict(self, name: str, plugins: Sequence[Plugin]) -> str:
        origins = " and ".join(plugin.origin for plugin in plugins)
        remedy = next((p for p in reversed(plugins) if p.distribution not in BUILT_IN), plugins[-1])
        return (
            f"{self._kind} {name!r} is offered by {origins}; "
            f"leave one of them out, for instance with --no-plugin {remedy.distribution}"
        )


class Plugins:
    """The plugins of one command: what they offer, which are broken, which were left out.

    loaded, broken, left_out: records with name, distribution, version and error.
    hook: the notices; `plugins.hook.psyco_stage_entered(run=..., stage=...)` reaches every plugin that listens,
    and one that raises is named in a warning and does not stop the run.
    """

    def __init__(self, plugins: Iterable[Plugin], left_out: Iterable[Plugin] = ()) -> None:
        plugins = tuple(plugins)
        self.loaded = tuple(plugin for plugin in plugins if not plugin.error)
        self.broken = tuple(plugin for plugin in plugins if plugin.error)
        self.left_out = tuple(left_out)
        self.hook = Notices(self.loaded)

    def components(self, kind: str) -> Offers[Component]:
        """Return the components of a kind by name."""
        if kind not in hookspecs.KINDS:
            raise PluginError(f"there is no kind of component {kind!r}{did_you_mean(kind, hookspecs.KINDS)}")
        return Offers(kind, self.loaded)

    def component(self, kind: str, name: str) -> Component:
        """Return one component; raises PluginError when no plugin or more than one offers it."""
        offers = self.components(kind)
        try:
            return offers[name]
        except KeyError:
            raise PluginError(self._missing(kind, name, offers)) from None

    def presets(self) -> Offers[Preset]:
        """Return the presets that plugins offer by name."""
        return Offers("preset", self.loaded)

    def shipped_models(self) -> Offers[ShippedModel]:
        """Return the trained models that come with plugins by name."""
        return Offers("shipped-model", self.loaded)

    def commands(self) -> Sequence[click.Command]:
        """Return the commands that plugins offer, sorted by name; a name that two offer is left out."""
        return tuple(Offers[Any]("command", self.loaded).values())

    def command(self, name: str) -> click.Command | None:
        """Return a plugin's command, or None; raises PluginError when two plugins offer it."""
        return Offers[Any]("command", self.loaded).get(name)

    def conflicts(self) -> tuple[str, ...]:
        """Return one sentence for every name that several plugins offer."""
        kinds = (*hookspecs.KINDS, "preset", "shipped-model", "command")
        return tuple(text for kind in kinds for text in Offers[Any](kind, self.loaded).conflicts.values())

    def build(self, component: Component, config: object, **facts: object) -> Any:
        """Import and build a component; see `psychoscore_core.building.build`."""
        return build(component, config, **facts)

    def _missing(self, kind: str, name: str, known: Iterable[str]) -> str:
        text = f"no plugin offers the {kind} {name!r}{did_you_mean(name, known)}"
        provider = provider_of(kind, name)
        # What a broken plugin would have offered is known of the built-ins only; any other may be the one.
        suspects = [p for p in self.broken if p.distribution == provider or p.distribution not in BUILT_IN]
        if provider and all(provider != p.distribution for p in (*self.broken, *self.left_out)):
            text += f"; it comes with {provider}: pip install {provider}"
        for plugin in suspects:
            text += f"; the plugin {plugin.name} ({plugin.origin}) is broken: {plugin.error}"
        if self.left_out:
            text += f"; left out by --plugins or --no-plugin: {', '.join(p.name for p in self.left_out)}"
        return text


def discover(allow: Sequence[str] | None = None, block: Sequence[str] = ()) -> Plugins:
    """Load the installed plugins, each on its own, and return what they offer.

    allow: if given, the only third-party plugins to load, by plugin or distribution name; the built-ins stay.
    block: plugins to leave out, built-ins too. Names of no installed plugin raise PluginError.
    """
    found = installed()
    for name in (*(allow or ()), *block):
        _check_installed(name, found)
    allowed = None if allow is None else {canonical(name) for name in allow}
    blocked = {canonical(name) for name in block}
    chosen = [plugin for plugin in found if _wanted(plugin, allowed, blocked)]
    return Plugins(load(chosen), left_out=[plugin for plugin in found if plugin not in chosen])


def _wanted(plugin: Plugin, allowed: set[str] | None, blocked: set[str]) -> bool:
    if plugin.names & blocked:
        return False
    return allowed is None or plugin.distribution in BUILT_IN or bool(plugin.names & allowed)


def _check_installed(name: str, found: Iterable[Plugin]) -> None:
    known = {known for plugin in found for known in (canonical(plugin.name), plugin.distribution)}
    if canonical(name) not in known | set(BUILT_IN):
        raise PluginError(f"no installed plugin is called {name!r}{did_you_mean(canonical(name), sorted(known))}")
