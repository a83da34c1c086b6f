"""A model that knows nothing of music, steered by a plan in these tokens, gives what they can be steered in."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.records import DENSITY_MAX, SCALES, BarPlan, Plan, Stream
from psychoscore_core.stages.sample import Request

attributes = pytest.importorskip("psychoscore_hearing.attributes")
constrained = pytest.importorskip("psychoscore_sampler.constrained", reason="psychoscore-sampler is not installed")
options_of = pytest.importorskip("psychoscore_sampler.plugin").ConstrainedConfig
CHORDS = ("C", "Am", "F", "G7")
BARS = 12
TOGETHER = 1 / 8  # quarters within which notes begin at one onset


class Noise:
    """A decoder with fixed random logits, which waits, begins and ends about as often as piano music does."""

    context = 0

    def __init__(self, tokenizer) -> None:
        logits = np.random.default_rng(3).normal(scale=0.7, size=tokenizer.vocabulary.families[0].size)
        tokenizer._words.notes(logits)[:, 0] += 4.0
        logits[3:128] += 4.5 - 0.02 * np.arange(125)
        self.logits = logits

    def start(self, streams):
        return None

    def step(self, state, rows, bars):
        return [np.tile(self.logits, (len(rows), 1))]


def plan_of(key="C", mode="Ionian", signature=(4, 4), chords=CHORDS, tempo=100.0, **numbers) -> Plan:
    bars = tuple(BarPlan(chord=chords[i % len(chords)], **numbers) for i in range(BARS))
    return Plan(key=key, mode=mode, tempo=tempo, time_signature=signature, bars=bars)


def made(tokenizer, plan, seed=0, **options):
    request = Request(
        stream=Stream(rows=tokenizer.prompt(), vector=None, bars=None),
        grammar=tokenizer.grammar(len(plan.bars), plan),
        temperatures=(1.0,),
        seed=seed,
        plan=plan,
    )
    sampler = constrained.ConstrainedSampler(options_of(top_p=1.0, **options))
    return tokenizer.decode_for(sampler.sample(Noise(tokenizer), [request])[0], plan)


def notes_of(score):
    return [(n.time / score.tpq, n) for track in score.tracks for n in track.notes if not track.is_drum]


def measured(tokenizer, plan, name, **options):
    return attributes.attributes_of(made(tokenizer, plan, **options), plan.key, plan.mode)[name]


def onsets_a_bar(score, quarters):
    onsets = []
    for onset in sorted({onset for onset, _ in notes_of(score)}):
        if not onsets or onset - onsets[-1] >= TOGETHER or onset // quarters > onsets[-1] // quarters:
            onsets.append(onset)
    return [sum(bar * quarters <= onset < (bar + 1) * quarters for onset in onsets) for bar in range(BARS)]


@pytest.mark.parametrize("name", ["piano", "band"])
def test_every_pitched_note_is_in_the_scale(name, request):
    score = made(request.getfixturevalue(name), plan_of("D", "Phrygian", chords=("",), chromaticism=0.0))
    assert {n.pitch % 12 for _, n in notes_of(score)} <= {(2 + step) % 12 for step in SCALES["Phrygian"]}


def test_without_the_mask_notes_leave_the_scale(piano):
    score = made(piano, plan_of(chords=("",)), scale=False)
    assert not {n.pitch % 12 for _, n in notes_of(score)} <= set(SCALES["Ionian"])


def test_on_the_beat_strong_beats_have_chord_tones_only(piano):
    score = made(piano, plan_of(density=0.64))
    tones = [{0, 4, 7}, {9, 0, 4}, {5, 9, 0}, {7, 11, 2, 5}]
    strong = [(onset, n) for onset, n in notes_of(score) if abs(onset % 2) < 1 / 60]
    assert strong and all(n.pitch % 12 in tones[int(onset // 4) % 4] for onset, n in strong)


@pytest.mark.parametrize(("density", "signature", "tempo"), [(0.3, (4, 4), 100), (0.5, (4, 4), 140), (0.4, (3, 4), 60)])
def test_pieces_have_as_many_onsets_as_planned(piano, density, signature, tempo):
    plan = plan_of(density=density, signature=signature, tempo=float(tempo), irregularity=1.0)
    counts = onsets_a_bar(made(piano, plan), signature[0])
    assert sum(counts) == pytest.approx(density * DENSITY_MAX * signature[0] / 4 * BARS, rel=0.08)
    assert max(counts) - min(counts) <= 3


@pytest.mark.parametrize("pitch", [50, 60, 75])
def test_the_register_is_the_planned_one(piano, pitch):
    assert measured(piano, plan_of(register=pitch / 127), "register") == pytest.approx(pitch, abs=4)


@pytest.mark.parametrize("velocity", [40, 65, 100])
def test_the_dynamics_are_the_planned_ones(piano, velocity):
    assert measured(piano, plan_of(dynamics=velocity / 127), "dynamics") == pytest.approx(velocity, abs=5)


@pytest.mark.parametrize("notes", [3, 5, 7])
def test_about_as_many_notes_sound_as_planned(piano, notes):
    assert measured(piano, plan_of(polyphony=notes / 8), "polyphony") == pytest.approx(notes, abs=1.5)


def test_without_polyphony_the_model_holds_what_it_likes(piano):
    assert measured(piano, plan_of(polyphony=0.25), "polyphony", polyphony=False) > 5


def test_a_bar_that_takes_up_another_has_notes_of_it(piano):
    bars = tuple(BarPlan(chord=CHORDS[i % 4], repeats=i - 4 if i >= 4 else None) for i in range(8))
    plan = Plan(key="C", mode="Ionian", tempo=100.0, bars=bars)
    shared = []
    for strength in (0.0, 16.0):
        notes = notes_of(made(piano, plan, repeats=strength))
        found = [{(round(8 * (t % 4)), n.pitch) for t, n in notes if t // 4 == bar} for bar in range(8)]
        shared.append(sum(len(found[bar] & found[bar - 4]) for bar in range(4, 8)))
    assert shared[1] > 2 * shared[0] + 4


def test_drums_are_left_to_the_model(band):
    plan = plan_of(chromaticism=0.0, register=0.3)
    drums = [n.pitch for track in made(band, plan).tracks if track.is_drum for n in track.notes]
    assert max(drums) > 38 + 24  # beyond the window of pitches
