"""The 57 dimensions: names, order, ranges, neutral values."""

from __future__ import annotations

from psychoscore_core.profile import BIASES, DIMENSIONS, Profile

ORDER = """
disc.dominance disc.influence disc.steadiness disc.compliance
ocean.openness ocean.conscientiousness ocean.extraversion ocean.agreeableness ocean.neuroticism
rsi.real rsi.symbolic rsi.imaginary trauma entropy
dark_triad.machiavellianism dark_triad.narcissism dark_triad.psychopathy
bias.authority bias.scarcity bias.social_proof bias.confirmation bias.anchoring bias.availability bias.loss_aversion
bias.hindsight bias.dunning_kruger bias.bandwagon bias.recency bias.halo bias.framing bias.sunk_cost bias.optimism
bias.pessimism bias.groupthink bias.blind_spot bias.self_serving bias.fundamental_attribution bias.negativity
bias.positivity bias.status_quo bias.attribution bias.projection bias.actor_observer bias.false_consensus
bias.illusion_control bias.just_world bias.spotlight
physics.total_energy physics.kinetic_energy physics.potential_energy physics.spin physics.magnetization
physics.coupling physics.threshold physics.adoption physics.exponent physics.stability
"""
RANGES = {"physics.spin": (-1, 1), "physics.magnetization": (-1, 1), "physics.exponent": (-0.5, 0.5)}
NEUTRAL = {"trauma": 0, "entropy": 0.5, "physics.spin": 1, "physics.magnetization": 0, "physics.exponent": 0}


def test_there_are_57_in_the_published_order():
    assert [d.name for d in DIMENSIONS] == ORDER.split() and len(DIMENSIONS) == 57


def test_there_are_thirty_biases():
    assert len(BIASES) == len(set(BIASES)) == 30


def test_ranges_are_the_documented_ones():
    assert {d.name: (d.low, d.high) for d in DIMENSIONS} == {d.name: RANGES.get(d.name, (0, 1)) for d in DIMENSIONS}


def test_neutral_values_are_the_documented_ones():
    groups = {"disc": 0.5, "ocean": 0.5, "rsi": 1 / 3, "dark_triad": 0, "bias": 0, "physics": 0.5}
    expected = {d.name: NEUTRAL.get(d.name, groups.get(d.name.split(".")[0])) for d in DIMENSIONS}
    assert {d.name: d.neutral for d in DIMENSIONS} == expected


def test_the_neutral_profile_has_the_neutral_vector():
    assert Profile().to_vector() == tuple(d.neutral for d in DIMENSIONS)


def test_a_profile_made_without_a_form_has_nothing_given():
    assert Profile(trauma=0.3).given == frozenset()


def test_biases_keep_the_published_order():
    assert Profile(cognitive_biases=("halo", "authority")).cognitive_biases == ("authority", "halo")


def test_biases_come_from_any_iterable():
    assert Profile(cognitive_biases=(name for name in ("spotlight", "halo"))).cognitive_biases == ("halo", "spotlight")
