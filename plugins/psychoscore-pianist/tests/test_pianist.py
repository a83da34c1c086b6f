"""The shipped weights: they load without torch, and what they play follows the plan."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from safetensors.numpy import load_file, save_file

from psychoscore_core.cli.main import main
from psychoscore_core.config.layers import load_project
from psychoscore_core.errors import CheckpointError
from psychoscore_core.plugins import discover
from psychoscore_core.profile import Profile
from psychoscore_core.records import SCALES, BarPlan, Piece, Plan, Stream
from psychoscore_core.run.parts import Parts
from psychoscore_core.stages.prepared_data import PreparedWriter, facts_of
from psychoscore_core.stages.preparer import tokenized
from psychoscore_core.stages.sample import Request
from psychoscore_core.testing import conformance
from psychoscore_notes.plugin import NotesConfig
from psychoscore_notes.tokenizer import NotesTokenizer
from psychoscore_pianist import plugin
from psychoscore_pianist.backend import Pianist
from psychoscore_pianist.plugin import WEIGHTS, PianistConfig
from psychoscore_psychometric.plugin import PsychometricConfig
from psychoscore_psychometric.psychometric import PsychometricEncoder
from psychoscore_sampler.constrained import ConstrainedSampler
from psychoscore_sampler.plugin import ConstrainedConfig

ENCODER = PsychometricEncoder(PsychometricConfig())
TOKENIZER = NotesTokenizer(NotesConfig(), ENCODER.prefix_tokens)
PLAN = Plan(
    key="D",
    mode="Ionian",
    tempo=96.0,
    bars=tuple(BarPlan(chord=chord, density=0.4, polyphony=0.4) for chord in ("D", "Bm", "G", "A7") * 2),
)

test_conformance = conformance(plugin)


@pytest.fixture(scope="module")
def pianist() -> Pianist:
    return Pianist(PianistConfig(), TOKENIZER.vocabulary, ENCODER.space)


def request_of(plan, seed=0):
    return Request(
        stream=Stream(rows=TOKENIZER.prompt(), vector=None, bars=ENCODER.encode_plan(plan)),
        grammar=TOKENIZER.grammar(len(plan.bars), plan),
        temperatures=(0.9,),
        seed=seed,
        plan=plan,
    )


def played(pianist, plan, seed=0, **options):
    request = request_of(plan, seed)
    return TOKENIZER.decode(ConstrainedSampler(ConstrainedConfig(**options)).sample(pianist, [request])[0])


def pitches(score):
    return [note.pitch for track in score.tracks if not track.is_drum for note in track.notes]


def test_the_weights_are_small_enough_for_a_package():
    sizes = [path.stat().st_size for path in WEIGHTS.rglob("*") if path.is_file()]
    assert max(sizes) <= 16e6 and sum(sizes) <= 32e6


def test_they_are_stated_to_come_from_music_without_profiles():
    known = json.loads((WEIGHTS / "model.json").read_text())["known"]
    assert known["profiles"] is False


def test_playing_needs_no_torch():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_pianist as t;"
        "p = t.Pianist(t.PianistConfig(), t.TOKENIZER.vocabulary, t.ENCODER.space); t.played(p, t.PLAN);"
        "sys.exit('torch' in sys.modules)"
    )
    here = __file__.rpartition("/")[0]
    run = subprocess.run([sys.executable, "-c", code, here], check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("guidance", [1.0, 2.0])
def test_threads_and_neighbours_change_no_note(monkeypatch, guidance):
    pytest.importorskip("psychoscore_native")

    def rows(threads, seeds):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        built = Pianist(PianistConfig(engine="auto"), TOKENIZER.vocabulary, ENCODER.space)
        sampler = ConstrainedSampler(ConstrainedConfig(guidance=guidance))
        return sampler.sample(built, [request_of(PLAN, seed) for seed in seeds])

    together, alone = rows("2", (1, 2, 3)), rows("1", (3,))
    assert np.array_equal(together[2], alone[0])


@pytest.mark.parametrize(
    "options", [{}, {"guidance": 2.0, "plan_guidance": 1.5}, {"top_k": 9, "min_p": 0.02, "repetition_penalty": 2.0}]
)
def test_whether_the_engine_or_the_sampler_draws_changes_no_note(pianist, monkeypatch, options):
    sampler = ConstrainedSampler(ConstrainedConfig(repetition_length=2, **options))
    drawn = sampler.sample(pianist, [request_of(PLAN, seed) for seed in (1, 2)])
    step = pianist.step
    monkeypatch.setattr(pianist, "step", lambda *given: step(*given)[:])  # a plain list, which cannot draw
    again = sampler.sample(pianist, [request_of(PLAN, seed) for seed in (1, 2)])
    assert all(np.array_equal(one, other) for one, other in zip(drawn, again, strict=True))


def test_a_piece_is_in_the_planned_scale(pianist):
    assert {pitch % 12 for pitch in pitches(played(pianist, PLAN))} <= {(2 + step) % 12 for step in SCALES["Ionian"]}


def test_the_condition_is_heard_without_any_steering(pianist):
    off = {"density": False, "rhythm": False, "polyphony": False, "register": False, "dynamics": False, "repeats": 0.0}

    def mean_notes(density):
        plan = evolve(PLAN, bars=tuple(evolve(bar, density=density) for bar in PLAN.bars))
        return sum(len(pitches(played(pianist, plan, seed, **off))) for seed in range(4)) / 4

    assert mean_notes(0.25) < mean_notes(0.6)


@pytest.mark.long  # imports torch
def test_music_has_a_likelihood_that_bars_conditions_raise(pianist, tmp_path):
    piece = Piece(id="d", score=played(pianist, PLAN), profile=Profile(), group="d", split="test")
    writer = PreparedWriter(tmp_path)
    writer.append([tokenized(ENCODER, TOKENIZER, "mine", piece)])
    writer.finish(facts_of(TOKENIZER.vocabulary, ENCODER.space))
    found = pianist.evaluate(tmp_path, "test")
    assert 0 < found["nats_per_token"] < found["unconditional_nats_per_token"] < 3
    assert "bigram_nats_per_token" not in found  # there is no train split to fit it on


def test_other_tokens_are_refused_in_one_line():
    other = NotesTokenizer(NotesConfig(velocities=16), ENCODER.prefix_tokens)
    with pytest.raises(CheckpointError, match="model pianist: it was trained with the tokenizer 'notes'"):
        Pianist(PianistConfig(), other.vocabulary, ENCODER.space).start(
            [Stream(rows=other.prompt(), vector=None, bars=None)]
        )


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder to run `psyco` in, with the weights in data/pianist and half their bass."""
    shutil.copytree(WEIGHTS, tmp_path / "data" / "pianist")
    tensors = load_file(WEIGHTS / "model.safetensors")
    tensors["norm.weight"] = tensors["norm.weight"] * np.float16(0.5)
    save_file(tensors, tmp_path / "data" / "pianist" / "model.safetensors")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def generated(*sets):
    with pytest.raises(SystemExit) as end:
        main(["generate", "hamlet", "-o", "a.mid", "--bars", "4", *sets])
    assert end.value.code == 0
    return Path("a.mid").read_bytes()


def test_weights_in_the_projects_data_take_the_place_of_the_packages(project):
    own = generated()
    shutil.rmtree(project / "data")
    assert generated() != own


def test_named_weights_take_the_place_of_all(project):
    own = generated()
    assert generated("--set", f"model.weights={WEIGHTS}") != own


def test_a_run_with_other_weights_is_another_run(project):
    (project / "psychoscore.json").write_text('{"name": "p", "generation": {"profile": "hamlet", "bars": 2}}')
    resolved = load_project(project, discover())
    other = Parts(resolved.project, project).identity("model")
    shutil.rmtree(project / "data")
    assert "weights" in other and "weights" not in Parts(resolved.project, project).identity("model")


def test_a_folder_in_data_that_is_no_model_is_refused_in_one_line(project, capsys):
    (project / "data" / "pianist" / "checkpoint.json").unlink()
    with pytest.raises(SystemExit) as end:
        main(["generate", "hamlet", "-o", "a.mid"])
    assert end.value.code == 2
    assert "data/pianist: no checkpoint.json there" in capsys.readouterr().err
