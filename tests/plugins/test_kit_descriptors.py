"""Every check of a descriptor fails on the fault that it is there for."""

import attrs
import pytest
from attrs import evolve, frozen

from psychoscore_core.testing.descriptor_checks import CHECKS
from psychoscore_core.testing.kit import outcome


class Level:
    def __init__(self, config):
        self.config = config

    def temperatures(self, profile, bars):
        return [1.0] * bars


@attrs.define
class LooseConfig:
    """Is not frozen.

    weight: its share.
    """

    weight: float = 0.1


@frozen(kw_only=True)
class NeedyConfig:
    path: str


@frozen(kw_only=True)
class OddConfig:
    """Holds what JSON cannot.

    weight: its share.
    """

    weight: set[int] = attrs.field(factory=set)


class Narrow(Level):
    def temperatures(self, profile):
        return [1.0]


class Single(Level):
    one = None

    def __new__(cls, config):
        cls.one = cls.one or super().__new__(cls)
        return cls.one


DESCRIPTORS = [
    ("config-is-frozen", {"config": LooseConfig}, "LooseConfig is not frozen"),
    ("config-has-defaults", {"config": NeedyConfig}, "no default for path"),
    ("config-is-documented", {"config": NeedyConfig}, "lacks `name: meaning.` for path"),
    ("config-types-fit-json", {"config": OddConfig}, "cannot hold the type of weight"),
    ("summary-is-one-sentence", {"summary": "no sentence"}, "is no sentence"),
    ("class-has-its-methods", {"cls": Narrow}, "must take (self, profile"),
    ("builds-from-its-config", {"cls": Single}, "gives the same object"),
]


@pytest.mark.parametrize(("check", "fault", "text"), DESCRIPTORS, ids=[row[0] for row in DESCRIPTORS])
def test_a_faulty_descriptor_is_caught(check, fault, text, subject_of):
    subject = subject_of("temperature", **{"cls": Level, **fault})
    result = outcome(subject, check, {})
    assert (result.status, text in result.text) == ("failed", True), result.text


def test_a_heavy_plugin_module_is_caught(subject_of):
    subject = evolve(subject_of("temperature", Level), module="numpy.linalg")
    assert "importing numpy.linalg loads numpy" in outcome(subject, "plugin-imports-lightly", {}).text


def test_every_check_has_a_fault_that_it_catches():
    assert {check for check, _, _ in DESCRIPTORS} | {"plugin-imports-lightly"} == set(CHECKS)
