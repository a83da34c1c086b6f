"""What may follow, and what it means."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_compound_word.plugin import CompoundWordConfig
from psychoscore_compound_word.tokenizer import CompoundWordTokenizer
from psychoscore_core.errors import RunError
from psychoscore_core.records import BarPlan, Plan
from psychoscore_core.testing.walk import random_walk

TOKENIZER = CompoundWordTokenizer(CompoundWordConfig())
VOCABULARY = TOKENIZER.vocabulary
NAMES = [family.name for family in VOCABULARY.families]
TYPE, PLACE, TEMPO, CHORD, PITCH = 0, 1, 2, 3, 4


def word(*texts: str) -> list[int]:
    """Return the ids of a word; what it leaves out is "-"."""
    row = [0] * len(NAMES)
    for text in texts:
        family = next(k for k, family in enumerate(VOCABULARY.families) if text in family.tokens)
        row[family] = VOCABULARY.families[family].tokens.index(text)
    return row


BAR = word("METRICAL", "BAR_4/4", "TEMPO_119.3")
NEXT = word("METRICAL", "BAR_4/4")


def beat(place):
    return word("METRICAL", f"BEAT_{place}")


def note(pitch):
    return word("NOTE", f"PITCH_{pitch}", "DURATION_2", "VELOCITY_82")


def after(*rows, **options):
    grammar = TOKENIZER.grammar(**options)
    for row in rows:
        grammar.push(row)
    return grammar


def allowed(grammar, family, *partial):
    tokens = VOCABULARY.families[family].tokens
    return {tokens[i] for i in np.flatnonzero(grammar.mask(family, partial))}


def places(grammar):
    return allowed(grammar, PLACE, BAR[0])


def test_the_first_word_is_a_bar_line_with_a_tempo():
    grammar = TOKENIZER.grammar()
    assert allowed(grammar, TYPE) == {"METRICAL"}
    assert all(text.startswith("BAR_") for text in places(grammar))
    assert "-" not in allowed(grammar, TEMPO, *BAR[:2])


def test_a_bar_line_is_followed_by_a_place_and_that_by_a_note():
    assert allowed(after(BAR), TYPE) == {"METRICAL"}
    assert allowed(after(BAR, beat(0)), TYPE) == {"NOTE"}
    assert allowed(after(BAR, beat(0), note(60)), TYPE) == {"METRICAL", "NOTE"}


def test_places_rise_and_end_with_the_bar():
    found = places(after(BAR, beat(4), note(60)))
    assert {"BEAT_5", "BEAT_15", "BAR_4/4", "FINE"} <= found
    assert not found & {"BEAT_4", "BEAT_16", "-"}


def test_pitches_rise_at_a_place():
    found = allowed(after(BAR, beat(0), note(60)), PITCH, note(60)[0])
    assert "PITCH_61" in found and "DRUM_0" in found and "PITCH_60" not in found


def test_after_the_highest_drum_the_music_goes_on():
    drum = word("NOTE", "DRUM_127", "DURATION_2", "VELOCITY_82")
    assert allowed(after(BAR, beat(0), drum), TYPE) == {"METRICAL"}


def test_the_last_bar_line_comes_after_exactly_so_many_bars():
    grammar = after(BAR, bars=2)
    assert "FINE" not in places(grammar)
    grammar.push(NEXT)
    assert places(grammar) == {"FINE", *(f"BEAT_{n}" for n in range(16))}


def test_after_the_last_bar_line_comes_the_end():
    grammar = after(BAR, word("METRICAL", "FINE"))
    assert allowed(grammar, TYPE) == {"EOS"}
    grammar.push(word("EOS"))
    assert grammar.finished and grammar.bar == 0


def test_places_name_no_tempo_and_the_last_bar_line_no_chord():
    grammar = after(BAR)
    assert allowed(grammar, TEMPO, *beat(0)[:2]) == {"-"}
    assert allowed(grammar, CHORD, *word("METRICAL", "FINE")[:3]) == {"-"}


def test_a_plan_names_meter_tempo_and_chords_where_they_change():
    bars = (BarPlan(chord="Am"), BarPlan(chord="Am F", tempo=144.0), BarPlan(), BarPlan(chord="F"))
    plan = Plan(key="A", mode="Aeolian", tempo=72.0, time_signature=(3, 4), bars=bars)
    for seed in range(3):
        rows = random_walk(TOKENIZER.grammar(4, plan), VOCABULARY, seed).tolist()
        texts = [[f.tokens[t] for f, t in zip(VOCABULARY.families, row, strict=True)] for row in rows]
        lines = [row for row in texts if row[PLACE].startswith("BAR_")]
        assert [row[PLACE] for row in lines] == ["BAR_3/4"] * 4
        assert [row[TEMPO] for row in lines] == ["TEMPO_71", "TEMPO_141.8", "-", "-"]
        assert [row[CHORD] for row in lines[:2]] == ["CHORD_Am", "-"]


def test_the_second_half_of_a_bar_has_the_planned_chord():
    plan = Plan(key="C", mode="Ionian", tempo=119.3, bars=(BarPlan(chord="C F"),))
    grammar = after(word("METRICAL", "BAR_4/4", "TEMPO_119.3", "CHORD_C"), beat(4), note(60), bars=1, plan=plan)
    assert allowed(grammar, CHORD, *beat(7)[:3]) == {"-"}
    assert allowed(grammar, CHORD, *beat(8)[:3]) == {"CHORD_F"}


def test_a_planned_chord_that_is_none_is_named():
    plan = Plan(key="C", mode="Ionian", tempo=100.0, bars=(BarPlan(chord="H7"),))
    with pytest.raises(RunError, match="plan: bar 1: 'H7' is not a chord symbol"):
        TOKENIZER.grammar(1, plan)


def test_a_forbidden_word_leaves_the_state_as_it_was():
    grammar = after(BAR, beat(4), note(60))
    with pytest.raises(ValueError, match="'BEAT_2' cannot follow here, in bar 0"):
        grammar.push(beat(2))
    assert "BEAT_5" in places(grammar)


def test_what_a_type_has_no_use_for_is_nothing():
    grammar = after(BAR, beat(0))
    assert {text for family in (PLACE, TEMPO, CHORD, 7) for text in allowed(grammar, family, note(60)[0])} == {"-"}


def test_ids_mean_music():
    grammar, row = after(BAR, beat(4), note(60)), note(62)
    place = grammar.meaning(PLACE, BAR[:1])
    assert (place.kind, place.values[beat(6)[1]], place.values[BAR[1]]) == ("onset", 36, -1)
    assert grammar.meaning(PITCH, row[:4]).values[row[4]] == 62
    assert grammar.meaning(5, row[:5]).values[row[5]] == 12 and grammar.meaning(6, row[:6]).values[row[6]] == 82


def test_after_a_note_the_type_says_whether_one_more_comes_here():
    turn = after(BAR, beat(4), note(60)).meaning(TYPE, ())
    assert (turn.kind, turn.values[note(60)[0]], turn.values[BAR[0]]) == ("onset", 24, -1)
    assert after(BAR, beat(4)).meaning(TYPE, ()).kind == ""


def test_the_last_note_is_told():
    grammar = after(BAR, beat(6), note(60))
    assert grammar.sounded() == (1.5, "accompaniment", 60, 0.5, 82)
    grammar.push(NEXT)
    assert grammar.sounded() is None


def test_the_way_out_of_a_bar_is_a_bar_line():
    grammar = after(BAR, beat(4), note(60))
    tokens = VOCABULARY.families[PLACE].tokens
    way = [tokens[i] for i in np.flatnonzero(grammar.closing_mask(PLACE, BAR[:1]))]
    assert grammar.closing_mask(TYPE).sum() == 1 and way[0] == "FINE" and not any("BEAT" in text for text in way)


def test_masks_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        after(BAR).mask(PLACE, BAR[:1])[0] = True
