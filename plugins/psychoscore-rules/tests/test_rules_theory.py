"""Metre, scales, chords, rhythm and form: the parts that the composing stands on."""

from __future__ import annotations

import random

import pytest
from attrs import evolve

from psychoscore_core.chord_symbols import read_chord
from psychoscore_core.profile import Profile
from psychoscore_core.records import MODES, SCALES, BarPlan
from psychoscore_rules.character import character_of
from psychoscore_rules.dice import dice, draw
from psychoscore_rules.figures import SETTINGS, strokes
from psychoscore_rules.form import phrases_of, sections_of
from psychoscore_rules.meter import meter_of
from psychoscore_rules.motif import Motif, fragment, invert, with_notes
from psychoscore_rules.progressions import CLOSES, CONTRASTS, WALKS
from psychoscore_rules.rhythm import CELLS, invent_rhythm
from psychoscore_rules.scales import Scale, diatonic, spelled
from psychoscore_rules.voicing import voice

C_MAJOR = Scale(0, SCALES["Ionian"])
CALM = character_of(Profile(entropy=0.2))


@pytest.mark.parametrize(
    ("signature", "steps", "strong"),
    [
        ((2, 4), 8, (0,)),
        ((3, 4), 12, (0,)),
        ((4, 4), 16, (0, 8)),
        ((5, 4), 20, (0, 12)),
        ((6, 8), 12, (0, 6)),
        ((7, 8), 14, (0, 8)),
        ((9, 8), 18, (0, 12)),
    ],
)
def test_metres_have_their_strong_beats(signature: tuple[int, int], steps: int, strong: tuple[int, ...]) -> None:
    assert (meter_of(*signature).steps, meter_of(*signature).strong) == (steps, strong)


@pytest.mark.parametrize("signature", [(n, d) for n in range(1, 16) for d in (1, 2, 4, 8, 16)])
def test_rhythms_fill_every_metre(signature: tuple[int, int]) -> None:
    meter = meter_of(*signature)
    for count in (1, 3, 9):
        rhythm = invent_rhythm(random.Random(count), meter, count, 0.8, 1.0)
        ends = [start + length for start, length in rhythm]
        assert [start for start, _ in rhythm][1:] == ends[:-1]
        assert ends[-1] == meter.steps


def test_cells_are_as_long_as_they_say() -> None:
    assert all(sum(cell) == length for length, cells in CELLS.items() for cell in cells)


def test_steps_and_pitches_are_each_others_inverse() -> None:
    for mode in MODES:
        scale = Scale(3, SCALES[mode])
        assert all(scale.step(scale.pitch(step)) == step for step in range(21, 60))


def test_triads_have_their_quality() -> None:
    assert [diatonic(C_MAJOR, degree).quality for degree in range(7)] == (
        ["major", "minor", "minor", "major", "major", "minor", "diminished"]
    )


@pytest.mark.parametrize("symbol", ["E7", "Bdim7", "Db", "Fm", "Abmaj7", "F#dim", "Gsus4", "Caug", "Bbm7", "Eb:min"])
def test_any_chord_bends_the_scale_to_itself(symbol: str) -> None:
    pitch_classes, bass = read_chord(symbol)
    chord = spelled(C_MAJOR, pitch_classes, bass)
    assert set(chord.pitch_classes) == set(pitch_classes)
    assert chord.altered == (not set(pitch_classes) <= C_MAJOR.pitch_classes)


def test_a_slash_names_the_bass() -> None:
    assert read_chord("G7/B") == ((7, 11, 2, 5), 11)
    chord = spelled(C_MAJOR, *read_chord("G7/B"))
    assert chord.scale.pitch(chord.bass) % 12 == 11


@pytest.mark.parametrize("mode", MODES)
def test_the_tables_name_degrees_that_lead_on(mode: str) -> None:
    assert set(WALKS[mode]) == set(range(1, 8))
    assert all(goal in range(1, 8) and goal != root for root, goals in WALKS[mode].items() for goal in goals)
    assert all(close[2] == 1 for close in CLOSES[mode]["full"])
    assert all(close[2] != 1 for kind in ("half", "deceptive") for close in CLOSES[mode][kind])
    assert 1 not in CONTRASTS[mode]


def test_voices_move_little_from_chord_to_chord() -> None:
    before: list[int] = []
    for degree in (0, 3, 1, 4, 0, 5, 3, 4, 0):
        now = voice(diatonic(C_MAJOR, degree), 3, 60, before, 43, 80)
        assert not before or sum(abs(a - b) for a, b in zip(now, before, strict=True)) <= 9
        before = now


@pytest.mark.parametrize("signature", [(2, 4), (3, 4), (4, 4), (6, 8), (5, 4), (7, 8)])
def test_figures_stay_inside_their_chord(signature: tuple[int, int]) -> None:
    meter = meter_of(*signature)
    for figure, ways in SETTINGS.items():
        for every, size in ways:
            for start, end in ((0, meter.halfway), (meter.halfway, meter.steps), (0, meter.steps)):
                struck = strokes(figure, every, size, meter, start, end)
                assert struck and all(start <= at and length > 0 and at + length <= end for at, length, _ in struck)
                assert all(max(voices) < size for _, _, voices in struck)


def form(letters: str) -> list[tuple[str, int, str]]:
    sections = sections_of([BarPlan(section=letter) for letter in letters], CALM, 0)
    return [(phrase.section.letter, phrase.length, phrase.close) for phrase in phrases_of(sections, CALM)]


def test_a_section_of_eight_bars_is_a_question_and_an_answer() -> None:
    assert form("A" * 8 + "B" * 8) == [("A", 4, "half"), ("A", 4, "full"), ("B", 4, "half"), ("B", 4, "final")]


@pytest.mark.parametrize("bars", range(1, 40))
def test_phrases_cover_every_bar_without_stumps(bars: int) -> None:
    lengths = [length for _, length, _ in form("A" * bars)]
    assert sum(lengths) == bars
    assert min(lengths) >= min(bars, 3) and max(lengths) <= 6


def test_returning_letters_state_the_same_theme() -> None:
    sections = sections_of([BarPlan(section=letter) for letter in "AAAABBBBAAAA"], CALM, 0)
    phrases = phrases_of(sections, CALM)
    assert [(phrase.theme, phrase.statement) for phrase in phrases] == [(("A", 0), 0), (("B", 0), 0), (("A", 0), 1)]


def test_the_first_and_last_section_are_at_home() -> None:
    wild = evolve(CALM, modulation=1.0)
    bars = [BarPlan(section=letter) for letter in "AAAABBBBAAAACCCC"]
    shifts = [[section.shift for section in sections_of(bars, wild, seed)] for seed in range(20)]
    assert all(first == last == 0 for first, *_, last in shifts)
    assert all(0 not in middle for _, *middle, _ in shifts)


MOTIF = Motif(((0, 4), (4, 4), (8, 8)), (0, 1, 3))


def test_a_motif_upside_down() -> None:
    assert invert(MOTIF).contour == (0, -1, -3)


def test_a_fragment_is_stated_twice() -> None:
    assert fragment(MOTIF, meter_of(4, 4), 1) == Motif(((0, 4), (4, 4), (8, 4), (12, 4)), (0, 1, 1, 2))


def test_embellishing_keeps_the_frame() -> None:
    richer = with_notes(MOTIF, meter_of(4, 4), 6)
    assert {start for start, _ in MOTIF.rhythm} < {start for start, _ in richer.rhythm}


def test_thinning_keeps_the_downbeat() -> None:
    assert with_notes(MOTIF, meter_of(4, 4), 1) == Motif(((0, 16),), (0,))


def test_dice_depend_on_the_place_alone() -> None:
    assert dice(1, "melody", 3).random() == dice(1, "melody", 3).random() != dice(1, "melody", 4).random()


def test_a_low_temperature_draws_the_heaviest() -> None:
    rng = random.Random(0)
    assert {draw(rng, {"likely": 2.0, "rare": 1.0}, 0.05) for _ in range(200)} == {"likely"}
