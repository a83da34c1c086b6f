"""What a piece's profile states decides whether prepared data has a vector for it."""

from attrs import evolve

from psychoscore_core.profile import Profile
from psychoscore_core.stages.preparer import _stated


def test_a_neutral_profile_states_nothing():
    assert not _stated(Profile())


def test_a_number_that_is_not_neutral_states_something():
    assert _stated(Profile(trauma=0.3))


def test_a_neutral_number_that_was_given_is_stated():
    assert _stated(evolve(Profile(), given=frozenset({"trauma"})))
