"""Likelihood of real songs under a project's model."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from psychoscore_core.cli.main import main
from psychoscore_core.profile import Profile
from psychoscore_core.records import Piece
from psychoscore_core.report import Silent
from psychoscore_evaluation.likelihood import likelihood
from psychoscore_evaluation.real import RealMusic
from psychoscore_notes.plugin import NotesConfig
from psychoscore_notes.tokenizer import NotesTokenizer
from psychoscore_psychometric.plugin import PsychometricConfig
from psychoscore_psychometric.psychometric import PsychometricEncoder


class Counting:
    """A model that needs 0.5 nats a token, 0.75 untold, of what is prepared."""

    def evaluate(self, data: Path, split: str):
        examples = [json.loads(line) for line in (data / "examples.jsonl").read_text().splitlines()]
        assert {example["split"] for example in examples} == {split}
        tokens = 5.0 * sum(example["length"] - example["prefix"] for example in examples)
        notes = float(sum(example["notes"] for example in examples))
        return {"nats_per_token": 0.5, "unconditional_nats_per_token": 0.75, "tokens": tokens, "notes": notes}


@pytest.fixture
def parts():
    encoder = PsychometricEncoder(PsychometricConfig())
    tokenizer = NotesTokenizer(NotesConfig(), encoder.prefix_tokens)
    return SimpleNamespace(encoder=encoder, tokenizer=tokenizer, model=Counting())


@pytest.fixture
def real(perfect) -> RealMusic:
    """Return three songs of two pieces each, of two datasets."""
    pieces = {
        f"d{i // 4}/{i}": Piece(id=str(i), score=take.score, profile=Profile(), group=f"song-{i // 2}")
        for i, take in enumerate(perfect(3))
    }
    return RealMusic(pieces=pieces, origin="here", origins={name: name.split("/")[0] for name in pieces})


def test_nats_are_added_up_over_songs(parts, real):
    found = likelihood(parts, real, Silent(), 0)
    assert found["pieces"] == 6
    assert found["all"]["nats_per_token"] == {"value": 0.5, "low": 0.5, "high": 0.5, "n": 3}
    assert found["all"]["unconditional_nats_per_token"]["value"] == 0.75
    assert found["all"]["nats_per_note"]["value"] > 2.5  # a note's row has five tokens, and bar lines have no note


def test_each_dataset_has_figures_of_its_own(parts, real):
    assert {name: of["songs"] for name, of in likelihood(parts, real, Silent(), 0)["datasets"].items()} == {
        "d0": 2,
        "d1": 1,
    }


def test_a_model_without_likelihoods_says_so(project):
    with pytest.raises(SystemExit) as end:
        main(["evaluate", "--profiles", "8", "--seeds", "1", "--bars", "4", "--only", "likelihood", "-q"])
    assert not end.value.code
    found = json.loads((project / "evaluation" / "evaluation.json").read_text())
    assert found["likelihood"] == {"skipped": "the model rules gives no likelihoods"}


@pytest.mark.long  # imports torch
def test_the_shipped_model_predicts_music(project, perfect):
    (project / "songs").mkdir()
    perfect(1)[0].score.dump_midi(project / "songs" / "one.mid")
    with pytest.raises(SystemExit) as end:
        main(["evaluate", "--only", "likelihood", "--real", "songs", "--set", "model=pianist", "-q"])
    assert not end.value.code
    found = json.loads((project / "evaluation" / "evaluation.json").read_text())["likelihood"]
    assert 0 < found["all"]["nats_per_token"]["value"] < 4
    assert "nats a note of held-out songs" in (project / "evaluation" / "index.html").read_text()
