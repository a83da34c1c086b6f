"""The arranger: who plays what, and that nothing else changes."""

import random
import subprocess
import sys

import pytest

from psychoscore_arranging.instruments import Instruments
from psychoscore_arranging.plugin import InstrumentsConfig, psyco_arrangers, psyco_raters

ARRANGER = Instruments(InstrumentsConfig())
PIANO = [(0, 960, 76, 90), (0, 1920, 43, 70), (0, 480, 64, 60), (480, 480, 67, 60), (960, 960, 74, 88)]


def events(score):
    return sorted((n.time, n.duration, n.pitch, n.velocity) for track in score.tracks for n in track.notes)


def parts(take):
    return {track.name: [note.pitch for note in track.notes] for track in take.score.tracks}


def test_a_piano_take_is_parted_by_register(make_take):
    assert parts(ARRANGER.arrange(make_take(PIANO))) == {"Celesta": [76, 74], "Harp": [64, 67], "Piano": [43]}


@pytest.mark.parametrize(
    ("trauma", "programs"), [(0.5, [8, 46, 0]), (0.51, [68, 48, 42]), (0.8, [68, 48, 42]), (0.81, [56, 44, 47])]
)
def test_trauma_chooses_the_ensemble(make_take, trauma, programs):
    assert [track.program for track in ARRANGER.arrange(make_take(PIANO, trauma=trauma)).score.tracks] == programs


def test_the_fourth_instrument_plays_the_bass_notes_on_downbeats(make_take):
    take = make_take([(0, 480, 40, 80), (960, 480, 41, 80), (1920, 480, 43, 80)], trauma=0.9)
    assert parts(ARRANGER.arrange(take)) == {"Tuba": [41], "Timpani": [40, 43]}


def test_the_take_given_is_left_as_it_is(make_take):
    take = make_take(PIANO)
    before = take.score.copy()
    ARRANGER.arrange(take)
    assert take.score == before


@pytest.mark.parametrize("trauma", [0.2, 0.6, 0.9])
def test_every_note_is_kept_and_none_added(make_take, trauma):
    rng = random.Random(3)
    notes = [(rng.randrange(0, 7680, 60), rng.randrange(1, 3000), rng.randrange(128), 80) for _ in range(500)]
    take = make_take(notes, trauma=trauma)
    assert events(ARRANGER.arrange(take).score) == events(take.score)


def test_several_tracks_are_kept_and_ranked_by_pitch(make_take):
    take = make_take([(0, 480, 40, 80)], [(0, 480, 80, 80)], [(0, 480, 60, 80)])
    assert [(t.name, t.notes[0].pitch) for t in ARRANGER.arrange(take).score.tracks] == [
        ("Piano", 40),
        ("Celesta", 80),
        ("Harp", 60),
    ]


def test_drums_stay_drums(make_take):
    take = make_take(PIANO, [(0, 480, 36, 100)])
    take.score.tracks[1].is_drum = True
    arranged = ARRANGER.arrange(take).score.tracks
    assert [track.is_drum for track in arranged] == [False, False, False, True]
    assert [note.pitch for note in arranged[3].notes] == [36]


def test_parting_can_be_left_out(make_take):
    arranged = Instruments(InstrumentsConfig(split=False)).arrange(make_take(PIANO))
    assert [(t.name, len(t.notes)) for t in arranged.score.tracks] == [("Celesta", 5)]


def test_an_accompaniment_under_a_held_melody_note_is_inner(make_take):
    take = make_take([(0, 1920, 84, 90), (480, 240, 72, 60), (720, 240, 76, 60)])
    assert parts(ARRANGER.arrange(take)) == {"Celesta": [84], "Harp": [72, 76]}


def test_a_take_without_notes_stays_without(make_take):
    assert ARRANGER.arrange(make_take([])).score.note_num() == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"calm": ("celesta", "harp")}, "calm names melody, inner, bass and perhaps downbeats, not 2 instruments"),
        (
            {"wounded": ("obo", "harp", "piano")},
            r"wounded: no instrument 'obo' \(did you mean 'oboe'\?\); known",
        ),
        ({"shattered_above": 0.3}, r"shattered_above \(0.3\) must not be below wounded_above \(0.5\)"),
        ({"melody_floor": 128}, "'melody_floor' must be <= 127: 128"),
    ],
)
def test_a_bad_config_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        InstrumentsConfig(**options)


def test_neither_the_plugin_nor_its_components_import_anything_slow():
    assert [c.name for c in (*psyco_arrangers(), *psyco_raters())] == ["instruments", "performance", "statistics"]
    code = """if True:
        import sys, psychoscore_arranging.plugin
        print(sorted({"numpy", "symusic", "torch"} & set(sys.modules)))
        import psychoscore_arranging.instruments, psychoscore_arranging.statistics
        print(sorted({"torch", "miditok", "matplotlib"} & set(sys.modules)))"""
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["[]", "[]"]
