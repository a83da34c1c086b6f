"""What a model has met in training: a prompt's other rows, and a profile where none was ever shown, are left out.

A prefix token that training never showed has a random embedding, and a profile vector random weights: to a model that
was trained on music without profiles they would be noise, not a condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import evolve, field, frozen

from psychoscore_core.records import Stream
from psychoscore_training.data import Prepared


@frozen(kw_only=True)
class Known:
    """unseen: ids of the first family that no training row has. profiles: whether any piece stated one."""

    unseen: frozenset[int] = field(default=frozenset(), converter=frozenset)
    profiles: bool = True

    def json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"unseen": sorted(self.unseen), "profiles": self.profiles}

    def shown(self, stream: Stream) -> Stream:
        """Return the stream as training would have shown it; the prompt's first and last row stay."""
        keep = ~np.isin(stream.rows[:, 0], list(self.unseen))
        keep[[0, -1]] = True
        return evolve(stream, rows=stream.rows[keep], vector=stream.vector if self.profiles else None)


def known_of(data: Prepared) -> Known:
    """Return what the train split shows."""
    size, seen = data.families[0], np.zeros(data.families[0], bool)
    train = data.split("train")
    for example in train:
        offset = int(data.offsets[example])
        seen[data.rows[offset : offset + int(data.lengths[example]), 0]] = True
    unseen = frozenset(int(token) for token in np.flatnonzero(~seen[:size]))
    return Known(unseen=unseen, profiles=bool(data.stated[train].any()))


def known_from(value: Mapping[str, Any]) -> Known:
    """Return what JSON says; raises TypeError or ValueError on anything else. Older files know everything."""
    unseen, profiles = value.get("unseen", []), value.get("profiles", True)
    if not isinstance(unseen, list) or not all(type(token) is int for token in unseen) or type(profiles) is not bool:
        raise ValueError("known must hold a list of ids and whether profiles were shown")
    return Known(unseen=unseen, profiles=profiles)
