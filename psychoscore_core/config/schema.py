"""JSON Schema 2020-12 of psychoscore.json, with the options of the installed plugins in it."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import attrs

from psychoscore_core.component import Component
from psychoscore_core.config.config_class import default_of, fields_of, hints_of, plain, ranges_of
from psychoscore_core.config.misfit import Misfit, is_list, is_table, is_union
from psychoscore_core.config.model import NAME, SLOTS, TABLES, Generation, Named
from psychoscore_core.config.preset_files import bundled_presets
from psychoscore_core.config.structure import Catalogue
from psychoscore_core.option_docs import documented
from psychoscore_core.records import Training

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SIMPLE = {int: "integer", float: "number", str: "string", bool: "boolean", Path: "string", dict: "object"}
_BOUNDS = {">=": "minimum", ">": "exclusiveMinimum", "<=": "maximum", "<": "exclusiveMaximum"}


def project_schema(catalogue: Catalogue) -> Schema:
    """Return the schema of one psychoscore.json.

    No key is required, because another layer may set it; for the same reason a slot without `use` may hold the
    options of any component.
    """
    components = {key: _variants(catalogue, kind) for key, kind in {**SLOTS, **TABLES}.items()}
    presets = {**bundled_presets(), **catalogue.presets()}
    properties: Schema = {
        "$schema": {"type": "string"},
        "name": {"type": "string", "pattern": f"^{NAME}$", "maxLength": Named().longest, "default": "untitled"},
        "preset": _either([{"const": n, "description": p.summary} for n, p in sorted(presets.items())], null=True),
        **{key: _slot(key, components[key]) for key in SLOTS},
        **{key: _table(key, components[key]) for key in TABLES},
        "training": class_schema(Training),
        "generation": class_schema(Generation),
    }
    definitions = {f"{key}.{name}": schema for key, found in components.items() for name, schema in found.items()}
    return {
        "$schema": DIALECT,
        "title": "psychoscore.json",
        "description": "A PSYCHOSCORE project, with the plugins that are installed here.",
        **_object(properties),
        "$defs": definitions,
    }


def class_schema(cls: type) -> Schema:
    """Return the schema of a config class: its options with types, ranges, defaults and docs."""
    docs = documented(cls)
    try:
        hints = hints_of(cls)
    except Misfit:
        hints = {}
    return _object({name: _option(cls, field, hints, docs) for name, field in fields_of(cls).items()})


def type_schema(hint: Any) -> Schema:
    """Return the schema of a type that a config class may use; {} for any other."""
    if hint in _SIMPLE:
        return {"type": _SIMPLE[hint]}
    arms = get_args(hint)
    if get_origin(hint) is Literal:
        return {"enum": list(arms)}
    if is_union(hint):
        return _either([type_schema(arm) for arm in arms if arm is not types.NoneType], null=types.NoneType in arms)
    if is_table(hint):
        return {"type": "object", "additionalProperties": type_schema(arms[1])}
    if is_list(hint):
        return _array(arms, fixed=get_origin(hint) is tuple and arms[1:] != (...,))
    return class_schema(hint) if isinstance(hint, type) and attrs.has(hint) else {}


def _array(arms: tuple[Any, ...], fixed: bool) -> Schema:
    if not fixed:
        return {"type": "array", **({"items": type_schema(arms[0])} if arms else {})}
    items = [type_schema(arm) for arm in arms]
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}


def _variants(catalogue: Catalogue, kind: str) -> Schema:
    found = catalogue.components(kind)
    return {name: _component(found[name]) for name in sorted(found)}


def _component(component: Component) -> Schema:
    options = class_schema(component.config)
    properties = {"use": {"const": component.name, "description": component.summary}, **options["properties"]}
    origin = f" ({component.origin})" if component.origin else ""
    return {"description": f"{component.summary}{origin}", **_object(properties)}


def _slot(key: str, variants: Schema) -> Schema:
    if not variants:
        return {"type": ["string", "object"]}
    return _either([_names(variants), *({"$ref": f"#/$defs/{key}.{name}"} for name in variants)])


def _table(key: str, variants: Schema) -> Schema:
    """Return a table's schema: an entry named like a component has that component's options, or says `use`."""
    other = {"type": "object", "required": ["use"], "anyOf": [{"$ref": f"#/$defs/{key}.{name}"} for name in variants]}
    said = [_names(variants), other] if variants else []
    named = {
        name: _either([{"$ref": f"#/$defs/{key}.{name}"}, *said], null=True, description=schema["description"])
        for name, schema in variants.items()
    }
    table = {
        "type": "object",
        "properties": named,
        "propertyNames": {"pattern": f"^{NAME}$"},
        # the component of an entry with a name of its own may be chosen in another layer
        "additionalProperties": {"type": ["object", "string", "null"]},
    }
    return _either([table], null=True)


def _names(variants: Schema) -> Schema:
    return {"enum": list(variants)}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _either(options: list[Schema], *, null: bool = False, **more: Any) -> Schema:
    options = [*options, {"type": "null"}] if null else options
    return {**(options[0] if len(options) == 1 else {"anyOf": options}), **more}


def _option(cls: type, field: attrs.Attribute[Any], hints: Mapping[str, Any], docs: Mapping[str, str]) -> Schema:
    schema = type_schema(hints.get(field.name))
    bounds: Schema = {}
    for validator in ranges_of(cls, field):
        bounds |= dict(_bounds(validator))
    if "anyOf" in schema:  # null has no bounds
        schema["anyOf"][0] |= bounds
    else:
        schema |= bounds
    if field.name in docs:
        schema["description"] = docs[field.name]
    default = default_of(field)
    return schema if default is attrs.NOTHING else {**schema, "default": plain(default)}


def _bounds(validator: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a validator of attrs (or OneOf) demands, as JSON Schema; silent on any other."""
    options = getattr(validator, "options", None)
    if isinstance(options, (list, tuple)) and all(isinstance(option, (str, int, float)) for option in options):
        yield "enum", list(options)
    for inner in _parts(validator):
        yield from _bounds(inner)
    bound = getattr(validator, "bound", None)
    if isinstance(bound, (int, float)) and getattr(validator, "compare_op", None) in _BOUNDS:
        yield _BOUNDS[validator.compare_op], bound


def _parts(validator: Any) -> Sequence[Any]:
    inner = getattr(validator, "_validators", None) or getattr(validator, "validator", None) or ()
    return inner if isinstance(inner, (tuple, list)) else (inner,)
