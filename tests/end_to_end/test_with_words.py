"""Tokens that count milliseconds go through training and sampling, and come out in the plan's bars."""

from __future__ import annotations

import pytest
from symusic import Score


def test_a_model_of_words_writes_the_bars_and_tempos_of_the_plan(shell):
    shell.write(
        tokenizer={"use": "midi-llm"},
        arrangers=None,
        exporters={"midi": {"piano_roll": False}, "report": None},
        datasets={"synthetic": {"num_pairs": 12, "bars_maximum": 4, "validation_share": 0.3}},
        model={"use": "transformer", "size": "tiny", "layers": 1, "width": 32, "heads": 2, "kv_heads": 1, "hidden": 32},
        training={"steps": 2, "batch_size": 2, "context": 64, "evaluate_batches": 1},
        generation={
            "seed": 1,
            "timeline": [
                {"profile": "puck", "bars": 2},
                {"profile": "puck", "bars": 2, "tempo": 60.0, "transition": 1},
            ],
        },
    )
    midi, *_ = shell.run()
    score = Score(midi)
    ends = [note.end for track in score.tracks for note in track.notes]
    assert len(ends) > 6 and 12 * score.tpq < max(ends) <= 16 * score.tpq
    assert len(score.tempos) > 1 and score.tempos[-1].qpm == pytest.approx(60, abs=0.01)
