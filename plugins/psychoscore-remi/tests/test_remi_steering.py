"""Steering with one token a row: a model that knows nothing still gives what the plan asks."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.records import DENSITY_MAX, SCALES, BarPlan, Plan, Stream
from psychoscore_core.stages.sample import Request
from psychoscore_remi.plugin import RemiConfig
from psychoscore_remi.tokenizer import RemiTokenizer

constrained = pytest.importorskip("psychoscore_sampler.constrained", reason="psychoscore-sampler is not installed")
from psychoscore_sampler.plugin import ConstrainedConfig  # noqa: E402 - after the check that it is there

TOKENIZER = RemiTokenizer(RemiConfig())
NAMES = TOKENIZER.vocabulary.families[0].tokens
CHORDS = ("C", "Am", "F", "G7")
TONES = ({0, 4, 7}, {9, 0, 4}, {5, 9, 0}, {7, 11, 2, 5})
BARS = 12


class Noise:
    """A decoder with fixed random logits; drums are rare, half bars likely, one instrument likelier than the others."""

    context = 0

    def __init__(self) -> None:
        self.logits = np.random.default_rng(3).normal(scale=0.7, size=len(NAMES))
        self.logits[[name.startswith("Program_") for name in NAMES]] -= 4
        self.logits[NAMES.index("Program_0")] += 8
        self.logits[[NAMES.index("Position_0"), NAMES.index("Position_24")]] += 3
        self.logits[NAMES.index("Program_-1")] -= 50

    def start(self, streams):
        return None

    def step(self, state, rows, bars):
        return [np.tile(self.logits, (len(rows), 1))]


def plan_of(key="C", mode="Ionian", time_signature=(4, 4), chords=CHORDS, bars=BARS, **numbers) -> Plan:
    planned = tuple(
        BarPlan(chord=chords[i % len(chords)], **{"density": 0.3, "irregularity": 0.6, **numbers}) for i in range(bars)
    )
    return Plan(key=key, mode=mode, tempo=100.0, time_signature=time_signature, bars=planned)


def drawn(plan, seed=0, tokenizer=TOKENIZER, decoder=None, **options):
    request = Request(
        stream=Stream(rows=tokenizer.prompt(), vector=None, bars=None),
        grammar=tokenizer.grammar(len(plan.bars), plan),
        temperatures=(1.0,),
        seed=seed,
        plan=plan,
    )
    sampler = constrained.ConstrainedSampler(ConstrainedConfig(top_p=1.0, max_rows_per_bar=2000, **options))
    return sampler.sample(decoder or Noise(), [request])[0]


def notes_of(plan, seed=0, **options):
    """Return onsets in quarters and notes of what is drawn, drums left out."""
    score = TOKENIZER.decode(drawn(plan, seed, **options))
    return [(n.time / score.tpq, n) for track in score.tracks if not track.is_drum for n in track.notes]


def onsets_a_bar(plan, quarters, seed=0, **options):
    onsets = {onset for onset, _ in notes_of(plan, seed, **options)}
    return [sum(bar * quarters <= onset < (bar + 1) * quarters for onset in onsets) for bar in range(len(plan.bars))]


@pytest.mark.parametrize(("key", "mode", "tonic"), [("D", "Phrygian", 2), ("Ab", "Lydian", 8)])
def test_every_pitched_note_is_in_the_scale(key, mode, tonic):
    notes = notes_of(plan_of(key, mode, chords=("",), chromaticism=0.0))
    assert {n.pitch % 12 for _, n in notes} <= {(tonic + step) % 12 for step in SCALES[mode]}


def test_without_the_mask_notes_leave_the_scale():
    notes = notes_of(plan_of(chords=("",)), scale=False)
    assert not {n.pitch % 12 for _, n in notes} <= set(SCALES["Ionian"])


def test_strong_beats_have_chord_tones_only():
    strong = [(onset, n) for onset, n in notes_of(plan_of(density=0.4, irregularity=0.0)) if onset % 2 == 0]
    assert len(strong) > BARS
    assert all(n.pitch % 12 in TONES[int(onset // 4) % 4] for onset, n in strong)


@pytest.mark.parametrize(
    ("density", "signature"), [(0.1, (4, 4)), (0.35, (4, 4)), (0.45, (4, 4)), (0.3, (3, 4)), (0.3, (6, 8))]
)
def test_bars_have_as_many_onsets_as_planned(density, signature):
    quarters = 4 * signature[0] / signature[1]
    counts = onsets_a_bar(plan_of(density=density, time_signature=signature, irregularity=1.0), quarters)
    assert sum(counts) == pytest.approx(density * DENSITY_MAX * quarters / 4 * BARS, abs=0.51)
    assert max(counts) - min(counts) <= 1


def test_nothing_is_asked_where_density_is_off():
    assert len(set(onsets_a_bar(plan_of(), 4, density=False))) > 1


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


@pytest.mark.parametrize("seed", range(10))
def test_steered_rows_keep_to_the_grammar(seed):
    plan = plan_of(bars=6, time_signature=((4, 4), (3, 4), (6, 8))[seed % 3])
    rows, grammar = drawn(plan, seed), TOKENIZER.grammar(6, plan)
    for row in rows:
        grammar.push(row)
    names = [NAMES[token] for token in rows[:, 0]]
    struck = sum(name.startswith("Pitch") for name in names)
    assert grammar.finished and names.count("Bar_None") == 6
    assert TOKENIZER.decode(rows).note_num() == struck > 0


def test_the_same_request_gives_the_same_rows():
    assert (drawn(plan_of(), seed=5) == drawn(plan_of(), seed=5)).all()


def after(names: str):
    grammar = TOKENIZER.grammar(2, plan_of(bars=2))
    for name in names.split():
        grammar.push([NAMES.index(name)])
    return grammar


OPENED = "Bar_None TimeSig_4/4 Position_0 Tempo_100.0"
NOTE = f"{OPENED} Program_0 Pitch_60 Velocity_63 Duration_1.0.12"


def test_after_a_note_ids_tell_when_the_next_one_begins_and_which_it_is():
    meaning = after(f"{NOTE} Position_18 Pitch_64 Velocity_63 Duration_0.6.12").meaning()
    told = {name: int(meaning.values[NAMES.index(name)]) for name in ("Position_24", "Pitch_67", "Program_5", "EOS")}
    assert meaning.kind == "onset" and told == {"Position_24": 48, "Pitch_67": 36, "Program_5": 36, "EOS": -1}
    assert meaning.also.kind == "pitch" and meaning.also.values[NAMES.index("Pitch_67")] == 67
    assert meaning.also.values[NAMES.index("Program_5")] == -1


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ("", ""),
        ("Bar_None TimeSig_4/4", ""),
        (OPENED, "onset"),
        (f"{OPENED} Program_0", "pitch"),
        (f"{OPENED} Program_-1", ""),
        (f"{OPENED} Program_0 Pitch_60", "velocity"),
        (f"{OPENED} Program_0 Pitch_60 Velocity_63", "duration"),
        (f"{NOTE} Bar_None TimeSig_4/4", "onset"),
        (f"{NOTE} Position_12", "pitch"),
    ],
)
def test_each_state_has_its_own_meaning(names, kind):
    assert after(names).meaning().kind == kind


def test_meanings_are_shared_and_read_only():
    one, two = (after(NOTE).meaning() for _ in range(2))
    assert one is two
    with pytest.raises(ValueError, match="read-only"):
        one.values[0] = 1


def test_a_complete_note_is_told_once():
    grammar = after(f"{OPENED} Program_0 Pitch_60 Velocity_63 Duration_1.0.12 Position_18 Program_-1 PitchDrum_38")
    assert grammar.sounded() is None
    for name in ("Velocity_31", "Duration_0.6.12"):
        grammar.push([NAMES.index(name)])
    assert grammar.sounded() == (1.5, "drums", 38, 0.5, 31)
    grammar.push([NAMES.index("Position_24")])
    assert grammar.sounded() is None


def test_lengths_count_in_quarters_whatever_the_beat():
    plan = plan_of(bars=1, time_signature=(6, 8))
    grammar = TOKENIZER.grammar(1, plan)
    for name in ["Bar_None", "TimeSig_6/8", "Position_0", "Tempo_100.0", "Program_0", "Pitch_60", "Velocity_63"]:
        grammar.push([NAMES.index(name)])
    assert grammar.meaning().values[NAMES.index("Duration_1.0.12")] == 12
    grammar.push([NAMES.index("Duration_1.0.12")])
    assert grammar.sounded().duration == 0.5
    assert grammar.meaning().values[NAMES.index("Position_12")] == 12


def test_merged_tokens_mean_nothing(make):
    tokenizer = RemiTokenizer(RemiConfig(bpe_vocabulary=760))
    tokenizer.train([make(*((i * 240, 240, 60 + i % 5) for i in range(64)))])
    rows = tokenizer.encode(make((0, 480, 60), (480, 480, 64))).rows[2:]
    grammar = tokenizer.grammar()
    for row in rows:
        assert grammar.meaning().kind == "" and grammar.sounded() is None
        grammar.push(row)
