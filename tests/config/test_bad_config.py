"""Bad input: every problem is one clean line that says where and what."""

from __future__ import annotations

import json
import os

import pytest
from attrs import field, frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psychoscore_core.errors import ConfigError

AT = "project/psychoscore.json"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"name": "x",\n "bars" 3}', ":2:9: is not JSON: Expecting ':' delimiter"),
        ("", ":1:1: is not JSON: Expecting value"),
        ("{} {}", ":1:4: is not JSON: Extra data"),
        ('{"a": NaN}', ": NaN is not a number that a config can hold"),
        ('{"a": -Infinity}', ": -Infinity is not a number that a config can hold"),
        ('{"a": 1e999}', ": the number 1e999 is too large"),
        ('{"a": ' + "9" * 5000 + "}", f": the number {'9' * 40}... has too many digits"),
        ('{"name": "x", "name": "y"}', ": the key 'name' is given twice in one table"),
        ('{"model": {"use": "x", "use": "x"}}', ": the key 'use' is given twice in one table"),
        ("[1]", ': must be a table of config keys, like {"name": "my-piece"}'),
        ("null", ': must be a table of config keys, like {"name": "my-piece"}'),
        ("[" * 100_000, ": is nested too deeply (over 32 levels)"),
        ('{"a":' * 500 + "1" + "}" * 500, ": is nested too deeply (over 32 levels)"),
        ('{"a":' * 33 + "1" + "}" * 33, ": is nested too deeply (over 32 levels)"),
        (b'{"name": "\xff"}', ": is not UTF-8 text (byte 10)"),
        (b"\xff\xfe{\x00}\x00", ": is not UTF-8 text (byte 0)"),
        (" " * 1_000_001, ": is too large for a config (over 1,000,000 bytes)"),
    ],
)
def test_a_file_that_is_no_config(problems, content, message):
    assert problems(content) == [f"{AT}{message}"]


def test_a_byte_order_mark_is_fine(load):
    assert load(b'\xef\xbb\xbf{"name": "hamlet"}').project.name == "hamlet"


def test_a_folder_in_place_of_the_file(problems, folders):
    (folders / "project" / "psychoscore.json").mkdir()
    assert problems() == [f"{AT}: is not a regular file"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes in folders are POSIX")
def test_a_pipe_in_place_of_the_file_does_not_hang(problems, folders):
    os.mkfifo(folders / "project" / "psychoscore.json")
    assert problems() == [f"{AT}: is not a regular file"]


def test_broken_files_of_several_layers_are_reported_together(problems, write):
    write("{", "user")
    write("[]", "system")
    lines = problems("nothing", sets=["x"])
    assert [line.split(":")[0] for line in lines] == [
        "system/psychoscore.json",
        "user/psychoscore.json",
        AT,
        "--set",
    ]


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"nmae": "x"}, "nmae: unknown key (did you mean 'name'?)"),
        ({"temperature": {"base_temp": 1}}, "temperature.base_temp: unknown key (did you mean 'base_temperature'?)"),
        ({"exporters": {"onnx": {"q": 1}}}, "exporters.onnx.q: unknown key; there is quantization"),
        ({"tokenizer": {"bpe": 1}}, "tokenizer.bpe: unknown key; there are no options"),
        ({"training": {"step": 5}}, "training.step: unknown key (did you mean 'steps'?)"),
        ({"training": {"steps": "8"}}, "training.steps: must be a whole number, not the text '8'"),
        ({"training": {"steps": True}}, "training.steps: must be a whole number, not true"),
        ({"training": {"steps": 8.0}}, "training.steps: must be a whole number, not the number 8.0"),
        ({"training": {"clip": "1"}}, "training.clip: must be a number, not the text '1'"),
        ({"training": {"clip": False}}, "training.clip: must be a number, not false"),
        (
            {"training": {"gradient_checkpointing": 1}},
            "training.gradient_checkpointing: must be true or false, not the number 1",
        ),
        ({"training": {"steps": None}}, "training.steps: must be a whole number, not null"),
        ({"training": []}, "training: must be a table, not a list"),
        ({"generation": "x"}, "generation: must be a table, not the text 'x'"),
        ({"generation": {"profile": 5}}, "generation.profile: must be a text or a table or null, not the number 5"),
        ({"generation": {"profiles": {"a": []}}}, "generation.profiles.a: must be a text or a table, not a list"),
        ({"generation": {"tempo": "fast"}}, "generation.tempo: must be a number, not the text 'fast'"),
        ({"name": 5}, "name: must be a text, not the number 5"),
        ({"name": None}, "name: must be a text, not null"),
        ({"preset": 5}, "preset: must be a text, not the number 5"),
        ({"preset": "tragdy"}, "preset: no preset 'tragdy' is installed (did you mean 'tragedy'?)"),
        ({"preset": "zz"}, "preset: no preset 'zz' is installed; there is comedy, experimental, tragedy"),
        ({"model": 5}, "model: must be a text or a table, not the number 5"),
        ({"model": None}, "model: must be a text or a table, not null"),
        ({"model": {"use": 5}}, "model.use: must be a text, not the number 5"),
        ({"model": {"use": None}}, "model.use: must be a text, not null"),
        ({"model": "transfomer"}, "model.use: no plugin offers the model 'transfomer' (did you mean 'transformer'?)"),
        ({"datasets": []}, "datasets: must be a table, not a list"),
        (
            {"datasets": {"emopai": {}}},
            "datasets.emopai: no plugin offers the dataset 'emopai' (did you mean 'emopia'?)",
        ),
        ({"datasets": {"synthetic": 7}}, "datasets.synthetic: must be a text or a table, not the number 7"),
        ({"datasets": {"emopia": {}}}, "datasets.emopia.path: is required"),
        ({"datasets": {"emopia": {"path": 5}}}, "datasets.emopia.path: must be a path as text, not the number 5"),
        (
            {"datasets": {"emopia": {"path": ""}}},
            "datasets.emopia.path: must be a path, not an empty text or one with a zero byte",
        ),
        (
            {"datasets": {"emopia": {"path": "a\0b"}}},
            "datasets.emopia.path: must be a path, not an empty text or one with a zero byte",
        ),
        ({"datasets": {"synthetic": {"num_pairs": 0}}}, "datasets.synthetic.num_pairs: must be >= 1, not 0"),
        ({"temperature": {"imaginary_threshold": 1.5}}, "temperature.imaginary_threshold: must be <= 1.0, not 1.5"),
        ({"temperature": {"minimum": 2}}, "temperature.maximum: maximum (1.5) must not be below minimum (2)"),
        (
            {"temperature": {"use": "curve", "points": "midi"}},
            "temperature.points: must be a list, not the text 'midi'",
        ),
        (
            {"temperature": {"use": "curve", "points": [1, "x"]}},
            "temperature.points[1]: must be a number, not the text 'x'",
        ),
        ({"temperature": {"use": "curve", "span": [1]}}, "temperature.span: must be a list of 2, not of 1"),
        (
            {"temperature": {"use": "curve", "span": ["a", "b"]}},
            "temperature.span[0]: must be a whole number, not the text 'a'",
        ),
        (
            {"model": {"use": "transformer", "size": "smal"}},
            "model.size: must be one of 'tiny', 'small', 'medium', not the text 'smal' (did you mean 'small'?)",
        ),
        (
            {"model": {"use": "transformer", "size": 5}},
            "model.size: must be one of 'tiny', 'small', 'medium', not the number 5",
        ),
        ({"model": {"use": "transformer", "layers": "8"}}, "model.layers: must be a whole number, not the text '8'"),
        ({"model": {"use": "transformer", "pooling": "max"}}, "model.pooling: must be in ('mean', 'last') (got 'max')"),
        (
            {"model": {"use": "transformer", "scales": {"a": 1, "b": True}}},
            "model.scales.b: must be a number, not true",
        ),
        ({"$schema": 5}, "$schema: must be a text, not the number 5"),
        ({"na\x1b[2Jme": 1}, "'na\\x1b[2Jme': unknown key (did you mean 'name'?)"),
    ],
)
def test_one_problem(problems, config, problem):
    (line,) = problems(config)
    assert line.startswith(f"{AT}: {problem}")
    assert line.isprintable()


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", "", " x", "x ", "-rf", ".", "a\nb", "a" * 101, "a\0"])
def test_a_name_that_could_leave_its_folder(problems, name):
    assert problems({"name": name})[0].startswith(f"{AT}: name: {name!r:.120} is no name: up to 100 letters")


@pytest.mark.parametrize("name", ["hamlet", "Lady Macbeth", "a_b-c 2", "Édouard", "7"])
def test_a_good_name(load, name):
    assert load({"name": name}).project.name == name


@pytest.mark.parametrize("table", ["datasets", "losses", "exporters"])
def test_a_name_of_an_entry_that_could_leave_its_folder(problems, table):
    used = {"datasets": "synthetic", "losses": "info-nce", "exporters": "onnx"}[table]
    (line,) = problems({table: {"../../x": {"use": used}}})
    assert line.startswith(f"{AT}: {table}.../../x: '../../x' is no name")


def test_a_name_of_a_profile_that_could_leave_its_folder(problems):
    (line,) = problems({"generation": {"profiles": {"../x": "hamlet"}}})
    assert line.startswith(f"{AT}: generation.profiles: '../x' is no name")


@pytest.mark.parametrize(
    ("section", "key", "value", "text"),
    [
        ("training", "steps", 0, "must be >= 1, not 0"),
        ("training", "batch_size", 0, "must be >= 1, not 0"),
        ("training", "learning_rate", 0, "must be > 0, not 0.0"),
        ("training", "learning_rate", -1e-3, "must be > 0, not -0.001"),
        ("training", "warmup", 1.5, "must be <= 1, not 1.5"),
        ("training", "condition_dropout", -0.1, "must be >= 0, not -0.1"),
        ("training", "precision", "fp16", "must be one of fp32, bf16, not 'fp16' (did you mean 'bf16'?)"),
        ("training", "device", "gpu", "must be one of auto, cpu, cuda, not 'gpu'"),
        ("training", "patience", -1, "must be >= 0, not -1"),
        ("training", "seed", -1, "must be >= 0, not -1"),
        ("generation", "bars", 0, "must be >= 1, not 0"),
        ("generation", "bars", 513, "must be <= 512, not 513"),
        ("generation", "takes", 65, "must be <= 64, not 65"),
        ("generation", "seed", 2**63, "must be <= 9223372036854775807, not 9223372036854775808"),
        ("generation", "tempo", 9, "must be >= 10, not 9.0"),
        ("generation", "tempo", 401, "must be <= 400, not 401.0"),
        ("generation", "mode", "lydian", "not 'lydian' (did you mean 'Lydian'?)"),
        ("generation", "key", "H", "must be one of C, Db, D, Eb, E, F, Gb, G, Ab, A, Bb, B, not 'H'"),
        ("generation", "time_signature", "4", "must be 1 to 32 beats over 1, 2, 4, 8 or 16, like '3/4', not '4'"),
        ("generation", "time_signature", "4/3", "like '3/4', not '4/3'"),
        ("generation", "time_signature", "0/4", "like '3/4', not '0/4'"),
    ],
)
def test_a_value_out_of_range(problems, section, key, value, text):
    (line,) = problems({section: {key: value}})
    assert line.startswith(f"{AT}: {section}.{key}: ") and text in line


def test_all_problems_at_once_each_with_its_file(problems, write, catalogue):
    catalogue.offer("gothic", {"sampler": {"top_k": "9"}})
    write({"generation": {"bars": 0}}, "system")
    write({"temperature": {"base_temperature": "hot", "minimum": 9, "wrong": 1}}, "user")
    lines = problems({"preset": "gothic", "datasets": {"emopia": {}}, "oops": 1}, sets=["training.steps=0"])
    assert sorted(lines) == [
        "--set: training.steps: must be >= 1, not 0",
        "preset gothic: sampler.top_k: must be a whole number, not the text '9'",
        "project/psychoscore.json: datasets.emopia.path: is required",
        "project/psychoscore.json: oops: unknown key; there is name, preset, encoder, tokenizer, planner, model, "
        "sampler, temperature, datasets, losses, arrangers, raters, exporters, training, generation",
        "system/psychoscore.json: generation.bars: must be >= 1, not 0",
        "user/psychoscore.json: temperature.base_temperature: must be a number, not the text 'hot'",
        "user/psychoscore.json: temperature.maximum: maximum (1.5) must not be below minimum (9)",
        "user/psychoscore.json: temperature.wrong: unknown key; there is base_temperature, entropy_weight, "
        "trauma_weight, imaginary_bonus, imaginary_threshold, minimum, maximum",
    ]


def test_the_strongest_layer_that_set_the_key_is_blamed(problems, write):
    write({"generation": {"bars": 4}}, "user")
    assert problems({"generation": {"bars": "4", "takes": 1}}) == [
        f"{AT}: generation.bars: must be a whole number, not the text '4'"
    ]


def test_a_wrong_value_that_was_overridden_hurts_nobody(load, write):
    write({"generation": {"bars": "many"}}, "user")
    assert load({"generation": {"bars": 4}}).project.generation.bars == 4


def test_a_preset_that_is_not_json(problems, catalogue):
    catalogue.offer("gothic", {"generation": {"bars": {1, 2}}})
    (line,) = problems({"preset": "gothic"})
    assert line.startswith("preset gothic of psychoscore-gothic 1.0: is not plain JSON: ")


def test_a_preset_cannot_name_another(problems, catalogue):
    catalogue.offer("gothic", {"preset": "tragedy"})
    assert problems({"preset": "gothic"}) == [
        "preset gothic of psychoscore-gothic 1.0: preset: a preset cannot name another one"
    ]


def test_a_plugin_cannot_take_the_name_of_a_preset_of_the_core(problems, catalogue):
    catalogue.offer("tragedy", {"generation": {"bars": 1}})
    assert problems({"preset": "tragedy"}) == [
        f"{AT}: preset: 'tragedy' is offered by psychoscore and psychoscore-gothic 1.0"
    ]


def test_a_config_class_whose_validator_breaks(problems, catalogue):
    @frozen(kw_only=True)
    class Clumsy:
        size: int = field(default=1, validator=lambda instance, attribute, value: 1 / 0)

    catalogue.add("model", "clumsy", Clumsy)
    assert problems({"model": "clumsy"}) == [f"{AT}: model: cannot be checked: ZeroDivisionError: division by zero"]


def test_a_config_class_with_a_type_that_json_cannot_hold(problems, catalogue):
    @frozen(kw_only=True)
    class Odd:
        numbers: set[int] = field(factory=set)

    catalogue.add("model", "odd", Odd)
    assert problems({"model": {"use": "odd", "numbers": [1]}}) == [
        f"{AT}: model.numbers: has the type set[int], which a config cannot hold; tell the plugin's author"
    ]


def test_a_config_class_whose_types_cannot_be_looked_up(problems, catalogue):
    @frozen(kw_only=True)
    class Lost:
        size: Nowhere = 1  # noqa: F821  # what the test is about

    catalogue.add("model", "lost", Lost)
    assert problems({"model": "lost"}) == [
        f"{AT}: model: the types of Lost cannot be looked up: name 'Nowhere' is not defined"
    ]


def test_a_surrogate_in_a_text_does_not_break_the_message(problems):
    (line,) = problems(json.dumps({"training": {"steps": "\ud800"}}))
    assert line == f"{AT}: training.steps: must be a whole number, not the text '\\ud800'"


keys = st.sampled_from(["name", "preset", "model", "datasets", "losses", "training", "generation", "use", "profiles"])
values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
trees = st.recursive(
    values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | st.text(), inner, max_size=4)
)


@given(st.dictionaries(keys | st.text(), trees, max_size=6))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_gives_a_project_or_clean_lines(load, config):
    try:
        load(json.dumps(config))
    except ConfigError as error:
        assert all(line.isprintable() and ": " in line for line in error.problems)
