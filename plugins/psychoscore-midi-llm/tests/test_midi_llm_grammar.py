"""What may follow."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.records import BarPlan, Plan
from psychoscore_core.testing.walk import random_walk
from psychoscore_midi_llm.plugin import MidiLlmConfig
from psychoscore_midi_llm.tokenizer import MidiLlmTokenizer


def plan_of(bars=3, tempo=100.0, signature=(4, 4), **more):
    return Plan(key="C", mode="Ionian", tempo=tempo, time_signature=signature, bars=(BarPlan(**more),) * bars)


def after(tokenizer, ids, text, **options):
    grammar = tokenizer.grammar(**options)
    for token in ids(tokenizer, text):
        grammar.push([token])
    return grammar


def allowed(tokenizer, grammar):
    tokens = tokenizer.vocabulary.families[0].tokens
    return {tokens[token] for token in np.flatnonzero(grammar.mask())}


def test_only_what_sounds_can_end(piano, ids):
    words = allowed(piano, after(piano, ids, "p:3c:7 t10"))
    assert "p:3c:0" in words and "p:3d:0" not in words


def test_what_sounds_cannot_begin(piano, ids):
    assert not {f"p:3c:{n:x}" for n in range(1, 16)} & allowed(piano, after(piano, ids, "p:3c:7 t10"))


def test_a_note_lasts_a_step_at_least(piano, ids):
    assert "p:3c:0" not in allowed(piano, after(piano, ids, "p:3c:7"))


def test_at_one_step_keys_rise(piano, ids):
    words = allowed(piano, after(piano, ids, "p:3c:7"))
    assert "p:3d:1" in words and "p:3b:1" not in words


def test_a_key_may_end_and_begin_again_at_one_step(piano, ids):
    words = allowed(piano, after(piano, ids, "p:3c:7 t10 p:3c:0"))
    assert "p:3c:1" in words and "p:3b:1" not in words


def test_prefix_tokens_and_start_never_follow(piano, ids):
    assert not {"KEY_Db", "<start>", "<end>"} & allowed(piano, piano.grammar())


def test_the_end_waits_for_the_last_bar_and_for_silence(piano, ids):
    assert "<pad>" not in allowed(piano, after(piano, ids, "t125", bars=2))
    assert "<pad>" in allowed(piano, after(piano, ids, "t125 t125", bars=2))
    assert "<pad>" not in allowed(piano, after(piano, ids, "t125 t125 p:3c:7", bars=2))


def test_at_the_last_bar_line_everything_ends(piano, ids):
    grammar = after(piano, ids, "p:3c:7 p:40:7 t125 t125", bars=1)
    assert allowed(piano, grammar) == {"p:3c:0"}
    grammar.push(ids(piano, "p:3c:0"))
    assert allowed(piano, grammar) == {"p:40:0"}
    grammar.push(ids(piano, "p:40:0"))
    assert allowed(piano, grammar) == {"<pad>"}


def test_time_does_not_pass_the_last_bar_line(piano, ids):
    words = allowed(piano, after(piano, ids, "t125 t100", bars=1))
    assert "t25" in words and "t26" not in words


def test_a_note_that_is_as_long_as_notes_may_be_ends(ids):
    tokenizer = MidiLlmTokenizer(MidiLlmConfig(longest=1.0))
    grammar = after(tokenizer, ids, "p:3c:7 t100")
    assert "t26" not in allowed(tokenizer, grammar) and "t25" in allowed(tokenizer, grammar)
    grammar.push(ids(tokenizer, "t25"))
    words = allowed(tokenizer, grammar)
    assert "p:3c:0" in words and "p:3b:7" in words and not {"t1", "p:3d:7", "<pad>"} & words


def test_only_so_many_notes_sound_at_once(ids):
    tokenizer = MidiLlmTokenizer(MidiLlmConfig(polyphony=2))
    words = allowed(tokenizer, after(tokenizer, ids, "p:3c:7 p:40:7"))
    assert all(word.startswith("t") for word in words)


def test_bars_are_the_plans(piano, ids):
    grammar = after(piano, ids, "t125 t125 t49", bars=3, plan=plan_of(tempo=100.0))  # bars of 2.4 s
    assert grammar.bar == 0
    grammar.push(ids(piano, "t1"))
    assert grammar.bar == 1


def test_a_wait_does_not_pass_over_a_bar(piano):
    grammar = piano.grammar(3, plan_of(tempo=400.0, signature=(2, 4)))  # bars of 37.5 steps
    assert "t74" in allowed(piano, grammar) and "t75" not in allowed(piano, grammar)


def test_bars_follow_the_plans_changes_of_tempo(piano, ids):
    bars = (BarPlan(), BarPlan(tempo=60.0), BarPlan())
    plan = Plan(key="C", mode="Ionian", tempo=120.0, bars=bars)  # lines at 2, 6 and 10 s
    grammar = after(piano, ids, "t125 " * 6, bars=3, plan=plan)
    assert grammar.bar == 2 and "<pad>" in allowed(piano, grammar)


@pytest.mark.parametrize("instruments", ["piano", "band"])
@pytest.mark.parametrize(("tempo", "signature"), [(40.0, (4, 4)), (133.7, (7, 8)), (400.0, (1, 32))])
def test_walks_fill_their_plans_and_nothing_is_lost_in_decoding(instruments, tempo, signature):
    tokenizer = MidiLlmTokenizer(MidiLlmConfig(instruments=instruments, polyphony=6, longest=1.0))
    plan = plan_of(6, tempo, signature)
    for seed in range(3):
        grammar = tokenizer.grammar(6, plan)
        rows = random_walk(grammar, tokenizer.vocabulary, seed)
        struck = tokenizer._words.beginnings[rows[:, 0]].sum()
        score = tokenizer.decode_for(rows, plan)
        end = 6 * signature[0] * 4 * score.tpq / signature[1]
        assert grammar.bar == 5 and score.note_num() == struck
        assert all(n.end <= end for track in score.tracks for n in track.notes)


def test_no_untrained_model_hangs_a_note():
    tokenizer = MidiLlmTokenizer(MidiLlmConfig(longest=2.0))
    grammar, rng, rows = tokenizer.grammar(8, plan_of(8)), np.random.default_rng(1), []
    logits = rng.normal(size=tokenizer.vocabulary.families[0].size) * 4
    tokenizer._words.notes(logits)[:, 0] = -1e3  # never ends a note by itself
    while not grammar.finished:
        choice = np.where(grammar.mask(), logits + rng.gumbel(size=len(logits)), -np.inf)
        rows.append([int(choice.argmax())])
        grammar.push(rows[-1])
    notes = tokenizer.decode(np.array(rows)).tracks[0].notes
    assert len(notes) > 20 and max(n.duration for n in notes) <= 4000


def test_a_closing_stream_leaves_each_bar(piano, ids):
    grammar, count = after(piano, ids, "p:3c:7 p:40:7 t10 p:43:7", bars=3), 0
    while not grammar.finished:
        way = np.flatnonzero(grammar.closing_mask())
        assert grammar.mask()[way].all() and len(way)
        grammar.push([way[-1]])
        count += 1
    assert count < 20


def test_encoded_music_passes_the_grammar_of_its_plan(piano, make):
    score = make(*((300 * n, 290, 60 + n % 5, 80) for n in range(40)), signature=(3, 4), tempos=[(0, 120.0)])
    encoded = piano.encode(score)
    grammar = piano.grammar(8, plan_of(8, 120.0, (3, 4)))
    for row, bar in zip(encoded.rows[2:], encoded.bars[2:], strict=True):
        grammar.push(row)
        assert grammar.bar == bar
    assert grammar.finished


def test_a_forbidden_row_leaves_the_state_as_it_was(piano, ids):
    grammar = after(piano, ids, "p:3c:7 t10")
    with pytest.raises(ValueError, match="token 'p:3d:0' cannot follow here, in bar 0"):
        grammar.push(ids(piano, "p:3d:0"))
    with pytest.raises(ValueError, match="token 2179 is not in the vocabulary of 2179 tokens"):
        grammar.push([2179])
    assert "p:3c:0" in allowed(piano, grammar)


def test_masks_are_read_only_and_stay_as_they_were(piano, ids):
    grammar = piano.grammar()
    mask = grammar.mask()
    before = mask.copy()
    with pytest.raises(ValueError, match="read-only"):
        mask[0] = True
    grammar.push(ids(piano, "p:3c:7"))
    assert (mask == before).all() and not (grammar.mask() == before).all()


def test_words_mean_moments_pitches_and_velocities(band, ids):
    grammar = after(band, ids, "t125 t50", plan=plan_of(tempo=100.0))  # 1.4 s: 56 24ths
    meaning, find = grammar.meaning(), lambda word: ids(band, word)[0]
    strikes = meaning.also.also
    assert meaning.kind == "moment" and meaning.values[find("pi:3c:7")] == 56
    assert meaning.values[find("t25")] == 64 and meaning.values[find("t125")] == 96 and meaning.values[0] == -1
    assert strikes.kind == "velocity" and strikes.values[find("pi:3c:7")] == 70
    assert strikes.values[find("pi:3c:0")] == strikes.values[find("t25")] == -1
    assert strikes.also.values[find("pi:3c:7")] == 60 and strikes.also.values[find("p:3c:7")] == -1


def test_ends_mean_the_length_of_their_notes(band, ids):
    grammar = after(band, ids, "pi:3c:7 t75 pi:40:7", plan=plan_of(tempo=100.0))  # a quarter
    lengths = grammar.meaning().also
    assert lengths.kind == "duration" and np.flatnonzero(lengths.values >= 0).tolist() == ids(band, "pi:3c:0 pi:40:0")
    assert lengths.values[ids(band, "pi:3c:0 pi:40:0")].tolist() == [24, 0]


def test_the_note_that_begins_is_told(band, ids):
    grammar = after(band, ids, "t125 t50 pi:3c:7", plan=plan_of(tempo=100.0))
    note = grammar.sounded()
    assert (note.position, note.voice, note.pitch, note.velocity) == (56 / 24, "accompaniment", 60, 70)
    grammar.push(ids(band, "t25"))
    assert grammar.sounded() is None


def test_its_length_is_that_of_the_notes_before(band, ids):
    grammar = after(band, ids, "pi:3c:7 t125 t125 t50 pi:3c:0 pi:3c:7", plan=plan_of(tempo=100.0))  # four quarters
    assert grammar.sounded().duration == pytest.approx(1 + 0.1 * 3)
