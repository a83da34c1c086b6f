"""Every check of datasets and temperature schedulers fails on the fault that it is there for."""

import itertools

import pytest
from attrs import evolve

from psychoscore_core import Profile
from psychoscore_core.errors import DataError
from psychoscore_core.records import Piece
from psychoscore_core.testing import checks_for, toy
from psychoscore_core.testing.kit import CHECKS, outcome

counter = itertools.count()


class Part:
    def __init__(self, config, **facts):
        self.config = config


class Temperature(Part):
    def temperatures(self, profile, bars):
        return [1.0 + 0.01 * bar for bar in range(bars)]


class ShortTemperature(Temperature):
    def temperatures(self, profile, bars):
        return [1.0] * min(bars, 16)


class EndlessTemperature(Temperature):
    def temperatures(self, profile, bars):
        return [float("inf")] * bars


class FickleTemperature(Temperature):
    def temperatures(self, profile, bars):
        return [1.0 + next(counter)] * bars


class Dataset(Part):
    def check(self):
        pass

    def keys(self):
        return ["a", "b", "c"]

    def load(self, key):
        return [Piece(id=key, score=toy.score(1), profile=Profile(), group=key)]

    def digest(self):
        return "d"


class VagueDataset(Dataset):
    def check(self):
        raise DataError("")


class CrashingDataset(Dataset):
    def check(self):
        raise FileNotFoundError("data")


class RepeatingDataset(Dataset):
    def keys(self):
        return ["a", "a"]


class WanderingDataset(Dataset):
    def keys(self):
        return [str(next(counter))]


class UnsplitDataset(Dataset):
    def load(self, key):
        return [evolve(super().load(key)[0], split="valid")]


class SilentDataset(Dataset):
    def load(self, key):
        return [evolve(super().load(key)[0], score=toy.score(0))]


class SameIdDataset(Dataset):
    def load(self, key):
        return [evolve(super().load(key)[0], id="same")]


class LeakingDataset(Dataset):
    def load(self, key):
        return [evolve(super().load(key)[0], group="song", split="train" if key == "a" else "test")]


class FickleDataset(Dataset):
    def load(self, key):
        return [evolve(super().load(key)[0], score=toy.score(1 + next(counter)))]


class RestlessDataset(Dataset):
    def digest(self):
        return str(next(counter))


CATCHES = [
    ("temperature", "one-temperature-a-bar", ShortTemperature, "gives 16 temperatures for 32 bars"),
    ("temperature", "temperatures-are-positive", EndlessTemperature, "gives inf, not a finite number above 0"),
    ("temperature", "temperatures-are-deterministic", FickleTemperature, "for the same profile"),
    ("temperature", "class-has-its-methods", Part, "has no temperatures()"),
    ("dataset", "missing-data-is-a-data-error", VagueDataset, "without saying what to do"),
    ("dataset", "missing-data-is-a-data-error", CrashingDataset, "FileNotFoundError: data"),
    ("dataset", "keys-are-unique-texts", RepeatingDataset, "gives the same key twice"),
    ("dataset", "keys-are-stable", WanderingDataset, "two instances give other keys"),
    ("dataset", "pieces-are-complete", UnsplitDataset, "split 'valid' is none of train, validation, test"),
    ("dataset", "pieces-are-complete", SilentDataset, "the score has no notes"),
    ("dataset", "pieces-have-their-own-ids", SameIdDataset, "two pieces have one id"),
    ("dataset", "groups-stay-in-one-split", LeakingDataset, "group song is in train and in test"),
    ("dataset", "loading-is-deterministic", FickleDataset, "gives other notes"),
    ("dataset", "digest-is-stable", RestlessDataset, "digest() gives"),
]
SOUND = [("temperature", Temperature), ("dataset", Dataset)]


@pytest.mark.parametrize(("kind", "check", "cls", "text"), CATCHES, ids=lambda value: getattr(value, "__name__", None))
def test_a_fault_is_caught(kind, check, cls, text, subject_of):
    result = outcome(subject_of(kind, cls), check, {})
    assert (result.status, text in result.text) == ("failed", True), result.text


@pytest.mark.parametrize(("kind", "cls"), SOUND, ids=lambda value: getattr(value, "__name__", value))
def test_a_sound_component_passes(kind, cls, subject_of):
    subject = subject_of(kind, cls)
    outcomes = [outcome(subject, check, {}) for check in checks_for(kind)]
    assert not [str(o) for o in outcomes if o.status == "failed"]


def test_every_check_has_a_fault_that_it_catches():
    wanted = {(kind, check) for kind, _ in SOUND for check in CHECKS[kind]}
    assert wanted - {(kind, check) for kind, check, _, _ in CATCHES} == set()


def test_absent_data_skips_with_the_datasets_own_words(subject_of):
    class AbsentDataset(Dataset):
        def check(self):
            raise DataError("no corpus at data/: download it")

    result = outcome(subject_of("dataset", AbsentDataset), "keys-are-stable", {})
    assert (result.status, result.text) == ("skipped", "the data is not there: no corpus at data/: download it")
