"""Steering: a model that knows nothing of music still gives what the plan asks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from psychoscore_core.records import DENSITY_MAX, SCALES, BarPlan, Plan, Stream
from psychoscore_core.stages.sample import Request
from psychoscore_hearing.attributes import attributes_of
from psychoscore_notes.plugin import NotesConfig
from psychoscore_notes.tokenizer import NotesTokenizer
from psychoscore_sampler.constrained import ConstrainedSampler
from psychoscore_sampler.plugin import ConstrainedConfig

TOKENIZER = NotesTokenizer(NotesConfig())
SIZES = [family.size for family in TOKENIZER.vocabulary.families]
CHORDS = ("C", "Am", "F", "G7")
BARS = 12


class Noise:
    """A decoder with fixed random logits, without drums; long notes are rarer than short ones."""

    context = 0

    def __init__(self) -> None:
        random = np.random.default_rng(3)
        self.logits = [random.normal(scale=0.7, size=size) for size in SIZES]
        self.logits[1][TOKENIZER.vocabulary.families[1].tokens.index("VOICE_drums")] = -50
        self.logits[3] -= 0.1 * np.arange(SIZES[3])

    def start(self, streams):
        return None

    def step(self, state, rows, bars):
        return [np.tile(logits, (len(rows), 1)) for logits in self.logits]


def plan_of(key="C", mode="Ionian", time_signature=(4, 4), chords=CHORDS, **numbers) -> Plan:
    bars = tuple(BarPlan(chord=chords[i % len(chords)], **numbers) for i in range(BARS))
    return Plan(key=key, mode=mode, tempo=100.0, time_signature=time_signature, bars=bars)


def made(plan, seed=0, **options):
    request = Request(
        stream=Stream(rows=TOKENIZER.prompt(), vector=None, bars=None),
        grammar=TOKENIZER.grammar(len(plan.bars), plan),
        temperatures=(1.0,),
        seed=seed,
        plan=plan,
    )
    rows = ConstrainedSampler(ConstrainedConfig(top_p=1.0, **options)).sample(Noise(), [request])[0]
    return TOKENIZER.decode(rows)


def measured(plan, name, seed=0, **options) -> float:
    return attributes_of(made(plan, seed, **options), plan.key, plan.mode)[name]


def notes_of(score):
    return [(n.time / score.tpq, n) for track in score.tracks for n in track.notes if not track.is_drum]


def onsets_a_bar(score, quarters=4):
    onsets = {onset for onset, _ in notes_of(score)}
    return [sum(bar * quarters <= onset < (bar + 1) * quarters for onset in onsets) for bar in range(BARS)]


def test_every_pitched_note_is_in_the_scale_or_chord():
    for key, mode, tonic in (("D", "Phrygian", 2), ("Ab", "Lydian", 8)):
        score = made(plan_of(key, mode, chords=("",), chromaticism=0.0))
        scale = {(tonic + step) % 12 for step in SCALES[mode]}
        assert {n.pitch % 12 for _, n in notes_of(score)} <= scale


def test_without_the_mask_notes_leave_the_scale():
    score = made(plan_of(chords=("",)), scale=False)
    assert not {n.pitch % 12 for _, n in notes_of(score)} <= set(SCALES["Ionian"])


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_foreign_notes_come_in_the_share_that_is_asked_for(share):
    assert measured(plan_of(chromaticism=share, density=0.64), "chromaticism") == pytest.approx(share, abs=0.05)


def test_strong_beats_have_chord_tones_only():
    score = made(plan_of(density=0.64))
    tones = [{0, 4, 7}, {9, 0, 4}, {5, 9, 0}, {7, 11, 2, 5}]
    strong = [(onset, n) for onset, n in notes_of(score) if onset % 2 == 0]
    assert strong and all(n.pitch % 12 in tones[int(onset // 4) % 4] for onset, n in strong)


def test_two_chords_share_a_bar():
    score = made(plan_of(chords=("C G7",), density=0.64))
    second = {n.pitch % 12 for onset, n in notes_of(score) if onset % 4 == 2}
    assert second and second <= {7, 11, 2, 5}


@pytest.mark.parametrize(("density", "signature"), [(0.3, (4, 4)), (0.43, (4, 4)), (0.72, (4, 4)), (0.48, (3, 4))])
def test_bars_have_as_many_onsets_as_planned(density, signature):
    quarters = signature[0]
    counts = onsets_a_bar(made(plan_of(density=density, time_signature=signature, irregularity=1.0)), quarters)
    assert sum(counts) == pytest.approx(density * DENSITY_MAX * quarters / 4 * BARS, abs=0.51)
    assert max(counts) - min(counts) <= 1


def test_more_onsets_than_the_grid_has_fill_it():
    assert onsets_a_bar(made(plan_of(density=1.0))) == [16] * BARS


def test_nothing_is_asked_where_density_is_off():
    assert len(set(onsets_a_bar(made(plan_of(density=0.43), density=False)))) > 1


@pytest.mark.parametrize(
    ("name", "attribute", "values", "scale", "tolerance"),
    [
        ("register", "register", (0.42, 0.5, 0.6), 127, 2.0),
        ("dynamics", "dynamics", (0.35, 0.5, 0.8), 127, 4.0),
        ("contrast", "contrast", (0.3, 0.45), 40, 3.0),
    ],
)
def test_means_come_near_the_plan(name, attribute, values, scale, tolerance):
    for value in values:
        assert measured(plan_of(density=0.64, **{name: value}), attribute) == pytest.approx(
            value * scale, abs=tolerance
        )


@pytest.mark.parametrize("name", ["polyphony", "span", "irregularity"])
def test_more_is_more(name):
    few, many = (
        np.mean(
            [measured(plan_of(**{"density": 0.48, "polyphony": 0.3, name: value}), name, seed) for seed in range(4)]
        )
        for value in (0.15, 0.75)
    )
    assert few < many


def test_no_more_notes_sound_together_than_allowed():
    score = made(plan_of(density=0.48, polyphony=1.0), most_notes=3)
    events = notes_of(score)
    for onset, _ in events:
        assert sum(start <= onset < start + n.duration / score.tpq for start, n in events) <= 3


def test_a_bar_that_takes_up_another_sounds_like_it():
    bars = [
        BarPlan(
            chord="C" if i < 6 else CHORDS[i % 4], density=0.48, irregularity=0.6, repeats=i - 6 if i >= 6 else None
        )
        for i in range(BARS)
    ]
    plan = Plan(key="C", mode="Ionian", tempo=100.0, bars=tuple(bars))
    with_, without = (np.mean([measured(plan, "repetition", s, repeats=r) for s in range(3)]) for r in (6.0, 0.0))
    assert with_ > without + 0.05


def test_bars_that_take_up_none_are_fresh():
    plan = plan_of(density=0.48, irregularity=0.6)
    fresh, any_ = (np.mean([measured(plan, "repetition", s, repeats=r) for s in range(4)]) for r in (16.0, 0.0))
    assert fresh < any_


def test_even_rhythm_is_even():
    plan = plan_of(density=0.4, irregularity=0.0)
    assert measured(plan, "irregularity") < 0.5 < measured(plan, "irregularity", rhythm=False)


def test_pitches_stay_in_the_window():
    pitches = [n.pitch for _, n in notes_of(made(plan_of(density=0.64, register=0.5, span=0.2)))]
    assert min(pitches) >= 63.5 - 14.5 and max(pitches) <= 63.5 + 14.5


def test_no_voice_has_more_notes_at_once_than_it_can():
    score = made(plan_of(density=0.3, polyphony=1.0))
    melody = [n.time for track in score.tracks if track.name == "melody" for n in track.notes]
    assert len(melody) == len(set(melody))


@pytest.mark.parametrize("share", [0.2, 0.7])
def test_the_melody_sings_at_its_share_of_the_onsets(share):
    score = made(plan_of(density=0.48, polyphony=0.3), melody=share)
    onsets = {onset for onset, _ in notes_of(score)}
    melody = {n.time / score.tpq for track in score.tracks if track.name == "melody" for n in track.notes}
    assert len(melody) / len(onsets) == pytest.approx(share, abs=0.12)


def test_the_same_request_gives_the_same_notes():
    one, two = (made(plan_of(density=0.48), seed=5) for _ in range(2))
    assert one.dumps_midi() == two.dumps_midi()


def test_seeds_differ():
    melodies = [[n.pitch for _, n in notes_of(made(plan_of(density=0.48), seed))] for seed in range(3)]
    assert all(one != two for one, two in pairwise(melodies))
