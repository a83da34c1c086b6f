import numpy as np
import pytest

from psychoscore_core.records import BarPlan, Plan
from psychoscore_remi.notes import read_notes


def walk(remi, bars, seed, plan=None):
    grammar, rng, rows = remi.grammar(bars, plan), np.random.default_rng(seed), []
    while not grammar.finished:
        allowed = np.flatnonzero(grammar.mask())
        rows.append([int(rng.choice(allowed))])
        grammar.push(rows[-1])
    return np.array(rows), grammar


def push_all(remi, names, bars=None):
    grammar = remi.grammar(bars)
    for name in names.split():
        grammar.push([remi.vocabulary.families[0].tokens.index(name)])
    return grammar


def allowed(remi, grammar):
    return {remi.vocabulary.families[0].tokens[i] for i in np.flatnonzero(grammar.mask())}


@pytest.mark.parametrize("seed", range(20))
def test_random_walks_have_exactly_their_bars(remi, seed):
    bars = 1 + seed % 5
    rows, grammar = walk(remi, bars, seed)
    names = [remi.vocabulary.families[0].tokens[token] for token in rows[:, 0]]
    assert names.count("Bar_None") == bars == grammar.bar + 1
    assert names[-1] == "EOS" and names.count("EOS") == 1


@pytest.mark.parametrize("seed", range(20))
def test_what_a_walk_says_survives_decoding(remi, seed):
    rows, _ = walk(remi, 6, seed)
    names = [remi.vocabulary.families[0].tokens[token] for token in rows[:, 0]]
    score = remi.decode(rows)
    struck = sum(name.startswith("Pitch") for name in names)
    assert score.note_num() == struck == len(read_notes(score))
    beats = [name.removeprefix("TimeSig_").split("/") for name in names if name.startswith("TimeSig_")]
    assert all(n.time < sum(96 * int(u) // int(d) for u, d in beats) for t in score.tracks for n in t.notes)


def test_music_begins_with_a_bar(remi):
    assert allowed(remi, remi.grammar()) == {"Bar_None"}


def test_a_piece_opens_with_its_tempo(remi):
    assert allowed(remi, push_all(remi, "Bar_None TimeSig_4/4")) == {"Position_0"}
    opened = allowed(remi, push_all(remi, "Bar_None TimeSig_4/4 Position_0"))
    assert len(opened) == 43 and all(name.startswith("Tempo_") for name in opened)


@pytest.mark.parametrize("seed", range(5))
def test_a_planned_tempo_and_signature_hold_throughout(remi, seed):
    plan = Plan(key="C", mode="Ionian", tempo=93.0, bars=(BarPlan(),) * 4, time_signature=(6, 8))
    rows, _ = walk(remi, 4, seed, plan)
    score = remi.decode(rows)
    assert [round(t.qpm) for t in score.tempos] == [95]
    assert [(s.numerator, s.denominator) for s in score.time_signatures] == [(6, 8)]


def test_an_instrument_comes_before_the_first_note(remi):
    now = allowed(remi, push_all(remi, "Bar_None TimeSig_4/4 Position_0 Tempo_120.0"))
    assert not any(name.startswith("Pitch") for name in now) and "Program_0" in now


def test_positions_rise_within_the_bar(remi):
    now = allowed(remi, push_all(remi, "Bar_None TimeSig_2/4 Position_0 Tempo_120.0 Position_20 Tempo_125.0"))
    assert {name for name in now if name.startswith("Position_")} == {f"Position_{i}" for i in (21, 22, 23)}


def test_a_note_is_pitch_velocity_duration(remi):
    start = "Bar_None TimeSig_4/4 Position_0 Tempo_120.0 Program_0 Pitch_60"
    assert all(name.startswith("Velocity_") for name in allowed(remi, push_all(remi, start)))
    assert all(name.startswith("Duration_") for name in allowed(remi, push_all(remi, f"{start} Velocity_63")))


def test_pitches_and_instruments_rise_at_one_position(remi):
    now = allowed(
        remi,
        push_all(remi, "Bar_None TimeSig_4/4 Position_0 Tempo_120.0 Program_5 Pitch_60 Velocity_63 Duration_1.0.12"),
    )
    assert "Pitch_60" not in now and "Pitch_61" in now
    assert "Program_5" not in now and "Program_4" not in now and "Program_6" in now


def test_drums_strike_drums_only(remi):
    now = allowed(remi, push_all(remi, "Bar_None TimeSig_4/4 Position_0 Tempo_120.0 Program_-1"))
    assert now and all(name.startswith("PitchDrum_") for name in now)


def test_the_end_waits_for_the_last_bar(remi):
    first = "Bar_None TimeSig_4/4 Position_0 Tempo_120.0"
    assert "EOS" not in allowed(remi, push_all(remi, first, bars=2))
    last = allowed(remi, push_all(remi, f"{first} Bar_None TimeSig_4/4", bars=2))
    assert "EOS" in last and "Bar_None" not in last


def test_no_state_allows_special_or_prefix_tokens(remi, prefix):
    for seed in range(3):
        rows, _ = walk(remi, 3, seed)
        grammar = remi.grammar(3)
        for row in rows:
            assert not allowed(remi, grammar) & {"PAD", "BOS", "SEP", *prefix}
            grammar.push(row)


def test_a_forbidden_row_is_refused_and_changes_nothing(remi):
    grammar = push_all(remi, "Bar_None TimeSig_4/4")
    before = allowed(remi, grammar)
    with pytest.raises(ValueError, match="token 'BOS' cannot follow here, in bar 0"):
        grammar.push([remi.vocabulary.bos])
    with pytest.raises(ValueError, match="token -1 is not in the vocabulary"):
        grammar.push([-1])
    assert allowed(remi, grammar) == before


def test_after_the_end_nothing_more_is_taken(remi):
    grammar = push_all(remi, "Bar_None TimeSig_4/4 Position_0 Tempo_120.0 EOS")
    assert grammar.finished and allowed(remi, grammar) == {"EOS"}
    with pytest.raises(ValueError, match="token 'EOS' cannot follow here"):
        grammar.push([remi.vocabulary.eos])


def test_a_piece_without_bars_is_refused(remi):
    with pytest.raises(ValueError, match="a piece has at least one bar, not 0"):
        remi.grammar(bars=0)


def test_masks_are_shared_and_read_only(remi):
    assert remi.grammar().mask() is remi.grammar().mask()
    with pytest.raises(ValueError, match="read-only"):
        remi.grammar().mask()[0] = True


@pytest.mark.parametrize("seed", range(10))
def test_the_closing_mask_leads_out_of_a_bar_in_a_few_rows(remi, seed):
    rows, _ = walk(remi, 2, seed)
    grammar, rng = remi.grammar(2), np.random.default_rng(seed)
    for row in rows[: len(rows) // 2].tolist():
        grammar.push(row)
    left = 0
    while not grammar.finished:
        way = grammar.closing_mask()
        assert not (way & ~grammar.mask()).any()
        grammar.push([int(rng.choice(np.flatnonzero(way)))])
        left += 1
    assert left <= 12  # the note at hand, then at most an opening bar and its one note, then the end
