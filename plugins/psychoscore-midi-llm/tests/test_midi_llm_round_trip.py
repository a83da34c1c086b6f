"""Real files come back."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.errors import MidiError
from psychoscore_midi_llm.clock import TPQ

reading = pytest.importorskip("psychoscore_midi.reading", reason="psychoscore-midi is not installed")
pytestmark = pytest.mark.corpus
CORPORA = (
    "emopia/EMOPIA_2.2", "emopia/beat_midi", "vgmidi", "pop909/POP909", "pop909/POP909_CL",
    "jsb_chorales", "groove", "multitrack", "robustness",
)  # fmt: skip


def check_file(tokenizer, path, walk=True):
    try:
        score = reading.read_midi(path, isolate=False)
    except MidiError as error:
        assert "\n" not in str(error)
        return
    encoded = tokenizer.encode(score)
    decoded = tokenizer.decode(encoded.rows)
    if not contradicts_itself(score):
        check_near(tokenizer, score, decoded)
    assert np.array_equal(tokenizer.encode(decoded).rows, encoded.rows)
    if walk:
        check_walk(tokenizer, encoded)


def check_walk(tokenizer, encoded):
    grammar = tokenizer.grammar()
    for row in encoded.rows[encoded.prefix_length :].tolist():
        grammar.push(row)
    assert grammar.finished


def check_near(tokenizer, score, decoded):
    """Independent of the tokenizer's own arithmetic, with symusic's clock: every note lies near its source."""
    layout, source = tokenizer._layout, {}
    names = [instrument.name for instrument in layout.band.instruments]
    for track, timed in zip(score.tracks, score.to("second").tracks, strict=True):
        instrument = int(layout.instrument_of[128 if track.is_drum else track.program])
        notes = timed.notes.numpy()
        velocity = layout.bin_of[np.maximum(notes["velocity"], 1)]
        source.setdefault(instrument, []).append(np.stack([notes["pitch"] * 128.0 + velocity, notes["time"]]))
    for track in decoded.tracks:
        notes = track.notes.numpy()
        kinds = notes["pitch"] * 128.0 + layout.bin_of[notes["velocity"]]  # apart by more than any piece lasts
        there = np.sort(np.array([1e5, 1.0]) @ np.concatenate(source[names.index(track.name)], axis=1))
        here = np.array([1e5, 1.0]) @ np.stack([kinds, notes["time"] / TPQ / 2])
        index = np.searchsorted(there, here).clip(1, max(len(there) - 1, 1))
        around = there[np.stack([index - 1, index]).clip(0, len(there) - 1)]
        # half a step; symusic adds up seconds in float32, which is off by 0.9 ms after a thousand tempos
        assert np.abs(around - here).min(axis=0).max() <= 0.005, track


def contradicts_itself(score):
    """Say whether two different tempos stand at one tick: which one holds is then anybody's guess."""
    tempos = {(t.time, t.mspq) for t in score.tempos}
    return len(tempos) > len({time for time, _ in tempos})


@pytest.mark.parametrize("corpus", CORPORA)
def test_a_sample_of_the_corpus_comes_back(piano, band, files, corpus):
    found = files(corpus)
    for path in found[:: max(len(found) // 4, 1)]:
        check_file(band, path)
    check_file(piano, found[0])


@pytest.mark.long
@pytest.mark.parametrize("corpus", CORPORA)
def test_every_file_of_the_corpus_comes_back(band, files, corpus):
    for number, path in enumerate(files(corpus)):
        check_file(band, path, walk=number % 10 == 0)  # millions of words: the grammar would take most of an hour


@pytest.mark.parametrize("pedal", [0, 64])
def test_ends_are_near_the_score_s_own(piano, files, pedal):
    """Where no key is struck again before, a note ends where it is let go, or where the pedal comes up."""
    path = files("emopia/EMOPIA_2.2")[5]
    score = reading.read_midi(path, isolate=False)
    (track,) = score.tracks
    if not pedal:
        track.pedals.clear()
    decoded = piano.decode(piano.encode(score).rows).tracks[0].notes
    ends = {round(note.end / TPQ / 2, 3) for note in decoded}
    ups = [p.time + p.duration for p in track.pedals]
    tick = 60 / 120 / score.tpq
    for note in track.notes:
        held = next((up for p, up in zip(track.pedals, ups, strict=True) if p.time <= note.end < up), note.end)
        if not any(n.pitch == note.pitch and note.time < n.time <= held for n in track.notes):
            assert min(abs(held * tick - end) for end in ends) <= 0.0041
