"""Checks of datasets; where the data is not there, only check() is judged."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from psychoscore_core.errors import DataError
from psychoscore_core.profile import Profile
from psychoscore_core.records import Piece
from psychoscore_core.testing import toy
from psychoscore_core.testing.outcome import NotApplicable, require
from psychoscore_core.testing.subject import Subject

SPLITS = ("train", "validation", "test")
PIECES = 3  # loaded a check: enough to see the shape, cheap for the largest corpus


def missing_data_is_a_data_error(subject: Subject) -> None:
    try:
        subject.build().check()
    except DataError as error:
        require(str(error).strip(), "check() raises DataError without saying what to do")


def keys_are_unique_texts(subject: Subject) -> None:
    keys = list(_present(subject).keys())
    require(keys, "keys() is empty although check() found the data")
    wrong = [key for key in keys if not isinstance(key, str) or not key]
    require(not wrong, f"keys() gives {wrong[:1]!r:.80}, not texts")
    require(len(keys) == len(set(keys)), "keys() gives the same key twice")


def keys_are_stable(subject: Subject) -> None:
    require(list(_present(subject).keys()) == list(_present(subject).keys()), "two instances give other keys")


def pieces_are_complete(subject: Subject) -> None:
    for piece in _pieces(subject):
        require(isinstance(piece, Piece), f"load() gives {piece!r:.80}, which is no Piece")
        require(piece.id and isinstance(piece.id, str), f"id {piece.id!r} is no text")
        require(piece.group and isinstance(piece.group, str), f"{piece.id}: group {piece.group!r} is no text")
        require(piece.split in SPLITS, f"{piece.id}: split {piece.split!r} is none of {', '.join(SPLITS)}")
        require(isinstance(piece.profile, Profile), f"{piece.id}: profile is no Profile")
        require(toy.notes_of(piece.score), f"{piece.id}: the score has no notes")


def pieces_have_their_own_ids(subject: Subject) -> None:
    ids = [piece.id for piece in _pieces(subject)]
    require(len(ids) == len(set(ids)), f"two pieces have one id among {', '.join(ids)}")


def groups_stay_in_one_split(subject: Subject) -> None:
    splits: dict[str, str] = {}
    for piece in _pieces(subject):
        kept = splits.setdefault(piece.group, piece.split)
        require(kept == piece.split, f"group {piece.group} is in {kept} and in {piece.split}")


def loading_is_deterministic(subject: Subject) -> None:
    first, second = _pieces(subject), _pieces(subject)
    same = [toy.fingerprint(p.score) for p in first] == [toy.fingerprint(p.score) for p in second]
    require(same, "loading a key twice gives other notes")
    require([p.profile for p in first] == [p.profile for p in second], "loading a key twice gives another profile")


def digest_is_stable(subject: Subject) -> None:
    first, second = _present(subject).digest(), _present(subject).digest()
    require(isinstance(first, str) and first, f"digest() gives {first!r}, not a text")
    require(first == second, f"digest() gives {first} and then {second}")


def _present(subject: Subject) -> Any:
    dataset = subject.build()
    try:
        dataset.check()
    except DataError as error:
        raise NotApplicable(f"the data is not there: {error}") from error
    return dataset


def _pieces(subject: Subject) -> list[Piece]:
    dataset = _present(subject)
    return [piece for key in list(dataset.keys())[:PIECES] for piece in dataset.load(key)]


CHECKS = MappingProxyType(
    {
        "missing-data-is-a-data-error": missing_data_is_a_data_error,
        "keys-are-unique-texts": keys_are_unique_texts,
        "keys-are-stable": keys_are_stable,
        "pieces-are-complete": pieces_are_complete,
        "pieces-have-their-own-ids": pieces_have_their_own_ids,
        "groups-stay-in-one-split": groups_stay_in_one_split,
        "loading-is-deterministic": loading_is_deterministic,
        "digest-is-stable": digest_is_stable,
    }
)
