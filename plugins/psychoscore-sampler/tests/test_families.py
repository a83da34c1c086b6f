"""Families with a temperature and a top-p of their own."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve

from psychoscore_core.config.strict import strict_converter
from psychoscore_core.errors import ConfigError
from psychoscore_sampler.plugin import ConstrainedConfig, FamilyDraw

NAMES = ("kind", "pitch", "length")


@pytest.fixture
def drawn(toys):
    """Return a function from options to the pitches and lengths of a hundred notes or so."""

    class Words(toys.KeepingDecoder):
        def outputs(self, state, bars):
            tables = [np.array([0.0, 0.0, 3.0]), np.linspace(0, 2, 13), np.linspace(0, 1, 5)]
            return [np.tile(table.astype(np.float32), (len(state), 1)) for table in tables]

    def draw(**options):
        requests = [toys.request(seed, 8, toys.WordGrammar, 3) for seed in range(2)]
        requests = [evolve(request, families=NAMES) for request in requests]
        rows = np.concatenate(toys.sampler(**{"top_p": 1.0, **options}).sample(Words(None), requests))
        return rows[rows[:, 0] == 2, 1], rows[rows[:, 0] == 2, 2]

    return draw


def test_a_cold_family_takes_its_likeliest_and_the_others_do_not(drawn):
    pitches, lengths = drawn(families={"pitch": FamilyDraw(temperature=0.001)})
    assert set(pitches) == {12} and set(lengths) == {1, 2, 3, 4}


def test_a_familys_top_p_is_its_own(drawn):
    pitches, lengths = drawn(families={"length": FamilyDraw(top_p=0.3)})
    assert set(lengths) == {4} and len(set(pitches)) > 6


def test_a_family_without_a_value_has_the_samplers(drawn):
    plain, own = drawn(top_p=0.6), drawn(top_p=0.6, families={"pitch": FamilyDraw(), "length": FamilyDraw(top_p=0.6)})
    assert all(np.array_equal(a, b) for a, b in zip(plain, own, strict=True))


def test_an_unknown_family_is_named_with_those_that_there_are(drawn):
    text = r"families: 'pich' is none of .* \(kind, pitch, length\) \(did you mean 'pitch'"
    with pytest.raises(ConfigError, match=text):
        drawn(families={"pich": FamilyDraw(top_p=0.5)})


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"pitch": {"temprature": 1.0}}, "unknown key (did you mean 'temperature'?)"),
        ({"pitch": {"top_p": "0.5"}}, "must be a number, not the text '0.5'"),
        ({"pitch": {"top_p": 2.0}}, "must be <= 1, not 2.0"),
        ({"pitch": 0.5}, "must be a table, not the number 0.5"),
    ],
)
def test_a_config_is_read_strictly(given, text):
    with pytest.raises(ValueError) as caught:
        strict_converter().structure({"families": given}, ConstrainedConfig)
    assert text in str(caught.value)
