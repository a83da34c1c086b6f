"""Takes built from a list of notes."""

import pytest
from symusic import Note, Score, Track

from psychoscore_core.profile import Profile
from psychoscore_core.records import Attributes, Condition, Take
from psychoscore_core.rule_table import plan_of


@pytest.fixture
def make_take():
    """Build a take of tracks, each a list of (time, duration, pitch, velocity), with C Ionian at 120 as its plan."""

    def build(*tracks: list[tuple[int, int, int, int]], trauma: float = 0.0, bars: int = 2, **plan: object) -> Take:
        score = Score(480)
        for notes in tracks:
            track = Track("", 0, False)
            track.notes.extend([Note(*note) for note in notes])
            score.tracks.append(track)
        profile = Profile(trauma=trauma)
        known = Attributes(**{"key": "C", "mode": "Ionian", "tempo": 120.0} | plan)
        condition = Condition(profile=profile, vector=profile.to_vector(), prefix=(), attributes=known)
        return Take(name="take", score=score, condition=condition, plan=plan_of(profile, bars, known), seed=0)

    return build
