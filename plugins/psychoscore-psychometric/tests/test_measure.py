"""Measuring scores bar by bar: the same numbers, in the same places, as a plan's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from symusic import KeySignature, Note, Score, Tempo, TextMeta, TimeSignature, Track

from psychoscore_core.records import BarPlan, Plan
from psychoscore_psychometric.bars import NAMES, brightness_of, tempo_of
from psychoscore_psychometric.plugin import PsychometricConfig
from psychoscore_psychometric.psychometric import PsychometricEncoder

TPQ = 480
CORPORA = Path(__file__).resolve().parents[4] / "shared" / "data"
ENCODER = PsychometricEncoder(PsychometricConfig())


def score_of(notes, signature=(4, 4), sharps=0, chords=(), tempo=120.0) -> Score:
    """Notes are (quarter, pitch, velocity), a quarter long; chords are (quarter, symbol)."""
    score, track = Score(TPQ), Track()
    for quarter, pitch, velocity in notes:
        track.notes.append(Note(round(quarter * TPQ), TPQ, pitch, velocity))
    score.tracks.append(track)
    score.time_signatures.append(TimeSignature(0, *signature))
    score.key_signatures.append(KeySignature(0, sharps, 0))
    score.tempos.append(Tempo(0, tempo))
    for quarter, symbol in chords:
        score.markers.append(TextMeta(round(quarter * TPQ), f"chord:{symbol}"))
    return score


def named(bar) -> dict[str, float]:
    return dict(zip(NAMES, bar, strict=True))


def test_a_bar_has_the_means_of_its_notes():
    bar = named(ENCODER.measure(score_of([(0, 60, 40), (1, 64, 80), (2, 68, 120)]))[0])
    assert (bar["density"], bar["register"], bar["dynamics"]) == pytest.approx((3 / 32, 64 / 127, 80 / 127))


def test_three_notes_in_three_four_are_as_dense_as_four_in_four_four():
    assert named(ENCODER.measure(score_of([(q, 60, 80) for q in range(3)], (3, 4)))[0])["density"] == 4 / 32


def test_remaining_counts_down_to_the_bar_of_the_last_onset():
    bars = ENCODER.measure(score_of([(0, 60, 80), (13, 60, 80)]))
    assert [named(bar)["remaining"] for bar in bars] == [1 / 4, 1 / 3, 1 / 2, 1]


def test_a_plan_and_a_score_that_fulfils_it_have_the_same_harmony_and_tempo():
    score = score_of([(q, 62 + 7 * (q % 2), 80) for q in range(8)], sharps=2, chords=[(0, "D"), (4, "A7")], tempo=90.0)
    plan = Plan(key="D", mode="Ionian", tempo=90.0, bars=(BarPlan(chord="D"), BarPlan(chord="A7")))
    names = [name for name in NAMES if name.startswith(("chord", "root", "tempo", "brightness", "length"))]
    for asked, heard in zip(ENCODER.encode_plan(plan), ENCODER.measure(score), strict=True):
        assert [named(heard)[name] for name in names] == pytest.approx([named(asked)[name] for name in names])


def test_chords_count_from_the_tonic():
    bar = named(ENCODER.encode_plan(Plan(key="Eb", mode="Ionian", tempo=100.0, bars=(BarPlan(chord="Eb Bb7"),)))[0])
    assert [n for n in range(12) if bar[f"chord_first_{n}"]] == [0, 4, 7]
    assert [n for n in range(12) if bar[f"chord_second_{n}"]] == [2, 5, 7, 11] and bar["root_second_7"] == 1


def test_a_free_bar_has_no_chord():
    bar = named(ENCODER.encode_plan(Plan(key="C", mode="Ionian", tempo=100.0, bars=(BarPlan(),)))[0])
    assert not any(value for name, value in bar.items() if name.startswith(("chord", "root")))


def test_sections_open_once_and_are_told_apart():
    bars = tuple(BarPlan(section=letter) for letter in "AABA")
    asked = [named(bar) for bar in ENCODER.encode_plan(Plan(key="C", mode="Ionian", tempo=100.0, bars=bars))]
    assert [bar["opening"] for bar in asked] == [1, 0, 1, 1]
    assert [bar["section_0"] for bar in asked] == [1, 1, 0, 1] and asked[2]["section_1"] == 1


def test_a_key_and_a_tempo_hold_until_they_change():
    bars = (BarPlan(), BarPlan(key="G", mode="Lydian", tempo=80.0), BarPlan())
    asked = [named(bar) for bar in ENCODER.encode_plan(Plan(key="C", mode="Locrian", tempo=40.0, bars=bars))]
    assert [bar["brightness"] for bar in asked] == [0, 1, 1]
    assert [bar["tempo"] for bar in asked] == pytest.approx([0, tempo_of(80.0), tempo_of(80.0)])


def test_modes_are_as_bright_as_their_place_on_the_line_of_fifths():
    modes = ("Locrian", "Phrygian", "Aeolian", "Dorian", "Mixolydian", "Ionian", "Lydian")
    assert [brightness_of(mode) for mode in modes] == pytest.approx([n / 6 for n in range(7)])


def test_a_chord_that_is_none_is_named():
    with pytest.raises(Exception, match="bar 2: 'H9' is not a chord symbol"):
        ENCODER.encode_plan(Plan(key="C", mode="Ionian", tempo=100.0, bars=(BarPlan(), BarPlan(chord="H9"))))


@pytest.mark.parametrize("score", [score_of([]), Score(480)])
def test_a_score_without_notes_has_no_bars(score):
    assert ENCODER.measure(score) == ()


def test_more_bars_than_allowed_are_cut():
    encoder = PsychometricEncoder(PsychometricConfig(max_bars=2))
    assert len(encoder.measure(score_of([(q, 60 if q < 8 else 90, 80) for q in range(40)]))) == 2


def test_every_number_lies_in_0_to_1():
    rng = np.random.default_rng(0)
    notes = [
        (float(q), int(p), int(v))
        for q, p, v in zip(rng.uniform(0, 200, 900), rng.integers(0, 128, 900), rng.integers(0, 128, 900), strict=True)
    ]
    assert all(0 <= x <= 1 for bar in ENCODER.measure(score_of(notes, (5, 8))) for x in bar)


@pytest.mark.corpus
def test_real_pieces_have_a_condition_for_every_bar():
    files = sorted(CORPORA.rglob("*.mid"))[:400:8]
    if not files:
        pytest.skip(f"no corpora at {CORPORA}")
    measured = 0
    for path in files:
        bars = ENCODER.measure(Score(path))
        measured += len(bars)
        assert all(0 <= x <= 1 and len(bar) == len(NAMES) for bar in bars for x in bar)
    assert measured > len(files)
