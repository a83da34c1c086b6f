import io

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symusic import Score


def check_valid(score):
    """Every value is one that MIDI holds, and two readers agree on the notes of the file."""
    for track in score.tracks:
        notes = track.notes.numpy()
        assert (notes["time"] >= 0).all() and (notes["duration"] >= 1).all()
        assert (notes["velocity"] >= 1).all() and (notes["pitch"] >= 0).all()
    assert score.time_signatures[0].time == score.tempos[0].time == 0
    assert all(s.numerator > 0 and s.denominator in (4, 8) for s in score.time_signatures)
    assert all(40 <= round(t.qpm) <= 250 for t in score.tempos)
    data = score.dumps_midi()
    struck = [m for m in mido.MidiFile(file=io.BytesIO(data)) if m.type == "note_on" and m.velocity]
    assert Score.from_midi(data).note_num() == score.note_num() == len(struck)


def adversarial(remi, rng):
    """One stream: noise, noise in id order, music without end, or music with rows cut out, doubled and swapped."""
    size, length = remi.vocabulary.families[0].size, int(rng.integers(0, 300))
    ids = rng.integers(0, size, length)
    style = rng.integers(0, 4)
    if style == 1:
        ids = np.sort(ids)
    if style >= 2:
        grammar, drawn = remi.grammar(), []
        while len(drawn) < length and not grammar.finished:
            drawn.append(int(rng.choice(np.flatnonzero(grammar.mask()))))
            grammar.push([drawn[-1]])
        ids = np.array(drawn, np.int64)
    if style == 3 and len(ids):
        spots = rng.integers(0, len(ids), 5)
        ids = np.insert(np.delete(ids, spots), spots % max(len(ids) - 5, 1), rng.choice(ids, 5))
    return ids[:, None]


def decode_many(remi, count, seed):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        check_valid(remi.decode(adversarial(remi, rng)))


def test_500_adversarial_streams_decode_to_valid_midi(remi):
    decode_many(remi, 500, seed=1)


@pytest.mark.long
def test_10000_adversarial_streams_decode_to_valid_midi(remi):
    decode_many(remi, 10_000, seed=2)


@given(st.lists(st.integers(0, 700), max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_ids_decode(remi, ids):
    check_valid(remi.decode(np.array(ids, np.int64)[:, None]))


@pytest.mark.parametrize("token", ["Bar_None", "Pitch_60", "Position_143", "Tempo_40.0", "Program_-1", "EOS", "KEY_Db"])
def test_one_token_again_and_again_decodes(remi, token):
    ids = np.full((100_000, 1), remi.vocabulary.families[0].tokens.index(token))
    check_valid(remi.decode(ids))


def test_nothing_and_a_prompt_alone_decode_to_no_notes(remi, prefix):
    for rows in (np.zeros((0, 1), np.int32), remi.prompt(prefix)):
        assert remi.decode(rows).note_num() == 0


def test_a_position_beyond_its_bar_is_its_last_one(remi):
    names = ["Bar_None", "TimeSig_2/4", "Position_100", "Pitch_60", "Velocity_63", "Duration_1.0.12"]
    ids = [remi.vocabulary.families[0].tokens.index(name) for name in names]
    assert remi.decode(np.array(ids)[:, None]).tracks[0].notes[0].time == 46


def test_what_follows_the_end_is_not_music(remi, make):
    rows = remi.encode(make((0, 480, 60))).rows
    assert remi.decode(np.concatenate([rows, rows])).note_num() == 1


def test_foreign_ids_and_shapes_are_refused(remi):
    with pytest.raises(ValueError, match="token ids are 0 to"):
        remi.decode(np.array([[remi.vocabulary.families[0].size]]))
    with pytest.raises(ValueError, match=r"integers of shape \(time, 1\), not int64 \(2, 2\)"):
        remi.decode(np.zeros((2, 2), np.int64))
