"""Any ids whatever become a score."""

from __future__ import annotations

import io

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symusic import Score

from psychoscore_core.records import BarPlan, Plan
from psychoscore_midi_llm.clock import TPQ


def check_valid(score):
    """Every value is one that MIDI holds, no key sounds twice, and two readers agree on the notes of the file."""
    for track in score.tracks:
        notes = track.notes.numpy()
        assert (notes["time"] >= 0).all() and (notes["duration"] >= 1).all()
        assert (notes["velocity"] >= 1).all() and (notes["pitch"] >= 0).all()
        order = np.lexsort((notes["time"], notes["pitch"]))
        ends = (notes["time"] + notes["duration"])[order]
        same = np.diff(notes["pitch"][order].astype(int)) == 0
        assert (ends[:-1] <= notes["time"][order][1:])[same].all()
    assert score.time_signatures[0].time == score.tempos[0].time == 0
    data = score.dumps_midi()
    struck = [m for m in mido.MidiFile(file=io.BytesIO(data)) if m.type == "note_on" and m.velocity]
    assert Score.from_midi(data).note_num() == score.note_num() == len(struck)


def adversarial(tokenizer, rng):
    """One stream: noise, noise in few keys, music without end, or music with rows cut out, doubled and swapped."""
    size, length = tokenizer.vocabulary.families[0].size, int(rng.integers(0, 300))
    ids = rng.integers(0, size, length)
    style = rng.integers(0, 4)
    if style == 1:
        ids = rng.choice(rng.integers(0, size, 12), length)
    if style >= 2:
        grammar, drawn = tokenizer.grammar(), []
        while len(drawn) < min(length, 60) and not grammar.finished:
            drawn.append(int(rng.choice(np.flatnonzero(grammar.mask()))))
            grammar.push([drawn[-1]])
        ids = np.array(drawn, np.int64)
    if style == 3 and len(ids):
        spots = rng.integers(0, len(ids), 5)
        ids = np.insert(np.delete(ids, spots), spots % max(len(ids) - 5, 1), rng.choice(ids, 5))
    return ids[:, None]


def decode_many(tokenizer, count, seed):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        check_valid(tokenizer.decode(adversarial(tokenizer, rng)))


def test_200_adversarial_streams_decode_to_valid_midi(piano, band):
    decode_many(piano, 100, seed=1)
    decode_many(band, 100, seed=1)


@pytest.mark.long
def test_10000_adversarial_streams_decode_to_valid_midi(piano, band):
    decode_many(piano, 5000, seed=2)
    decode_many(band, 5000, seed=3)


@given(st.lists(st.integers(0, 2178), max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_ids_decode(piano, ids):
    check_valid(piano.decode(np.array(ids, np.int64)[:, None]))


@pytest.mark.parametrize("word", ["t125", "t1", "p:3c:0", "p:3c:7", "<start>", "<end>", "<pad>", "KEY_Db"])
def test_one_word_again_and_again_decodes(piano, ids, word):
    check_valid(piano.decode(np.repeat(ids(piano, word), 100_000)[:, None]))


def notes_of(tokenizer, ids, text, scale=2):
    """Notes of a text as (onset, duration, pitch) in milliseconds."""
    score = tokenizer.decode(np.array(ids(tokenizer, text))[:, None])
    return sorted((n.time / scale, n.duration / scale, n.pitch) for track in score.tracks for n in track.notes)


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("p:3c:7 t10 p:3c:0", [(0, 80, 60)]),
        ("t10 t5 p:3c:7 t10 p:3c:0", [(120, 80, 60)]),
        ("p:3c:7 t10 p:3e:7 t10", [(0, 160, 60), (80, 80, 62)]),  # what still sounds ends with the music
        ("p:3c:7", [(0, 8, 60)]),
        ("p:3c:0 t5 p:3c:7 t10 p:3c:0 p:3c:0", [(40, 80, 60)]),  # ends of notes that do not sound
        ("p:3c:7 t10 p:3c:7 t10 p:3c:0", [(0, 80, 60), (80, 80, 60)]),  # struck again while it sounds
        ("p:3c:7 p:3c:0 t10", []),  # no time has passed
        ("<pad> KEY_Db <pad> p:3c:7 t10 p:3c:0 <pad> p:40:7 t10", [(0, 80, 60)]),
        ("<start> p:3c:7 t10 p:3c:0 <end> p:40:7 t10", [(0, 80, 60)]),
        ("p:3c:7 KEY_Db <start> t10 p:3c:0", [(0, 80, 60)]),
    ],
)
def test_words_are_notes(piano, ids, text, notes):
    assert notes_of(piano, ids, text) == notes


def test_notes_end_after_the_longest(piano, ids):
    assert notes_of(piano, ids, "p:3c:7 " + "t125 " * 30) == [(0, 20_000, 60)]


def test_instruments_are_tracks(band, ids):
    score = band.decode(np.array(ids(band, "p:24:b pi:3c:b f:48:b t10"))[:, None])
    assert [(t.name, t.program, t.is_drum) for t in score.tracks] == [
        ("percussion", 0, True),
        ("piano", 0, False),
        ("flute", 73, False),
    ]


def test_without_a_plan_time_is_read_at_120(piano, ids):
    score = piano.decode(np.array(ids(piano, "t125 p:3c:7 t125"))[:, None])
    assert (score.tempos[0].qpm, score.tracks[0].notes[0].time) == (120.0, 2 * TPQ)


def test_with_a_plan_time_runs_under_its_tempos(piano, ids):
    bars = (BarPlan(), BarPlan(tempo=120.0), BarPlan())
    plan = Plan(key="C", mode="Ionian", tempo=60.0, time_signature=(3, 4), bars=bars)
    # bar lines at 3 s, 4.5 s and 6 s; the second one falls half a step off
    text = "t125 p:3c:7 t125 p:3c:0 t125 p:3c:7 t125 p:3c:0 t63 p:3c:7 t125 p:3c:0"
    score = piano.decode_for(np.array(ids(piano, text))[:, None], plan)
    starts = [n.time / TPQ for n in score.tracks[0].notes]
    assert starts == [1, 3, 6]
    assert [(t.time / TPQ, t.qpm) for t in score.tempos] == [(0, 60.0), (3, 120.0)]
    assert [(s.numerator, s.denominator) for s in score.time_signatures] == [(3, 4)]


@pytest.mark.parametrize("tempo", [10.0, 63.7, 400.0])
def test_no_note_is_further_than_a_step_from_its_time(piano, tempo):
    plan = Plan(key="C", mode="Ionian", tempo=tempo, time_signature=(7, 8), bars=(BarPlan(),) * 9)
    rng = np.random.default_rng(5)
    waits = rng.integers(1, 126, 40)
    ids = np.stack([waits + 2, np.full(40, 128 + 60 * 16 + 7)], axis=1).reshape(-1, 1)
    score = piano.decode_for(ids, plan)
    seconds = np.array([n.time for n in score.tracks[0].notes]) / TPQ * 60 / tempo
    within = np.cumsum(waits) / 125 < 9 * 3.5 * 60 / tempo
    assert np.abs(seconds - np.cumsum(waits) / 125)[within].max() < 0.008


def test_foreign_ids_and_shapes_are_refused(piano):
    with pytest.raises(ValueError, match="token ids are 0 to 2178, not 2179 to 2179"):
        piano.decode(np.array([[2179]]))
    with pytest.raises(ValueError, match=r"integers of shape \(time, 1\), not int64 \(2, 2\)"):
        piano.decode(np.zeros((2, 2), np.int64))
