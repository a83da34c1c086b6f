"""Which layer wins, and what a layer may say."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest
from attrs import frozen

from psychoscore_core.config.layers import SYSTEM_FOLDER, USER_FOLDER, config_folder, load_project
from psychoscore_core.config.model import Generation
from psychoscore_core.errors import ConfigError, PluginError
from psychoscore_core.records import Training


@frozen(kw_only=True)
class CorpusConfig:
    """Says where a corpus lies."""

    path: Path = Path("corpus")
    home: Path = Path("/srv/corpora")


def test_the_smallest_project_is_whole(load):
    project = load({"name": "hamlet", "temperature": {"base_temperature": 0.6}}).project
    assert project.name == "hamlet"
    assert (project.temperature.use, project.temperature.options.base_temperature) == ("dynamic", 0.6)
    assert (project.model.use, project.tokenizer.use, project.sampler.use) == ("pianist", "notes", "constrained")


def test_an_empty_project_gets_the_defaults(load):
    project = load({}).project
    assert (project.name, project.preset) == ("untitled", None)
    assert (project.training, project.generation) == (Training(), Generation())
    assert [list(table) for table in (project.losses, project.raters, project.exporters, project.datasets)] == [
        ["causal-lm"],
        ["statistics"],
        ["midi"],
        [],
    ]


def test_stronger_layers_win(load, write):
    def base(number):
        return {"temperature": {"base_temperature": number}}

    def resolved(**options):
        return load(**options).project.temperature.options.base_temperature

    write({})
    assert resolved() == 0.7
    write(base(0.51), "system")
    assert resolved() == 0.51
    assert resolved(preset="tragedy") == 0.55
    write(base(0.52), "user")
    assert resolved(preset="tragedy") == 0.52
    write(base(0.53))
    assert resolved(preset="tragedy") == 0.53
    assert resolved(preset="tragedy", sets=["temperature.base_temperature=0.54"]) == 0.54


def test_a_slot_may_be_a_plain_name(load):
    project = load({"model": "transformer", "arrangers": {"night": "strings"}}).project
    assert (project.model.use, project.model.options.size) == ("transformer", "tiny")
    assert project.arrangers["night"].use == "strings"


def test_another_component_drops_weaker_options(load, write):
    write({"temperature": {"use": "dynamic", "base_temperature": 0.5}}, "user")
    slot = load({"temperature": {"use": "fixed", "temperature": 0.9}}).project.temperature
    assert (slot.use, slot.options.temperature) == ("fixed", 0.9)


def test_the_same_component_keeps_weaker_options(load, write):
    write({"temperature": {"use": "dynamic", "base_temperature": 0.5}}, "user")
    options = load({"temperature": {"use": "dynamic", "minimum": 0.3}}).project.temperature.options
    assert (options.base_temperature, options.minimum) == (0.5, 0.3)


def test_a_key_called_use_inside_an_option_chooses_nothing(load, write):
    write({"model": {"use": "transformer", "scales": {"use": 1, "other": 2}}}, "user")
    scales = load({"model": {"scales": {"use": 3}}}).project.model.options.scales
    assert scales == {"use": 3, "other": 2}


def test_tables_merge_by_key_and_keep_their_order(load, write):
    write({"arrangers": {"strings": {}}}, "user")
    assert list(load({"arrangers": {"echo": {}}}).project.arrangers) == ["strings", "echo"]


def test_an_entry_keeps_the_component_of_a_weaker_layer(load, write):
    write({"datasets": {"mine": {"use": "synthetic"}}}, "user")
    slot = load({"datasets": {"mine": {"num_pairs": 7}}}).project.datasets["mine"]
    assert (slot.use, slot.options.num_pairs) == ("synthetic", 7)


def test_null_removes_an_entry(load):
    assert list(load({"exporters": {"midi": None, "onnx": {}}}).project.exporters) == ["onnx"]


def test_null_empties_a_table(load):
    assert load({"exporters": None}).project.exporters == {}


def test_a_removed_entry_begins_anew(load, write):
    write({"datasets": {"mine": {"use": "synthetic", "num_pairs": 7}}}, "system")
    write({"datasets": {"mine": None}}, "user")
    slot = load({"datasets": {"mine": {"use": "synthetic"}}}).project.datasets["mine"]
    assert slot.options.num_pairs == 50000


def test_null_is_a_value_for_an_option(load, write):
    write({"generation": {"key": "D", "tempo": 90}}, "user")
    assert load({"generation": {"key": None}}).project.generation.key is None


def test_the_strongest_layer_names_the_preset(load, write):
    write({"preset": "comedy"}, "system")
    assert load({"preset": "tragedy"}).project.preset == "tragedy"
    assert load({"preset": None}).project.preset is None
    assert load({"preset": "tragedy"}, sets=["preset=experimental"]).project.preset == "experimental"
    assert load({"preset": "tragedy"}, preset="comedy").project.preset == "comedy"


def test_only_the_named_preset_counts(load, write):
    write({"preset": "comedy"}, "system")
    assert load({"preset": None}).project.generation == Generation()


def test_a_plugin_offers_a_preset(load, catalogue):
    catalogue.offer("gothic", {"generation": {"mode": "Phrygian"}})
    assert load({"preset": "gothic"}).project.generation.mode == "Phrygian"


def test_a_missing_default_rater_or_loss_is_left_out(load, catalogue):
    del catalogue.kinds["rater"]["statistics"], catalogue.kinds["loss"]["causal-lm"]
    project = load({}).project
    assert (project.raters, project.losses) == ({}, {})


def test_a_missing_report_is_left_out_and_a_missing_midi_is_not(load, problems, catalogue):
    assert list(load({}).project.exporters) == ["midi"]  # no plugin of these offers "report"
    del catalogue.kinds["exporter"]["midi"]
    assert "exporters.midi: no plugin offers the exporter 'midi'" in problems({})[0]


def test_a_missing_rater_that_was_asked_for_is_an_error(problems, catalogue):
    del catalogue.kinds["rater"]["statistics"]
    assert problems({"raters": {"statistics": {}}}) == [
        "project/psychoscore.json: raters.statistics: no plugin offers the rater 'statistics'"
    ]


class Contested(dict):
    """What plugins.components() gives where two plugins have one name: it is not listed, and raises when asked for."""

    def __getitem__(self, name):
        if name == "causal-lm":
            raise PluginError("loss 'causal-lm' is offered by a 1 and b 2")
        return super().__getitem__(name)


def test_a_contested_default_loss_is_no_missing_one(problems, catalogue, monkeypatch):
    monkeypatch.setitem(catalogue.kinds, "loss", Contested())
    monkeypatch.setattr(type(catalogue), "component", lambda self, kind, name: self.components(kind)[name])
    assert problems({"raters": None}) == [
        "default of psychoscore: losses.causal-lm: loss 'causal-lm' is offered by a 1 and b 2"
    ]


def test_a_contested_preset(problems, catalogue):
    catalogue.offered = Contested()
    assert problems({"preset": "causal-lm"}) == [
        "project/psychoscore.json: preset: loss 'causal-lm' is offered by a 1 and b 2"
    ]


def test_a_missing_default_slot_is_an_error(problems, catalogue):
    del catalogue.kinds["model"]["pianist"]
    assert problems({}) == ["default of psychoscore: model.use: no plugin offers the model 'pianist'"]


def test_no_project_file_is_an_error_that_helps(load, folders):
    with pytest.raises(ConfigError) as caught:
        load()
    assert str(caught.value) == (
        f'{folders}/project: no psychoscore.json in this folder: start one with {{"name": "my-piece"}} in it, '
        "or name another folder with -C"
    )


def test_no_project_folder_is_an_error_even_where_no_file_is_required(folders, catalogue):
    with pytest.raises(ConfigError) as caught:
        load_project(folders / "nowhere", catalogue, required=False)
    assert str(caught.value) == f"{folders}/nowhere: no such folder"


def test_no_project_file_is_fine_where_none_is_required(load):
    assert load(required=False).project.name == "untitled"


def test_a_relative_path_is_relative_to_its_file(load, write, folders):
    write({"datasets": {"emopia": {"path": "corpus"}}}, "user")
    resolved = load({"model": {"use": "transformer", "checkpoint": "best"}})
    assert resolved.project.datasets["emopia"].options.path == folders / "user" / "corpus"
    assert resolved.project.model.options.checkpoint == folders / "project" / "best"


def test_a_path_of_set_or_a_preset_is_relative_to_the_project(load, folders, catalogue):
    catalogue.offer("gothic", {"model": {"use": "transformer", "checkpoint": "crypt"}})
    resolved = load({"preset": "gothic"}, sets=["datasets.emopia.path=corpus"])
    assert resolved.project.datasets["emopia"].options.path == folders / "project" / "corpus"
    assert resolved.project.model.options.checkpoint == folders / "project" / "crypt"


def test_a_path_is_absolute_even_where_the_folder_is_not(load, folders, catalogue, monkeypatch):
    monkeypatch.chdir(folders)
    resolved = load_project(Path("project"), catalogue, sets=["datasets.emopia.path=corpus"], required=False)
    assert resolved.project.datasets["emopia"].options.path == folders / "project" / "corpus"


def test_home_is_expanded_and_absolute_paths_stay(load, monkeypatch):
    monkeypatch.setenv("HOME", "/stage/ophelia")
    datasets = load(
        {"datasets": {"emopia": {"path": "~/corpus"}, "other": {"use": "emopia", "path": "/data"}}}
    ).project.datasets
    assert [str(slot.options.path) for slot in datasets.values()] == ["/stage/ophelia/corpus", "/data"]


def test_a_profile_file_is_relative_to_its_file_and_a_bundled_name_stays(load, write, folders):
    write({"generation": {"profiles": {"his": "hamlet.profile.json"}}}, "user")
    generation = load({"generation": {"profile": "ophelia"}}).project.generation
    assert generation.profile == "ophelia"
    assert generation.profiles == {"his": str(folders / "user" / "hamlet.profile.json")}


def test_null_empties_the_profiles(load, write):
    write({"generation": {"profiles": {"his": "hamlet"}}}, "user")
    assert load({"generation": {"profiles": None}}).project.generation.profiles == {}


def test_an_inline_profile_is_kept_as_it_is(load):
    profile = {"trauma": 0.9, "disc": {"D": 1}, "cognitive_biases": ["halo"]}
    assert load({"generation": {"profile": profile}}).project.generation.profile == profile


def test_whole_numbers_are_fine_for_numbers(load):
    tempo = load({"generation": {"tempo": 90}}).project.generation.tempo
    assert (tempo, type(tempo)) == (90.0, float)


def test_a_schema_key_for_editors_is_allowed(load):
    assert "$schema" not in load({"$schema": "psychoscore.schema.json"}).data


def test_the_data_holds_every_default(load):
    data = load({"datasets": {"emopia": {"path": "/data"}}, "temperature": "curve"}).data
    assert data["datasets"]["emopia"] == {"use": "emopia", "path": "/data", "version": "performance"}
    assert data["temperature"] == {"use": "curve", "points": [0.8, 1.1], "span": [0, "bars"]}
    assert data["training"]["steps"] == 1000
    assert data["generation"]["time_signature"] == "4/4"


def test_the_data_is_a_config_that_resolves_to_itself(load):
    data = load({"preset": "comedy", "model": "transformer", "datasets": {"mine": "synthetic"}}).data
    assert load(data).data == data


@pytest.mark.parametrize(
    ("variable", "platform"),
    [(USER_FOLDER, platformdirs.user_config_dir), (SYSTEM_FOLDER, platformdirs.site_config_dir)],
)
def test_the_platform_decides_the_folders(monkeypatch, variable, platform):
    monkeypatch.delenv(variable)
    assert config_folder(variable) == Path(platform("psychoscore"))


def test_a_relative_path_by_default_lies_in_the_projects_folder(catalogue, folders, write):
    catalogue.add("dataset", "corpus", CorpusConfig)
    project = load_project(write({"name": "p", "datasets": {"corpus": {}}}).parent, catalogue).project
    assert project.datasets["corpus"].options.path == folders / "project" / "corpus"


def test_an_absolute_path_by_default_stays(catalogue, write):
    catalogue.add("dataset", "corpus", CorpusConfig)
    project = load_project(write({"name": "p", "datasets": {"corpus": {}}}).parent, catalogue).project
    assert project.datasets["corpus"].options.home == Path("/srv/corpora")
