"""Pairs, their splits, and what the augmentations leave true."""

from itertools import pairwise

import pytest
import symusic

from psychoscore_core.errors import DataError
from psychoscore_core.records import KEYS
from psychoscore_core.rule_table import key_of, tempo_of
from psychoscore_core.testing import check_plugin
from psychoscore_synthetic import plugin
from psychoscore_synthetic.augmentation import stretch, transpose
from psychoscore_synthetic.dataset import Synthetic
from psychoscore_synthetic.plugin import SyntheticConfig

pytestmark = pytest.mark.usefixtures("stand_in")


def dataset(**options) -> Synthetic:
    return Synthetic(SyntheticConfig(**{"num_pairs": 400, **options}))


def pieces(count=30, **options):
    """Return the pieces of the first pairs of the train split."""
    source = dataset(**{"validation_share": 0.0, **options})
    return [piece for key in source.keys()[:count] for piece in source.load(key)]


def sounding(piece) -> set[int]:
    return {note.pitch % 12 for track in piece.score.tracks if not track.is_drum for note in track.notes}


def test_a_pair_depends_on_seed_and_number_only():
    alone, among = dataset(num_pairs=8).load("000007"), dataset(num_pairs=400).load("000007")
    assert alone[0].score.dumps_midi() == among[0].score.dumps_midi()
    assert alone[0].profile == among[0].profile


def test_another_seed_gives_other_pairs():
    assert dataset(seed=1).load("000007")[0].profile != dataset(seed=2).load("000007")[0].profile


def test_lengths_fill_their_range():
    bars = {piece.labels["bars"] for piece in pieces(60, bars_minimum=4, bars_maximum=8)}
    assert bars == {4, 5, 6, 7, 8}


def test_splits_have_their_share_and_stay():
    splits = {key: dataset(validation_share=0.2).load(key)[0].split for key in dataset().keys()[:]}
    again = {key: dataset(validation_share=0.2, seed=9, num_pairs=500).load(key)[0].split for key in splits}
    assert splits == again
    assert 50 <= list(splits.values()).count("validation") <= 110


def test_without_augmentation_key_and_tempo_follow_the_profile():
    for piece in pieces():
        assert piece.attributes.key == key_of(piece.profile)
        assert piece.attributes.tempo == tempo_of(piece.profile) == pytest.approx(piece.score.tempos[0].qpm, rel=1e-4)


@pytest.mark.parametrize("transposed", ["none", "random", "all"])
def test_the_key_is_true_to_the_notes(transposed, stand_in):
    for piece in pieces(8, transpose=transposed):
        assert sounding(piece) == stand_in(piece.attributes.key, piece.attributes.mode)


def test_random_transposition_reaches_every_key():
    assert {piece.attributes.key for piece in pieces(150, transpose="random")} == set(KEYS)


def test_all_transpositions_are_one_group_in_twelve_keys():
    twelve = dataset(transpose="all", validation_share=0.0).load("000003")
    assert {piece.attributes.key for piece in twelve} == set(KEYS)
    assert len({piece.id for piece in twelve}) == 12
    assert {piece.group for piece in twelve} == {"000003"}


def test_augmentations_leave_validation_alone():
    plain, changed = dataset(), dataset(transpose="all", tempo_augmentation=True, time_stretch=True)
    key = next(key for key in plain.keys()[:] if plain.load(key)[0].split == "validation")
    (piece,) = changed.load(key)
    assert piece.score.dumps_midi() == plain.load(key)[0].score.dumps_midi()


def test_another_tempo_is_true_and_leaves_the_notes():
    for plain, changed in zip(pieces(), pieces(tempo_augmentation=True), strict=True):
        assert 60 <= changed.attributes.tempo <= 180
        assert changed.score.tempos[0].qpm == pytest.approx(changed.attributes.tempo, rel=1e-4)
        assert changed.score.tracks[0].notes == plain.score.tracks[0].notes


def test_a_stretch_changes_note_values_and_keeps_the_tempo():
    factors = set()
    for plain, changed in zip(pieces(), pieces(time_stretch=True), strict=True):
        factors.add(factor := changed.labels["stretch"])
        assert changed.score.end() == factor * plain.score.end()
        assert changed.score.tempos[0].qpm == plain.score.tempos[0].qpm
        assert changed.attributes == plain.attributes
    assert factors == {0.5, 1.0, 2.0}


def test_notes_that_met_still_meet_at_odd_ticks():
    score = symusic.Score(480)
    score.tracks.append(symusic.Track())
    score.tracks[0].notes.extend(symusic.Note(time, 3, 60, 80) for time in range(0, 30, 3))
    stretch(score, 0.5)
    notes = score.tracks[0].notes
    assert all(a.time + a.duration == b.time for a, b in pairwise(notes))


@pytest.mark.parametrize(("pitch", "shift", "expected"), [(125, 6, 119), (2, -5, 9), (60, 3, 63)])
def test_transposition_stays_within_midi(pitch, shift, expected):
    score = symusic.Score(480)
    score.tracks.append(symusic.Track())
    score.tracks[0].notes.append(symusic.Note(0, 480, pitch, 80))
    transpose(score, shift)
    assert score.tracks[0].notes[0].pitch == expected


def test_drums_are_not_transposed():
    (piece, *_) = pieces(1, transpose="all")
    assert {note.pitch for track in piece.score.tracks if track.is_drum for note in track.notes} == {42}


@pytest.mark.parametrize(("shift", "sharps"), [(2, 2), (-2, -2), (6, 6), (-5, 1), (1, -5)])
def test_the_key_signature_moves_along(shift, sharps):
    score = symusic.Score(480)
    score.key_signatures.append(symusic.KeySignature(0, 0, 0))
    transpose(score, shift)
    assert score.key_signatures[0].key == sharps


def test_the_digest_follows_the_settings():
    assert dataset().digest() == dataset().digest() != dataset(seed=1).digest()


def test_an_unknown_key_is_an_error():
    with pytest.raises(DataError, match="synthetic: there is no pair 'x'; there are 000000 to 000399"):
        dataset().load("x")


def test_the_conformance_kit_is_content():
    outcomes = check_plugin(plugin).outcomes
    assert [(outcome.check, outcome.text) for outcome in outcomes if outcome.status != "passed"] == []


def test_missing_rules_are_named(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DataError, match="the composing rules are missing; install psychoscore-rules"):
        dataset().check()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_pairs": 0}, "'num_pairs' must be >= 1"),
        ({"num_pairs": 10_000_001}, "'num_pairs' must be <= 10000000"),
        ({"bars_minimum": 9, "bars_maximum": 8}, "bars_maximum \\(8\\) must not be below bars_minimum \\(9\\)"),
        ({"validation_share": 1.0}, "'validation_share' must be < 1"),
        ({"transpose": "some"}, "'transpose' must be in"),
    ],
)
def test_settings_out_of_range_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        SyntheticConfig(**options)
