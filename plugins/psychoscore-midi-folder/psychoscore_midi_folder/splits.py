"""Which split a group goes to: drawn from the seed and the group's name alone, the same in every process."""

from __future__ import annotations

import hashlib
import os


def drawn_split(group: str, seed: int, validation: float, test: float) -> str:
    """Return "train", "validation" or "test"; `validation` and `test` are shares of all groups."""
    digest = hashlib.sha256(os.fsencode(f"{seed}/split/{group}")).digest()
    share = int.from_bytes(digest[:6]) / 2**48
    if share < validation:
        return "validation"
    return "test" if share < validation + test else "train"
