"""A script: the bar that the present one takes up, and what of it is still to come."""

from __future__ import annotations

from collections.abc import Sequence

from psychoscore_core.stages.tokenize import Sounded

Played = tuple[int, Sounded]  # onset in 24ths of a quarter, and the note


class Script:
    """The notes of a bar by onset; without notes it asks for nothing.

    within: 24ths of a quarter by which an onset may miss one of the script's and still be that one.
    """

    def __init__(self, played: Sequence[Played] = (), within: int = 0) -> None:
        self._within = within
        self._notes: dict[int, list[Sounded]] = {}
        for onset, note in sorted(played, key=lambda one: one[0]):
            self._notes.setdefault(onset, []).append(note)

    def __bool__(self) -> bool:
        return bool(self._notes)

    def __len__(self) -> int:
        """Return the number of onsets."""
        return len(self._notes)

    def after(self, onset: int) -> int | None:
        """Return the next onset after one, or the first after -1."""
        past = onset + self._within if onset >= 0 else onset
        return next((coming for coming in self._notes if coming > past), None)

    def at(self, onset: int) -> Sequence[Sounded]:
        """Return the notes that begin at an onset."""
        own = onset
        if self._within and onset not in self._notes:
            own = min(self._notes, key=lambda one: abs(one - onset), default=onset)
        return self._notes.get(own, ()) if abs(own - onset) <= self._within else ()
