"""Every check by kind, and the run of them over a plugin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any

from psychoscore_core import hookspecs
from psychoscore_core.errors import PluginError, did_you_mean
from psychoscore_core.plugin_loading import canonical, installed, load
from psychoscore_core.plugin_offers import Fault, collect
from psychoscore_core.testing.arranger_checks import CHECKS as ARRANGER
from psychoscore_core.testing.dataset_checks import CHECKS as DATASET
from psychoscore_core.testing.descriptor_checks import CHECKS as DESCRIPTOR
from psychoscore_core.testing.encoder_checks import CHECKS as ENCODER
from psychoscore_core.testing.exporter_checks import CHECKS as EXPORTER
from psychoscore_core.testing.loss_checks import CHECKS as LOSS
from psychoscore_core.testing.model_checks import CHECKS as MODEL
from psychoscore_core.testing.outcome import NotApplicable, Outcome, Outcomes
from psychoscore_core.testing.planner_checks import CHECKS as PLANNER
from psychoscore_core.testing.rater_checks import CHECKS as RATER
from psychoscore_core.testing.sampler_checks import CHECKS as SAMPLER
from psychoscore_core.testing.subject import Subject
from psychoscore_core.testing.temperature_checks import CHECKS as TEMPERATURE
from psychoscore_core.testing.tokenizer_checks import CHECKS as TOKENIZER

Check = Callable[[Subject], None]
CHECKS: Mapping[str, Mapping[str, Check]] = MappingProxyType(
    {
        "encoder": ENCODER,
        "tokenizer": TOKENIZER,
        "dataset": DATASET,
        "loss": LOSS,
        "planner": PLANNER,
        "model": MODEL,
        "temperature": TEMPERATURE,
        "sampler": SAMPLER,
        "arranger": ARRANGER,
        "rater": RATER,
        "exporter": EXPORTER,
    }
)


def checks_for(kind: str) -> Mapping[str, Check]:
    """Return the checks of a kind by name: those of every descriptor, then those of its behaviour."""
    return {**DESCRIPTOR, **CHECKS[kind]}


def check_plugin(
    plugin: str | ModuleType, *, skip: Mapping[str, str] | None = None, configs: Mapping[str, object] | None = None
) -> Outcomes:
    """Run every check on every component of a plugin.

    plugin: its module, or the name of an installed plugin or distribution. skip: reasons by check name; a name
    that is no check of this plugin and an empty reason raise ValueError. configs: config instances by
    "kind:name" to build a component from where its defaults are not enough (a dataset's path, say).
    """
    subjects = subjects_of(plugin, configs)
    reasons = checked_reasons(subjects, skip)
    outcomes = [outcome(s, name, reasons) for s in subjects for name in checks_for(s.kind)]
    title = plugin if isinstance(plugin, str) else plugin.__name__
    return Outcomes(plugin=title, outcomes=tuple(outcomes))


def outcome(subject: Subject, check: str, reasons: Mapping[str, str]) -> Outcome:
    """Run one check on one component."""
    if check in reasons:
        return Outcome(component=subject.name, check=check, status="skipped", text=reasons[check])
    try:
        checks_for(subject.kind)[check](subject)
    except NotApplicable as reason:
        return Outcome(component=subject.name, check=check, status="skipped", text=str(reason))
    except AssertionError as failure:
        return Outcome(component=subject.name, check=check, status="failed", text=str(failure))
    except Exception as error:  # whatever a component raises where it should not is a failure of the component
        text = f"{type(error).__name__}: {error}"
        return Outcome(component=subject.name, check=check, status="failed", text=text)
    return Outcome(component=subject.name, check=check, status="passed")


def subjects_of(plugin: str | ModuleType, configs: Mapping[str, object] | None = None) -> list[Subject]:
    """Return what a plugin offers as subjects; raises PluginError where it is broken or not installed."""
    offers = _installed_offers(plugin) if isinstance(plugin, str) else _module_offers(plugin)
    configs = configs or {}
    subjects = [
        Subject(kind=kind, component=offer, module=module, config=configs.get(f"{kind}:{offer.name}"))
        for module, kind, offer in offers
        if kind in hookspecs.KINDS
    ]
    names = [subject.name for subject in subjects]
    for name in configs:
        if name not in names:
            raise ValueError(f"configs: the plugin offers no {name!r}{did_you_mean(name, names)}")
    return subjects


def checked_reasons(subjects: Iterable[Subject], skip: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return the skips, after making sure that each names a check and states a reason."""
    known = sorted({name for subject in subjects for name in checks_for(subject.kind)})
    for name, reason in (skip or {}).items():
        if name not in known:
            raise ValueError(f"skip: there is no check {name!r} for this plugin{did_you_mean(name, known)}")
        if not isinstance(reason, str) or not reason.strip():
            raise ValueError(f"skip: {name} needs a reason")
    return skip or {}


def _module_offers(module: ModuleType) -> list[tuple[str, str, Any]]:
    try:
        offers = collect(module, origin=f"{module.__name__} under test")
    except Fault as error:
        raise PluginError(f"{module.__name__}: {error}") from error
    return [(module.__name__, kind, offer) for kind, offer in offers]


def _installed_offers(name: str) -> list[tuple[str, str, Any]]:
    found = installed()
    known = sorted({n for plugin in found for n in (plugin.name, plugin.distribution)})
    chosen = [plugin for plugin in found if canonical(name) in plugin.names]
    if not chosen:
        raise PluginError(f"no installed plugin is called {name!r}{did_you_mean(name, known)}")
    loaded = load(chosen)
    for plugin in loaded:
        if plugin.error:
            raise PluginError(f"the plugin {plugin.name} ({plugin.origin}) is broken: {plugin.error}")
    return [(plugin.entry.module, kind, offer) for plugin in loaded for kind, offer in plugin.offers]
