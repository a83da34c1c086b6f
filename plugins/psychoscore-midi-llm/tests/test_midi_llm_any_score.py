"""Any score whatever comes back as the tokens can say it, and passes the grammar."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symusic import Note, Pedal, Score, Tempo, TimeSignature, Track

from psychoscore_midi_llm.plugin import MidiLlmConfig
from psychoscore_midi_llm.tokenizer import MidiLlmTokenizer

TICKS = st.integers(0, 4000) | st.integers(-10, 2**30)
NOTES = st.tuples(TICKS, st.integers(-5, 4000), st.integers(58, 62) | st.integers(0, 127), st.integers(0, 127))
TOKENIZERS = {
    "piano": MidiLlmTokenizer(MidiLlmConfig(polyphony=3, longest=1.5)),
    "band": MidiLlmTokenizer(MidiLlmConfig(instruments="band", max_seconds=20.0, max_bars=10)),
}


@st.composite
def scores(draw):
    score = Score(draw(st.sampled_from((1, 24, 480, 32_767))))
    for program, drums in draw(st.lists(st.tuples(st.integers(0, 127), st.booleans()), max_size=3)):
        track = Track(program=program, is_drum=drums)
        for note in draw(st.lists(NOTES, max_size=12)):
            track.notes.append(Note(*note))
        for time, length in draw(st.lists(st.tuples(TICKS, st.integers(0, 4000)), max_size=3)):
            track.pedals.append(Pedal(time, length))
        score.tracks.append(track)
    for time, mspq in draw(st.lists(st.tuples(TICKS, st.sampled_from((0, 1, 100, 500_000, 2**24 - 1))), max_size=3)):
        score.tempos.append(Tempo(time, mspq=mspq))
    for change in draw(st.lists(st.tuples(TICKS, st.integers(0, 9), st.sampled_from((0, 1, 4, 64))), max_size=3)):
        score.time_signatures.append(TimeSignature(*change))
    return score


@pytest.mark.parametrize("name", ["piano", "band"])
@given(score=scores())
@settings(max_examples=100, deadline=None)
def test_any_score_comes_back_and_passes_the_grammar(name, score):
    tokenizer = TOKENIZERS[name]
    encoded = tokenizer.encode(score)
    decoded = tokenizer.decode(encoded.rows)
    assert decoded.note_num() == encoded.notes
    assert np.array_equal(tokenizer.encode(decoded).rows, encoded.rows)
    assert (np.diff(encoded.bars) >= 0).all() and encoded.bars.max() < tokenizer._layout.config.max_bars
    grammar = tokenizer.grammar()
    for row in encoded.rows[encoded.prefix_length :].tolist():
        grammar.push(row)
    assert grammar.finished
