"""Beats and bars from the onsets of performances."""

from __future__ import annotations

from statistics import median

import numpy as np
import pytest
from symusic import ControlChange, Note, Pedal, Score, Tempo, TextMeta, TimeSignature, Track

from psychoscore_midi_folder.bars import BELIEVED, grid_of, with_bars
from psychoscore_midi_folder.beats import beats_of
from psychoscore_midi_folder.downbeats import downbeats_of
from psychoscore_midi_folder.notes import notes_of
from psychoscore_midi_folder.onsets import onsets_of
from psychoscore_midi_folder.rebarring import whole_bars


def performance(beats, beats_a_bar=4, lead=0.0, seed=0, loose=0.008):
    """Return a score at a claimed 120 of a waltz or march: a bass on each downbeat, chords, running eighths.

    beats: how long each lasts in seconds; `loose` is the standard deviation of the fingers.
    """
    dice = np.random.default_rng(seed)
    edges = lead + np.concatenate([[0.0], np.cumsum(beats)])
    track = Track("", 0, False)

    def play(at, length, pitch, velocity):
        time = max(0.0, at + dice.normal(0, loose))
        track.notes.append(Note(round(time * 960), max(1, round(length * 960)), int(pitch), velocity))

    for index, (start, length) in enumerate(zip(edges, beats, strict=False)):
        root = (48, 53, 55, 48)[index // beats_a_bar % 4]
        if index % beats_a_bar == 0:
            play(start, length * beats_a_bar, root - 12, 90)
        for above in (12, 16, 19) if index % 2 == 0 else ():
            play(start, length, root + above, 70)
        for half in (0, 1):
            play(start + half * length / 2, length / 2, root + 24 + dice.integers(0, 5), 64)
    score = Score(480)
    score.tempos.append(Tempo(0, 120))
    score.time_signatures.append(TimeSignature(0, 4, 4))
    score.tracks.append(track)
    return score, edges


def strength(score):
    return grid_of(notes_of(score)).strength


def share_found(found, true, within=0.07):
    return np.mean([np.abs(found - beat).min() < within for beat in true])


@pytest.mark.parametrize("tempo", [82, 93, 131])
def test_a_steady_tempo_is_found(tempo):
    score, edges = performance(np.full(64, 60 / tempo))
    found = beats_of(onsets_of(score.to("second")))
    assert 60 / median(np.diff(found)) == pytest.approx(tempo, rel=0.02)
    assert share_found(found, edges[:-1]) > 0.95


def test_a_changing_tempo_is_followed():
    score, edges = performance(60 / np.linspace(80, 110, 96))
    assert share_found(beats_of(onsets_of(score.to("second"))), edges[:-1]) > 0.9


def test_a_silence_does_not_end_the_music():
    beats = np.full(64, 0.6)
    beats[31] = 9.0
    score, edges = performance(beats)
    found = beats_of(onsets_of(score.to("second")))
    assert share_found(found, edges[:31]) > 0.9 and share_found(found, edges[33:-1]) > 0.9


@pytest.mark.parametrize("beats_a_bar", [3, 4])
def test_downbeats_have_the_basses(beats_a_bar):
    score, edges = performance(np.full(60, 0.6), beats_a_bar)
    assert downbeats_of(onsets_of(score.to("second")), edges[:-1]) == (beats_a_bar, 0)


def test_whole_bars_hold_everything_from_a_downbeat_on():
    bars = whole_bars(np.arange(10) * 0.5 + 3.0, 4, downbeat=1, first=2.9, last=12.2)
    assert bars.time[0] == pytest.approx(1.5) and bars.time[-1] >= 12.2
    assert (len(bars.time) - 1) % 4 == 0


def test_a_performance_gets_a_grid_and_sounds_the_same():
    score, _ = performance(60 / np.linspace(88, 96, 64), lead=1.3)
    new, source = with_bars(score, notes_of(score), "auto", "beats")
    assert source == "onsets" and strength(score) < BELIEVED < 0.8 < strength(new)
    before, after = (s.to("second").tracks[0].notes.numpy()["time"] for s in (score, new))
    late = after - before
    assert np.abs(late - np.median(late)).max() < 0.02


def test_a_downbeat_begins_the_new_score():
    score, _ = performance(np.full(64, 0.65), lead=1.3)
    new, _ = with_bars(score, notes_of(score), "auto", "bars")
    assert min(note.time for note in new.tracks[0].notes) < 60
    basses = [note.time / 480 % 4 for note in new.tracks[0].notes if note.pitch < 48]
    assert np.mean([min(place, 4 - place) < 0.2 for place in basses]) > 0.9


@pytest.mark.parametrize(("tempo", "events"), [("median", 1), ("bars", 17), ("beats", 70)])
def test_the_tempo_map_is_as_fine_as_wanted(tempo, events):
    score, _ = performance(60 / np.linspace(80, 100, 64))
    new, _ = with_bars(score, notes_of(score), "track", tempo)
    assert 1 <= len(new.tempos) <= events
    assert 75 < median(event.qpm for event in new.tempos) < 105


def test_a_score_on_its_grid_is_believed(tiny):
    score = tiny.score_of(tiny.tune())
    same, source = with_bars(score, notes_of(score), "auto", "bars")
    assert same is score and source == "file"


def test_bars_of_one_beat_get_downbeats_only():
    score, _ = performance(np.full(64, 0.5), loose=0.0)
    score.time_signatures[0].numerator = 1
    new, source = with_bars(score, notes_of(score), "auto", "bars")
    assert source == "downbeats" and new.time_signatures[0].numerator == 4
    assert {note.time % 240 for note in new.tracks[0].notes} == {0}


def test_a_grid_beside_the_files_own_is_moved_onto_it():
    score, _ = performance(np.full(64, 0.5), lead=0.045, loose=0.0)
    assert grid_of(notes_of(score)).offset == pytest.approx(0.09, abs=0.01)
    new, source = with_bars(score, notes_of(score), "auto", "bars")
    assert source == "downbeats" and abs(grid_of(notes_of(new)).offset) < 0.01
    assert [round(event.qpm) for event in new.tempos] == [120]
    assert min(note.time for note in new.tracks[0].notes) < 5


def test_everything_moves_with_the_notes():
    score, _ = performance(np.full(64, 0.65))
    track, at = score.tracks[0], score.tracks[0].notes[-1].time
    track.controls.append(ControlChange(at, 64, 127))
    track.pedals.append(Pedal(at, 480))
    track.lyrics.append(TextMeta(at, "la"))
    score.markers.append(TextMeta(at, "end"))
    new, _ = with_bars(score, notes_of(score), "track", "bars")
    moved = new.tracks[0]
    assert {moved.controls[0].time, moved.pedals[0].time, moved.lyrics[0].time, new.markers[0].time} == {
        moved.notes[-1].time
    }


def test_too_few_notes_keep_their_file(tiny):
    score = tiny.score_of([60, 64])
    assert with_bars(score, notes_of(score), "track", "bars") == (score, "file")


@pytest.mark.corpus
def test_performances_and_scores_are_told_apart(corpus):
    for name, grids in (("emopia/EMOPIA_2.2/midis", False), ("emopia/beat_midi", True)):
        files = sorted(corpus(name).glob("*.mid"))[::50]
        kept = [strength(Score(file)) >= BELIEVED for file in files]
        assert np.mean([grid == grids for grid in kept]) > 0.85


@pytest.mark.corpus
def test_real_performances_fall_on_the_grid_once_tracked(corpus):
    strengths = []
    for file in sorted(corpus("emopia/EMOPIA_2.2/midis").glob("*.mid"))[::50]:
        score = Score(file)
        strengths.append(strength(with_bars(score, notes_of(score), "track", "bars")[0]))
    assert np.median(strengths) > 0.7
