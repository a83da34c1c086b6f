"""Compound words go through training, sampling and export, and come out in exactly the bars asked for."""

from __future__ import annotations

import pytest
from symusic import Score


@pytest.fixture
def trained(shell):
    """Return the shell, in whose project a compound word transformer has learned two steps."""
    shell.write(
        preset="compound-word",
        arrangers=None,
        exporters={"midi": {"piano_roll": False}, "report": None},
        datasets={"synthetic": {"num_pairs": 12, "bars_maximum": 4, "validation_share": 0.3}},
        model={"size": "tiny", "layers": 1, "width": 32, "heads": 2, "kv_heads": 1, "hidden": 32},
        training={"steps": 2, "batch_size": 2, "context": 64, "evaluate_batches": 1},
        generation={"bars": 5, "seed": 1, "time_signature": "3/4", "tempo": 100.0, "profile": "mood.profile.json"},
    )
    done = shell.psyco("mood", "0.3", "-0.4", "-o", "project/mood.profile.json")
    assert done.returncode == 0, done.stderr
    return shell


def test_a_mood_becomes_exactly_the_bars_asked_for(trained):
    midi, *_ = trained.run()
    score = Score(midi)
    ends = [note.end for track in score.tracks for note in track.notes]
    assert 12 * score.tpq < max(ends) <= 15 * score.tpq
    assert [(t.numerator, t.denominator) for t in score.time_signatures] == [(3, 4)]
    assert score.tempos[0].qpm == pytest.approx(100, abs=0.01)


@pytest.mark.long  # several processes, one of which trains
def test_what_was_trained_plays_from_its_export(trained):
    trained.run()
    mood, exported = "project/mood.profile.json", trained.folder / "exports" / "onnx"
    sets = ("--set", "model=onnx", "--set", f"model.path={exported}")
    for command in (
        ("export", "onnx", "-C", "project", "-q"),
        ("export", "verify", exported),
        ("generate", mood, "-C", "project", "-o", "onnx.mid", "--bars", "3", *sets),
    ):
        done = trained.psyco(*command)
        assert done.returncode == 0, done.stderr
    assert Score(trained.folder / "onnx.mid").note_num() > 3
