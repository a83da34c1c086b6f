"""Whether what was made for one vocabulary and condition space fits another project."""

from __future__ import annotations


def mismatch(found: tuple[str, str], wanted: tuple[str, str]) -> str:
    """Return "the vocabulary A, but this project has B" for what differs first, "" where nothing does.

    found, wanted: the digests of a vocabulary and of a condition space; what was found may be anything, and is cut.
    """
    for what, theirs, ours in zip(("vocabulary", "condition space"), found, wanted, strict=True):
        if theirs != ours:
            return f"the {what} {theirs[:64]}, but this project has {ours}"
    return ""
