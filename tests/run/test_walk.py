from __future__ import annotations

import json

import fake_parts
import pytest

from psychoscore_core.errors import CheckpointError, DataError, RunError


def names(planned):
    return [step.name for step in planned.steps]


def test_a_project_without_data_only_makes(project):
    assert names(project.write().plan()) == ["encode", "plan", "sample", "arrange", "rate", "export"]


def test_a_project_with_data_learns_first(trained):
    assert names(trained.plan())[:4] == ["tokenizer", "prepare", "train", "evaluate"]


def test_until_ends_the_walk(trained):
    assert names(trained.plan(last="prepare")) == ["tokenizer", "prepare"]


def test_an_unknown_stage_is_named_with_a_proposal(project):
    with pytest.raises(RunError, match=r"no stage 'trian' \(did you mean 'train'\?\); stages: tokenizer, prepare"):
        project.write().plan(first="trian")


def test_planning_writes_nothing(project):
    project.write().plan()
    assert [p.name for p in project.folder.iterdir()] == ["psychoscore.json"]


def test_a_run_leaves_its_records(project):
    planned = project.write(generation={"bars": 4, "takes": 2}).run()
    left = {str(p.relative_to(planned.folder.path)) for p in planned.folder.path.rglob("*") if p.is_file()}
    assert {"config.json", "run.json", "metrics.jsonl", "export/hamlet-1.mid", "export/hamlet-2.mid"} <= left
    record = json.loads((planned.folder.path / "run.json").read_text())
    assert record["artifacts"] == ["export/hamlet-1.mid", "export/hamlet-2.mid"]
    assert record["seeds"] == {"generation": 0, "training": 0}
    assert record["stages"]["sample"]["fingerprint"] == planned.steps[2].fingerprint


def test_an_exporter_of_all_takes_comes_last(tmp_path, project):
    planned = project.write(exporters={"every": {}, "midi": {}}, generation={"bars": 4, "takes": 2}).run()
    assert planned.results["export"][-1].summary == "hamlet-1, hamlet-2 beside hamlet-1.mid, hamlet-2.mid"


def test_nothing_is_left_half_written(trained):
    planned = trained.run()
    assert not [p for p in planned.folder.path.rglob("*") if p.name.startswith(".") or p.name == "lock"]


def test_an_unchanged_project_is_not_done_again(project):
    project.write().run()
    again = project.run()
    assert fake_parts.CALLS == []
    assert set(again.done) == {"sample", "rate", "export"}


def test_from_does_a_stage_anew(project):
    project.write().run()
    again = project.run(first="sample")
    assert fake_parts.CALLS == ["compose"]
    assert not again.done


def test_another_seed_keeps_the_training_of_another_run(trained):
    trained.run()
    config = json.loads((trained.folder / "psychoscore.json").read_text())
    config["generation"]["seed"] = 3
    (trained.folder / "psychoscore.json").write_text(json.dumps(config))
    planned = trained.run()
    assert "train" not in fake_parts.CALLS
    assert planned.done["train"].parent.name != planned.id


def test_another_training_option_trains_again(trained):
    trained.run()
    config = json.loads((trained.folder / "psychoscore.json").read_text())
    config["training"]["steps"] = 6
    trained.write(**config).run()
    assert fake_parts.CALLS == ["train"]


def test_a_stopped_training_goes_on_in_the_same_run(trained):
    (trained.folder / "kill").touch()
    with pytest.raises(KeyboardInterrupt):
        trained.run()
    (trained.folder / "kill").unlink()
    planned = trained.run()
    steps = [json.loads(line) for line in (planned.folder.path / "metrics.jsonl").read_text().splitlines()]
    assert [s["step"] for s in steps if s["stage"] == "train"] == [0, 1, 2, 3, 4]


def test_the_drawn_music_depends_on_the_training(trained):
    planned = trained.run()
    take = planned.results["sample"][0]
    assert [n.pitch for n in take.score.tracks[0].notes] == [fake_parts.PITCHES[0] + 10 + 5 - 6] * 3


def test_evaluation_goes_to_the_metrics(trained):
    planned = trained.run()
    lines = [json.loads(line) for line in (planned.folder.path / "metrics.jsonl").read_text().splitlines()]
    assert {"stage": "evaluate", "examples": 8.0} in lines


def test_a_model_to_be_trained_wants_data(project):
    with pytest.raises(RunError, match="fake must be trained: name datasets"):
        project.write(model="fake").plan()


def test_a_dataset_that_is_not_there_is_named_by_its_entry(project):
    with pytest.raises(DataError, match="datasets.fake: no such folder; name another"):
        project.write(model="fake", datasets={"fake": {"fail": True}}).plan()


def test_a_checkpoint_serves_without_data(trained):
    folder = trained.run().results["train"].folder
    config = {"model": {"use": "fake", "checkpoint": str(folder)}, "generation": {"bars": 2}}
    trained.write(**config).run()
    assert fake_parts.CALLS == []


def test_a_folder_that_is_no_checkpoint_is_named(project):
    with pytest.raises(CheckpointError, match=r"model: .*nowhere: no checkpoint.json there"):
        project.write(model={"use": "fake", "checkpoint": "nowhere"}).plan()


def test_a_start_that_is_no_checkpoint_is_named(trained):
    config = json.loads((trained.folder / "psychoscore.json").read_text())
    with pytest.raises(CheckpointError, match=r"model: .*nowhere: no checkpoint.json or config.json"):
        trained.write(**config | {"model": {"use": "fake", "start": "nowhere"}}).plan()


def test_another_start_is_another_training(trained, tmp_path):
    config = json.loads((trained.folder / "psychoscore.json").read_text())
    start = tmp_path / "start"
    start.mkdir()
    project = trained.write(**config | {"model": {"use": "fake", "start": str(start)}})
    (start / "checkpoint.json").write_text("{}")
    before = project.plan()
    (start / "checkpoint.json").write_text('{"steps": 1}')
    assert _fingerprint(before, "train") != _fingerprint(project.plan(), "train")
    assert _fingerprint(before, "prepare") == _fingerprint(project.plan(), "prepare")


def _fingerprint(planned, stage):
    return next(step.fingerprint for step in planned.steps if step.name == stage)


def test_an_exporter_of_checkpoints_wants_one(project):
    with pytest.raises(RunError, match="export: weights exports a checkpoint, and this run has none"):
        project.write(exporters={"weights": {}}).run()


def test_a_trained_checkpoint_is_exported(trained):
    config = json.loads((trained.folder / "psychoscore.json").read_text())
    planned = trained.write(**config, exporters={"weights": {}}).run()
    assert (planned.folder.path / "export" / "weights").read_text() == "0"


def test_notices_follow_the_walk(project):
    project.write().run()
    heard = [(hook, facts.get("stage")) for hook, facts in project.catalogue.heard]
    assert heard[0] == ("psyco_run_planned", None)
    assert heard[1:3] == [("psyco_stage_entered", "encode"), ("psyco_stage_left", "encode")]


def test_training_steps_are_noticed(trained):
    trained.run()
    steps = [facts["step"] for hook, facts in trained.catalogue.heard if hook == "psyco_training_step"]
    assert steps == [0, 1, 2, 3, 4]


def test_two_processes_do_not_write_one_run(project):
    planned = project.write().plan()
    planned.folder.path.mkdir(parents=True)
    (planned.folder.path / "lock").write_text("1")
    with pytest.raises(RunError, match="process 1 is at work on this run"):
        project.run()


def test_the_lock_of_a_dead_process_is_taken_over(project):
    planned = project.write().plan()
    planned.folder.path.mkdir(parents=True)
    (planned.folder.path / "lock").write_text("999999999")
    assert project.run().folder.finished("export", planned.steps[-1].fingerprint)


def test_a_project_that_moves_keeps_its_fingerprints(trained, tmp_path_factory):
    (trained.folder / "mind.json").write_text("{}")
    config = json.loads((trained.folder / "psychoscore.json").read_text())
    config["generation"]["profile"] = "mind.json"
    config["datasets"]["fake"]["path"] = "corpus"
    before = [step.fingerprint for step in trained.write(**config).plan().steps]
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name in ("psychoscore.json", "mind.json"):
        (elsewhere / name).write_text((trained.folder / name).read_text())
    trained.folder = elsewhere
    assert [step.fingerprint for step in trained.plan().steps] == before
