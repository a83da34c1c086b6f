"""Prefix tokens: their names, and which of them a profile calls for."""

from __future__ import annotations

import random

import pytest

from psychoscore_core.errors import ProfileError
from psychoscore_core.profile import BIASES, DarkTriad, Disc, Ocean, Physics, Profile, Rsi
from psychoscore_core.profile_json import profile_from_json, profile_to_json
from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import KEYS, MODES, Attributes
from psychoscore_psychometric.plugin import PsychometricConfig
from psychoscore_psychometric.prefix import level
from psychoscore_psychometric.psychometric import PsychometricEncoder

ENCODER = PsychometricEncoder(PsychometricConfig())
NOTHING = Attributes()


def tokens(profile: Profile, attributes: Attributes = NOTHING, **options: bool) -> tuple[str, ...]:
    return PsychometricEncoder(PsychometricConfig(**options)).encode_piece(profile, attributes).prefix


def whole(profile: Profile) -> Profile:
    return profile_from_json(profile_to_json(profile))


def test_every_name_is_there_once():
    names = ENCODER.prefix_tokens
    assert len(names) == len(set(names)) == 11 * (4 + 5 + 3 + 2 + 3) + 3 + 30 + 3 * 11 + 2 + 12 + 7 + 9


PUBLISHED = (
    "DISC_D:0.8 DISC_I:0.0 DISC_S:1.0 DISC_C:0.5 OCEAN_O:0.1 OCEAN_C:0.2 OCEAN_E:0.4 OCEAN_A:0.6 OCEAN_N:0.3 "
    "RSI_REAL_DOM RSI_SYMBOLIC_DOM RSI_IMAGINARY_DOM RSI_R:0.2 RSI_S:0.5 RSI_I:0.3 TRAUMA:0.4 ENTROPY:0.3 "
    "DARK_MACH:0.2 DARK_NARC:0.1 DARK_PSYCH:0.0 BIAS_AUTHORITY BIAS_SPOTLIGHT BIAS_LOSS_AVERSION HAMILTONIAN:0.5 "
    "ISING_SPIN:+ ISING_SPIN:- GRANOVETTER:0.7 LYAPUNOV:0.3 LYAPUNOV:-0.5 LYAPUNOV:0.0 LYAPUNOV:0.5 "
    "KEY_D KEY_Db KEY_Gb MODE_Lydian MODE_Locrian TEMPO_40 TEMPO_120 TEMPO_200"
)
WHOLE = (
    "DISC_D:0.8 DISC_I:0.1 DISC_S:1.0 DISC_C:0.0 OCEAN_O:0.3 OCEAN_C:0.3 OCEAN_E:0.5 OCEAN_A:0.6 OCEAN_N:0.3 "
    "RSI_SYMBOLIC_DOM RSI_R:0.2 RSI_S:0.5 RSI_I:0.3 TRAUMA:0.4 ENTROPY:0.3 DARK_MACH:0.2 DARK_NARC:0.1 "
    "DARK_PSYCH:0.0 BIAS_AUTHORITY BIAS_HALO HAMILTONIAN:0.9 ISING_SPIN:- GRANOVETTER:0.1 LYAPUNOV:-0.3 "
    "KEY_D MODE_Lydian TEMPO_120"
)


@pytest.mark.parametrize("name", PUBLISHED.split())
def test_names_are_the_published_ones(name):
    assert name in ENCODER.prefix_tokens


def test_a_whole_profile_is_spelled_in_order():
    profile = Profile(
        disc=Disc(dominance=0.84, influence=0.05, steadiness=1, compliance=0),
        ocean=Ocean(openness=0.25, conscientiousness=0.3, extraversion=0.5, agreeableness=0.6, neuroticism=0.31),
        rsi=Rsi(real=0.2, symbolic=0.5, imaginary=0.3),
        trauma=0.4,
        entropy=0.3,
        dark_triad=DarkTriad(machiavellianism=0.2, narcissism=0.1, psychopathy=0.0),
        cognitive_biases=("halo", "authority"),
        physics=Physics(total_energy=0.9, spin=-1, threshold=0.12, exponent=-0.31),
    )
    assert tokens(whole(profile), Attributes(key="D", mode="Lydian", tempo=124.0)) == tuple(WHOLE.split())


@pytest.mark.parametrize("only_given", [True, False])
def test_tokens_are_known_and_in_the_order_of_the_names(only_given):
    order = {name: place for place, name in enumerate(ENCODER.prefix_tokens)}
    encoder = PsychometricEncoder(PsychometricConfig(only_given=only_given))
    for seed in range(200):
        places = [order[name] for name in encoder.encode(random_profile(random.Random(seed))).prefix]
        assert places == sorted(set(places))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((0, "0.0"), (0.04, "0.0"), (0.05, "0.1"), (0.25, "0.3"), (0.949, "0.9"), (0.95, "1.0"), (1, "1.0")),
        *((-0.5, "-0.5"), (-0.04, "0.0"), (-0.05, "0.0"), (-0.06, "-0.1"), (-0.3, "-0.3"), (0.45, "0.5")),
    ],
)
def test_levels_are_tenths_with_halves_up(value, text):
    assert level(value) == text


def test_an_unknown_dimension_has_no_token():
    assert tokens(profile_from_json({"trauma": 0.7})) == ("TRAUMA:0.7",)


def test_a_given_neutral_value_has_a_token():
    assert tokens(profile_from_json({"entropy": 0.5, "disc": {"D": 0.5}})) == ("DISC_D:0.5", "ENTROPY:0.5")


def test_what_was_not_given_has_none_even_if_it_differs_from_neutral():
    assert tokens(Profile(trauma=0.7, entropy=0.9, given=frozenset({"trauma"}))) == ("TRAUMA:0.7",)


def test_without_any_given_what_differs_from_neutral_counts():
    assert tokens(Profile(trauma=0.7, cognitive_biases=("halo",))) == ("TRAUMA:0.7", "BIAS_HALO")


def test_the_shares_of_rsi_come_together():
    found = tokens(Profile(rsi=Rsi(real=1 / 3, symbolic=0.5, imaginary=1 / 6)))
    assert found == ("RSI_SYMBOLIC_DOM", "RSI_R:0.3", "RSI_S:0.5", "RSI_I:0.2")


def test_a_neutral_profile_has_no_tokens():
    assert tokens(Profile()) == ()


def test_only_given_false_writes_every_dimension():
    assert len(tokens(Profile(), only_given=False)) == 4 + 5 + 4 + 2 + 3 + 4


def test_without_prefix_there_are_no_names_and_no_tokens():
    encoder = PsychometricEncoder(PsychometricConfig(prefix=False))
    assert encoder.prefix_tokens == () and encoder.encode(Profile(trauma=0.7)).prefix == ()


@pytest.mark.parametrize("bias", BIASES)
def test_every_bias_has_its_token(bias):
    assert tokens(Profile(cognitive_biases=(bias,))) == (f"BIAS_{bias.upper()}",)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_has_its_token(key):
    assert tokens(Profile(), Attributes(key=key)) == (f"KEY_{key}",)


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_has_its_token(mode):
    assert tokens(Profile(), Attributes(mode=mode)) == (f"MODE_{mode}",)


@pytest.mark.parametrize(
    ("tempo", "step"), [(10, 40), (40, 40), (49.9, 40), (50, 40), (50.1, 60), (129, 120), (131, 140), (400, 200)]
)
def test_tempo_is_the_nearest_step(tempo, step):
    assert tokens(Profile(), Attributes(tempo=tempo)) == (f"TEMPO_{step}",)


def test_an_unknown_key_is_named():
    with pytest.raises(ProfileError, match=r"key must be one of C, Db, .*, B, not 'C#'"):
        ENCODER.encode(Profile(), Attributes(key="C#"))


def test_an_unknown_mode_is_named():
    with pytest.raises(ProfileError, match="mode must be one of Ionian, .*, not 'major'"):
        ENCODER.encode(Profile(), Attributes(mode="major"))


@pytest.mark.parametrize("tempo", [float("nan"), float("inf"), -3.0])
def test_a_tempo_that_is_none_is_named(tempo):
    with pytest.raises(ProfileError, match="tempo must be a number of quarter notes a minute above 0"):
        ENCODER.encode_piece(Profile(), Attributes(tempo=tempo))
