"""The JSON Schema of psychoscore.json."""

from __future__ import annotations

import json

import pytest

from psychoscore_core.config.schema import DIALECT, project_schema


@pytest.fixture
def schema(catalogue):
    return project_schema(catalogue)


def test_it_is_json_of_the_2020_12_dialect(schema):
    assert json.loads(json.dumps(schema)) == schema
    assert schema["$schema"] == DIALECT


def test_options_carry_docs_defaults_ranges_and_enums(schema):
    definitions = schema["$defs"]
    assert definitions["temperature.dynamic"]["properties"]["imaginary_threshold"] == {
        "type": "number",
        "minimum": 0.0,
        "maximum": 1.0,
        "default": 0.5,
        "description": "0 to 1.",
    }
    assert definitions["model.transformer"]["properties"]["size"]["enum"] == ["tiny", "small", "medium"]
    assert definitions["model.transformer"]["properties"]["pooling"]["enum"] == ["mean", "last"]
    assert definitions["model.transformer"]["properties"]["use"]["const"] == "transformer"


def test_required_options_have_no_default(schema):
    assert "default" not in schema["$defs"]["datasets.emopia"]["properties"]["path"]


def test_training_and_generation_are_described(schema):
    training, generation = (schema["properties"][key]["properties"] for key in ("training", "generation"))
    assert training["precision"]["enum"] == ["fp32", "bf16"]
    assert training["steps"] == {"type": "integer", "minimum": 1, "default": 1000, "description": "optimizer steps."}
    assert generation["bars"]["anyOf"][0]["maximum"] == 512
    assert generation["key"]["anyOf"][0]["enum"][:2] == ["C", "Db"]
    assert generation["tempo"]["anyOf"] == [{"type": "number", "minimum": 10, "maximum": 400}, {"type": "null"}]


def test_presets_of_plugins_are_in_it(catalogue):
    catalogue.offer("gothic", {})
    presets = [option.get("const") for option in project_schema(catalogue)["properties"]["preset"]["anyOf"]]
    assert presets == ["comedy", "experimental", "gothic", "tragedy", None]


def test_a_kind_without_components_still_has_a_schema(catalogue):
    catalogue.kinds["tokenizer"].clear()
    catalogue.kinds["arranger"].clear()
    assert project_schema(catalogue)["properties"]["tokenizer"] == {"type": ["string", "object"]}


GOOD = [
    {},
    {"name": "hamlet", "temperature": {"base_temperature": 0.6}},
    {"model": "transformer", "preset": "tragedy", "$schema": "x"},
    {"datasets": {"emopia": {"path": "x"}, "mine": {"use": "synthetic", "num_pairs": 5}, "old": None}},
    {"datasets": {"emopia": {"use": "synthetic", "num_pairs": 5}}, "exporters": None},
    {"generation": {"key": None, "tempo": 90, "profiles": {"a": "hamlet", "b": {"trauma": 1}}}},
    {"temperature": {"use": "curve", "points": [1, 2.5], "span": [1, "bars"]}},
]
BAD = [
    {"nmae": "x"},
    {"temperature": {"base": 0.6}},
    {"temperature": {"use": "fixed", "base_temperature": 0.6}},
    {"temperature": {"imaginary_threshold": 2}},
    {"model": "transfomer"},
    {"training": {"steps": "8"}},
    {"generation": {"bars": 0}},
    {"datasets": {"emopia": {"num_pairs": 5}}},
    {"name": "../x"},
]


@pytest.mark.parametrize(("config", "valid"), [(c, True) for c in GOOD] + [(c, False) for c in BAD])
def test_a_validator_agrees_with_the_loader(schema, config, valid):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema checks the schema against a second opinion")
    jsonschema.Draft202012Validator.check_schema(schema)
    assert jsonschema.Draft202012Validator(schema).is_valid(config) == valid
