"""The score: exact bars for whatever is asked, valid MIDI, the same bytes in every process, and fast."""

from __future__ import annotations

import io
import random
import subprocess
import sys
from itertools import product
from typing import Any

import mido
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from symusic import Score

from psychoscore_core.profile import DIMENSIONS, Profile
from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import Attributes, BarPlan, Condition, Plan
from psychoscore_core.rule_table import plan_of
from psychoscore_rules.composer import RulesComposer
from psychoscore_rules.composition import compose_score
from psychoscore_rules.plugin import RulesConfig

SIGNATURES = [(2, 4), (3, 4), (4, 4), (6, 8), (5, 4), (7, 8), (9, 8), (5, 8), (2, 2), (3, 16), (1, 4), (4, 1)]
CORNERS = [0, 3, 9, 10, 11, 13, 14, 15, 16, 17]


def bar_ticks(plan: Plan) -> int:
    return plan.time_signature[0] * 4 * 480 // plan.time_signature[1]


def check(score: Score, plan: Plan) -> None:
    """Every bar holds an onset, the music fills the bars exactly, and every note is one that MIDI can say."""
    ticks = bar_ticks(plan)
    notes = [note for track in score.tracks for note in track.notes]
    assert score.end() == len(plan.bars) * ticks
    assert {note.time // ticks for note in notes} == set(range(len(plan.bars)))
    assert all(0 <= n.pitch <= 127 and 1 <= n.velocity <= 127 and n.duration > 0 and n.time >= 0 for n in notes)


numbers = st.floats(0, 1)
bars = st.builds(
    BarPlan, section=st.sampled_from("ABC"), tension=numbers, density=numbers, register=numbers, dynamics=numbers
)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.lists(bars, min_size=1, max_size=64), st.sampled_from(SIGNATURES), st.floats(0.05, 5))
def test_any_plan_is_filled_exactly(
    seed: int, plan_bars: list[BarPlan], signature: tuple[int, int], heat: float
) -> None:
    profile = random_profile(random.Random(seed))
    plan = evolve(plan_of(profile, 1, None, signature), bars=tuple(plan_bars))
    check(compose_score(profile, plan, [heat] * len(plan_bars), seed), plan)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 64), st.sampled_from(SIGNATURES[:6]))
def test_rule_table_plans_are_filled_exactly(seed: int, count: int, signature: tuple[int, int]) -> None:
    profile = random_profile(random.Random(seed))
    plan = plan_of(profile, count, None, signature)
    check(compose_score(profile, plan, [1.0] * count, seed), plan)


def extreme(level: str, register: int, flip: int | None = None) -> Profile:
    """Return a profile with every dimension at one end of its range but the RSI, and perhaps one at the other end."""
    values = [getattr(d, level) for d in DIMENSIONS]
    values[9:12] = [float(register == i) for i in range(3)]
    if flip is not None and flip not in (9, 10, 11):
        values[flip] = DIMENSIONS[flip].low if level == "high" else DIMENSIONS[flip].high
    return Profile.from_vector(values)


@pytest.mark.parametrize(("level", "register"), list(product(("low", "high"), range(3))))
def test_corner_profiles_give_music(level: str, register: int) -> None:
    for flip in (None, *CORNERS):
        profile = extreme(level, register, flip)
        plan = plan_of(profile, 9)
        check(compose_score(profile, plan, [1.0] * 9, 0), plan)


def test_midi_is_read_back_by_symusic_and_mido() -> None:
    profile = Profile(trauma=0.9, entropy=0.8)
    score = compose_score(profile, plan_of(profile, 16, Attributes(tempo=90.0)), [1.0] * 16, 1)
    data = score.dumps_midi()
    again, read = Score.from_midi(data), mido.MidiFile(file=io.BytesIO(data))
    assert again.note_num() == score.note_num() and again.end() == score.end()
    assert sum(m.type == "note_on" and m.velocity > 0 for t in read.tracks for m in t) == score.note_num()
    assert read.length == pytest.approx(16 * 4 * 60 / 90, abs=0.05)


def test_no_pitch_is_struck_while_it_sounds() -> None:
    for seed in range(12):
        profile = random_profile(random.Random(seed))
        for track in compose_score(profile, plan_of(profile, 16), [1.0] * 16, seed).tracks:
            ends: dict[int, int] = {}
            for note in sorted(track.notes, key=lambda n: n.time):
                assert ends.get(note.pitch, 0) <= note.time
                ends[note.pitch] = note.time + note.duration


SCRIPT = """
import hashlib, random
from psychoscore_core.random_profile import random_profile
from psychoscore_core.rule_table import plan_of
from psychoscore_rules.composition import compose_score
digest = hashlib.sha256()
for seed in range(6):
    profile = random_profile(random.Random(seed))
    digest.update(compose_score(profile, plan_of(profile, 16), [1.0] * 16, seed).dumps_midi())
print(digest.hexdigest())
"""


def test_the_same_arguments_give_the_same_bytes_in_two_processes() -> None:
    run = [
        subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, env=env).stdout
        for env in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2"})
    ]
    assert run[0] == run[1] != ""


def test_another_seed_gives_another_piece() -> None:
    plan = plan_of(Profile(), 8)
    pieces = {compose_score(Profile(), plan, [1.0] * 8, seed).dumps_midi() for seed in range(5)}
    assert len(pieces) == 5


def imported(module: str, heavy: set[str]) -> str:
    """Say which of the heavy packages a fresh process has loaded after importing the module."""
    code = f"import sys, {module}; print({heavy!r} & set(sys.modules))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_it_costs_neither_torch_nor_miditok() -> None:
    code = "import sys, psychoscore_rules.composer; print({'torch', 'miditok', 'transformers'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "set()"
    )


def test_the_descriptor_imports_nothing_heavy() -> None:
    code = "import sys, psychoscore_rules.plugin; print({'numpy', 'symusic', 'torch'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "set()"
    )


def compose(config: RulesConfig, profile: Profile, seconds: int = 8) -> Any:
    plan = plan_of(profile, seconds)
    condition = Condition(profile=profile, vector=profile.to_vector(), prefix=(), attributes=Attributes())
    return RulesComposer(config).compose(condition, plan, [1.0] * seconds, 5)


def test_the_backend_slows_down_at_the_end() -> None:
    score = compose(RulesConfig(), Profile())
    assert [round(tempo.qpm, 1) for tempo in score.tempos] == [100.0, 85.0]
    assert len(compose(RulesConfig(ritardando=False), Profile()).tempos) == 1


def test_drums_can_be_left_out() -> None:
    assert any(track.is_drum for track in compose(RulesConfig(), Profile(trauma=0.9)).tracks)
    assert not any(track.is_drum for track in compose(RulesConfig(drums=False), Profile(trauma=0.9)).tracks)


def test_adventure_has_a_range() -> None:
    with pytest.raises(ValueError, match="'adventure' must be <= 3"):
        RulesConfig(adventure=4.0)


def test_a_plan_needs_a_temperature_per_bar() -> None:
    with pytest.raises(ValueError, match="4 bars need as many temperatures above 0"):
        compose_score(Profile(), plan_of(Profile(), 4), [1.0], 0)


def test_a_metre_too_fine_is_refused() -> None:
    with pytest.raises(ValueError, match="time signature 4/32 is not one of"):
        compose_score(Profile(), plan_of(Profile(), 1, None, (4, 32)), [1.0], 0)


def test_a_mode_has_the_key_signature_of_its_tonics_minor_or_major_key() -> None:
    score = compose_score(Profile(), plan_of(Profile(), 4, Attributes(key="D", mode="Dorian")), [1.0] * 4, 0)
    assert [(k.key, k.tonality) for k in score.key_signatures] == [(-1, 1)]
