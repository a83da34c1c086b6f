"""A model that knows nothing still gives what the plan asks."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_compound_word.plugin import CompoundWordConfig
from psychoscore_compound_word.tokenizer import CompoundWordTokenizer
from psychoscore_core.records import DENSITY_MAX, SCALES, BarPlan, Plan, Stream
from psychoscore_core.stages.sample import Request

constrained = pytest.importorskip("psychoscore_sampler.constrained", reason="psychoscore-sampler is not installed")
from psychoscore_sampler.plugin import ConstrainedConfig  # noqa: E402 - after the check that it is there

TOKENIZER = CompoundWordTokenizer(CompoundWordConfig())
SIZES = [family.size for family in TOKENIZER.vocabulary.families]
CHORDS = ("C", "Am", "F", "G7")
TONES = ({0, 4, 7}, {9, 0, 4}, {5, 9, 0}, {7, 11, 2, 5})
BARS = 12


class Noise:
    """A decoder with fixed random logits, to which drums are rare."""

    context = 0

    def __init__(self) -> None:
        random = np.random.default_rng(3)
        self.logits = [random.normal(scale=0.7, size=size) for size in SIZES]
        self.logits[4][129:] -= 50

    def start(self, streams):
        return None

    def step(self, state, rows, bars):
        return [np.tile(table, (len(rows), 1)) for table in self.logits]


def plan_of(key="C", mode="Ionian", time_signature=(4, 4), chords=CHORDS, bars=BARS, **numbers) -> Plan:
    planned = tuple(
        BarPlan(chord=chords[i % len(chords)], **{"density": 0.3, "irregularity": 0.6, **numbers}) for i in range(bars)
    )
    return Plan(key=key, mode=mode, tempo=100.0, time_signature=time_signature, bars=planned)


def drawn(plan, seed=0, **options):
    request = Request(
        stream=Stream(rows=TOKENIZER.prompt(), vector=None, bars=None),
        grammar=TOKENIZER.grammar(len(plan.bars), plan),
        temperatures=(1.0,),
        seed=seed,
        plan=plan,
    )
    sampler = constrained.ConstrainedSampler(ConstrainedConfig(top_p=1.0, max_rows_per_bar=2000, **options))
    return sampler.sample(Noise(), [request])[0]


def notes_of(plan, seed=0, **options):
    """Return onsets in quarters and notes of what is drawn."""
    score = TOKENIZER.decode(drawn(plan, seed, **options))
    return [(n.time / score.tpq, n) for track in score.tracks for n in track.notes]


@pytest.mark.parametrize(("key", "mode", "tonic"), [("D", "Phrygian", 2), ("Ab", "Lydian", 8)])
def test_every_note_is_in_the_scale(key, mode, tonic):
    notes = notes_of(plan_of(key, mode, chords=("",), chromaticism=0.0))
    assert {n.pitch % 12 for _, n in notes} <= {(tonic + step) % 12 for step in SCALES[mode]}


def test_strong_beats_have_chord_tones_only():
    strong = [(onset, n) for onset, n in notes_of(plan_of(density=0.4, irregularity=0.0)) if onset % 2 == 0]
    assert len(strong) > BARS
    assert all(n.pitch % 12 in TONES[int(onset // 4) % 4] for onset, n in strong)


@pytest.mark.parametrize(
    ("density", "signature"), [(0.1, (4, 4)), (0.35, (4, 4)), (0.45, (4, 4)), (0.3, (3, 4)), (0.3, (6, 8))]
)
def test_bars_have_as_many_onsets_as_planned(density, signature):
    quarters = 4 * signature[0] / signature[1]
    onsets = {onset for onset, _ in notes_of(plan_of(density=density, time_signature=signature, irregularity=1.0))}
    counts = [sum(bar * quarters <= onset < (bar + 1) * quarters for onset in onsets) for bar in range(BARS)]
    assert sum(counts) == pytest.approx(density * DENSITY_MAX * quarters / 4 * BARS, abs=0.51)
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("register", [0.42, 0.5, 0.6])
def test_pitches_come_near_the_planned_register(register):
    pitches = [n.pitch for _, n in notes_of(plan_of(density=0.4, register=register))]
    assert np.mean(pitches) == pytest.approx(127 * register, abs=3.0)


@pytest.mark.parametrize("dynamics", [0.35, 0.5, 0.8])
def test_velocities_come_near_the_planned_dynamics(dynamics):
    velocities = [n.velocity for _, n in notes_of(plan_of(density=0.4, dynamics=dynamics))]
    assert np.mean(velocities) == pytest.approx(127 * dynamics, abs=5.0)


def test_more_polyphony_is_more_notes_an_onset():
    few, many = (
        np.mean([len(notes_of(plan_of(polyphony=value), seed)) for seed in range(3)]) for value in (0.15, 0.75)
    )
    assert few * 1.05 < many


def test_no_more_notes_sound_together_than_allowed():
    notes = [n for _, n in notes_of(plan_of(polyphony=1.0), most_notes=3)]
    assert max(sum(n.time <= now.time < n.time + n.duration for n in notes) for now in notes) == 3


@pytest.mark.parametrize("seed", range(6))
def test_steered_words_keep_to_the_grammar(seed):
    plan = plan_of(bars=6, time_signature=((4, 4), (3, 4), (6, 8))[seed % 3])
    rows, grammar = drawn(plan, seed), TOKENIZER.grammar(6, plan)
    for row in rows:
        grammar.push(row)
    struck = int((rows[:, 4] > 0).sum())
    assert grammar.finished and TOKENIZER.decode(rows).note_num() == struck > 0


def test_a_bar_that_takes_up_another_is_like_it():
    repeating = [BarPlan(chord="C", density=0.3, repeats=0 if k else None) for k in range(4)]
    plan = Plan(key="C", mode="Ionian", tempo=100.0, bars=tuple(repeating))
    bars = [set() for _ in repeating]
    for onset, n in notes_of(plan):
        bars[int(onset // 4)].add((onset % 4, n.pitch))
    assert all(len(bars[0] & bar) > 0.6 * len(bars[0]) for bar in bars[1:])
