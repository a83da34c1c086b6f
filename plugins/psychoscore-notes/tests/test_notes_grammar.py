"""What may follow, and what it means."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.records import BarPlan, Plan
from psychoscore_core.testing.walk import random_walk
from psychoscore_notes.plugin import NotesConfig
from psychoscore_notes.tokenizer import NotesTokenizer

TOKENIZER = NotesTokenizer(NotesConfig())
VOCABULARY = TOKENIZER.vocabulary
PLAN = Plan(
    key="A",
    mode="Aeolian",
    tempo=72.0,
    time_signature=(3, 4),
    bars=(BarPlan(), BarPlan(key="Eb", tempo=144.0), BarPlan()),
)


def ids(*texts: str) -> list[int]:
    return [family.tokens.index(text) for family, text in zip(VOCABULARY.families, texts, strict=True)]


BAR = ids("BAR", "METER_4/4", "TONIC_C", "TEMPO_119.3", "-")


def grammar_after(*rows, **options):
    grammar = TOKENIZER.grammar(**options)
    for row in (BAR, *rows):
        grammar.push(row)
    return grammar


def allowed(grammar, family, *partial):
    tokens = VOCABULARY.families[family].tokens
    return [tokens[i] for i in np.flatnonzero(grammar.mask(family, partial))]


def note(position, pitch, voice="melody"):
    return ids(f"POSITION_{position}", f"VOICE_{voice}", f"PITCH_{pitch}", "DURATION_1", "VELOCITY_82")


def test_the_first_row_is_a_bar():
    assert allowed(TOKENIZER.grammar(), 0) == ["BAR"]


def test_positions_do_not_go_back():
    tokens = allowed(grammar_after(note(4, 60)), 0)
    assert "POSITION_3" not in tokens and {"POSITION_4", "POSITION_15", "BAR", "EOS"} <= set(tokens)


def test_positions_end_with_the_bar():
    assert "POSITION_16" not in allowed(grammar_after(), 0)


def test_at_one_position_voices_and_pitches_rise():
    grammar = grammar_after(note(0, 60, "counter"))
    time, voice = note(0, 61, "counter")[:2]
    assert "VOICE_melody" not in allowed(grammar, 1, time) and "VOICE_melody" in allowed(grammar, 1, time + 1)
    assert allowed(grammar, 2, time, voice)[0] == "PITCH_61"


def test_after_the_highest_pitch_the_next_voice_follows():
    grammar = grammar_after(note(0, 127))
    assert allowed(grammar, 1, note(0, 0)[0])[0] == "VOICE_counter"


def test_after_the_highest_drum_the_next_position_follows():
    assert "POSITION_0" not in allowed(grammar_after(note(0, 127, "drums")), 0)


def test_the_end_comes_after_exactly_so_many_bars():
    grammar = grammar_after(bars=2)
    assert "EOS" not in allowed(grammar, 0)
    grammar.push(BAR)
    assert "BAR" not in allowed(grammar, 0) and "EOS" in allowed(grammar, 0)


def test_a_plan_pins_meter_tonic_and_tempo_of_every_bar():
    for seed in range(3):
        rows = random_walk(TOKENIZER.grammar(3, PLAN), VOCABULARY, seed)
        bars = [row for row in rows.tolist() if row[0] == BAR[0]]
        texts = [[f.tokens[t] for f, t in zip(VOCABULARY.families, row, strict=True)] for row in bars]
        assert [t[1:3] for t in texts] == [["METER_3/4", f"TONIC_{key}"] for key in ("A", "Eb", "Eb")]
        assert [t[3] for t in texts] == ["TEMPO_71", "TEMPO_141.8", "TEMPO_141.8"]


def test_a_forbidden_row_leaves_the_state_as_it_was():
    grammar = grammar_after(note(4, 60))
    with pytest.raises(ValueError, match="'POSITION_2' cannot follow here, in bar 0"):
        grammar.push(note(2, 60))
    assert "POSITION_4" in allowed(grammar, 0)


def test_ids_mean_music():
    grammar = TOKENIZER.grammar(1, Plan(key="D", mode="Ionian", tempo=119.3, bars=(BarPlan(),)))
    grammar.push(ids("BAR", "METER_4/4", "TONIC_D", "TEMPO_119.3", "-"))
    row = note(6, 60)
    onset, pitch = grammar.meaning(0, ()), grammar.meaning(2, row[:2])
    assert (onset.kind, onset.values[row[0]]) == ("onset", 36)
    assert (pitch.kind, pitch.values[row[2]]) == ("pitch", 62)
    assert grammar.meaning(3, row[:3]).values[row[3]] == 6 and grammar.meaning(4, row[:4]).values[row[4]] == 82


def test_the_last_note_is_told():
    grammar = grammar_after(note(6, 60))
    assert grammar.sounded() == (1.5, "melody", 60, 0.25, 82)
    grammar.push(BAR)
    assert grammar.sounded() is None


def test_bar_rows_mean_nothing():
    assert TOKENIZER.grammar().meaning(0, ()).kind == "" and grammar_after().meaning(2, BAR[:2]).kind == ""


def test_the_way_out_of_a_bar_is_its_end():
    tokens = VOCABULARY.families[0].tokens
    mask = grammar_after(note(4, 60)).closing_mask(0)
    assert [tokens[i] for i in np.flatnonzero(mask)] == ["EOS", "BAR"]


def test_masks_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        grammar_after().mask(0)[0] = True
