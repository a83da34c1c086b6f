"""Checks of every component's descriptor: a light plugin.py, a frozen documented config, a class of the right shape."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

import attrs

from psychoscore_core.option_docs import documented
from psychoscore_core.stages import arrange, encode, export, plan, prepare, rate, sample, tokenize, train
from psychoscore_core.testing.imports import heavy_imports_of
from psychoscore_core.testing.outcome import require
from psychoscore_core.testing.subject import Subject

# Per kind, the protocols of which a class must have at least one.
PROTOCOLS: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        "encoder": (encode.ProfileEncoder,),
        "tokenizer": (tokenize.Tokenizer,),
        "dataset": (prepare.Dataset,),
        "loss": (train.Loss,),
        "planner": (plan.Planner,),
        "model": (sample.Composer, sample.Decoder),
        "temperature": (sample.TemperatureScheduler,),
        "sampler": (sample.Sampler,),
        "arranger": (arrange.Arranger,),
        "rater": (rate.Rater,),
        "exporter": (export.TakeExporter, export.TakesExporter, export.CheckpointExporter),
    }
)
FIELD_TYPES = (int, float, str, bool, Path, type(None))


def plugin_imports_lightly(subject: Subject) -> None:
    heavy = heavy_imports_of(subject.module)
    require(not heavy, f"importing {subject.module} loads {', '.join(heavy)}; import it where the component is built")


def summary_is_one_sentence(subject: Subject) -> None:
    summary = subject.component.summary
    require(summary.strip() == summary and summary.endswith("."), f"summary {summary!r} is no sentence")
    require("\n" not in summary, "summary has several lines")


def config_is_frozen(subject: Subject) -> None:
    config = subject.component.config
    require(attrs.has(config), f"{config.__name__} is no attrs class")
    field = next(iter(attrs.fields(config)), None)
    frozen = getattr(config, "__setattr__", None) is not object.__setattr__
    instance = config()
    try:
        setattr(instance, field.name if field else "anything", None)
    except attrs.exceptions.FrozenInstanceError:
        return
    except AttributeError:
        require(frozen or not field, f"{config.__name__} is not frozen: declare it with @attrs.frozen(kw_only=True)")
        return
    raise AssertionError(f"{config.__name__} is not frozen: declare it with @attrs.frozen(kw_only=True)")


def config_has_defaults(subject: Subject) -> None:
    missing = [f.name for f in attrs.fields(subject.component.config) if f.default is attrs.NOTHING]
    require(not missing, f"{subject.component.config.__name__}: no default for {', '.join(missing)}")


def config_is_documented(subject: Subject) -> None:
    config = subject.component.config
    docs = documented(config)
    missing = [field.name for field in attrs.fields(config) if not docs.get(field.name)]
    require(not missing, f"the docstring of {config.__name__} lacks `name: meaning.` for {', '.join(missing)}")


def config_types_fit_json(subject: Subject) -> None:
    config = subject.component.config
    hints = typing.get_type_hints(config)
    wrong = [field.name for field in attrs.fields(config) if not _fits_json(hints.get(field.name))]
    require(not wrong, f"{config.__name__}: a config file cannot hold the type of {', '.join(wrong)}")


def class_has_its_methods(subject: Subject) -> None:
    problems = [_problems(subject.factory, protocol) for protocol in PROTOCOLS[subject.kind]]
    fewest = min(problems, key=len)
    require(not fewest, f"{subject.factory.__name__}: {'; '.join(fewest)}")


def builds_from_its_config(subject: Subject) -> None:
    first, second = subject.build(), subject.build()
    require(first is not second, "building twice gives the same object; state would leak from run to run")


def _fits_json(hint: Any) -> bool:
    if hint in FIELD_TYPES or attrs.has(hint) or hint is object:
        return True
    origin, arguments = get_origin(hint), [a for a in get_args(hint) if a is not Ellipsis]
    if origin is Literal:
        return True
    if origin in (dict, Mapping):
        return arguments[0] is str and _fits_json(arguments[1])
    return origin in (tuple, typing.Union, types.UnionType) and all(_fits_json(argument) for argument in arguments)


def _problems(factory: type, protocol: type) -> list[str]:
    """Return what of the protocol's methods the class lacks or takes other arguments for."""
    problems = []
    for name, method in vars(protocol).items():
        if not inspect.isfunction(method) or (name.startswith("_") and name != "__call__") or name == "__init__":
            continue
        own = getattr(factory, name, None)
        if not callable(own) or (name == "__call__" and "__call__" not in dir(factory)):
            problems.append(f"has no {name}()")
        elif not _accepts(own, method):
            problems.append(f"{name}{inspect.signature(own)} must take {inspect.signature(method)}")
    return problems


def _accepts(own: Any, method: Any) -> bool:
    """Say whether a method may be called as the protocol's: with all arguments, and with the needed ones only."""
    parameters = list(inspect.signature(method).parameters.values())
    needed = [p for p in parameters if p.default is p.empty]
    for count in {len(parameters), len(needed)}:
        try:
            inspect.signature(own).bind(*range(count))
        except TypeError:
            return False
    return True


CHECKS = MappingProxyType(
    {
        "plugin-imports-lightly": plugin_imports_lightly,
        "summary-is-one-sentence": summary_is_one_sentence,
        "config-is-frozen": config_is_frozen,
        "config-has-defaults": config_has_defaults,
        "config-is-documented": config_is_documented,
        "config-types-fit-json": config_types_fit_json,
        "class-has-its-methods": class_has_its_methods,
        "builds-from-its-config": builds_from_its_config,
    }
)
