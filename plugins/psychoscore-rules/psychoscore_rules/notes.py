"""The one note of the composer, before it becomes MIDI."""

from __future__ import annotations

from typing import NamedTuple


class Note(NamedTuple):
    """A written note: onset and duration in ticks from the start of the piece, MIDI pitch, velocity (0 = not yet).

    `held` notes are sounded for their whole written length whatever the articulation.
    """

    onset: int
    duration: int
    pitch: int
    velocity: int = 0
    held: bool = False

    @property
    def end(self) -> int:
        return self.onset + self.duration


Layers = dict[str, list[Note]]  # by role: melody, inner, harmony, bass, timpani, drums
