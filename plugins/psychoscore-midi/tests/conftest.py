"""MIDI files built byte by byte, and takes."""

import struct
from pathlib import Path

import pytest
from symusic import Note, Score, Track

from psychoscore_core.profile import Profile
from psychoscore_core.records import Attributes, Condition, Take
from psychoscore_core.rule_table import plan_of

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
NOTE = b"\x00\x90\x3c\x40\x83\x60\x80\x3c\x40"  # middle C for 480 ticks
END = b"\x00\xff\x2f\x00"


def chunk(tag: bytes, body: bytes) -> bytes:
    return tag + struct.pack(">I", len(body)) + body


def smf(*tracks: bytes, layout: int = 1, division: int = 480) -> bytes:
    header = chunk(b"MThd", struct.pack(">HHH", layout, len(tracks), division))
    return header + b"".join(chunk(b"MTrk", track) for track in tracks)


@pytest.fixture
def midi():
    """Build a file of these track bodies, one note and an end of track by default."""
    return lambda *tracks, **header: smf(*(tracks or (NOTE + END,)), **header)


@pytest.fixture
def corpora() -> Path:
    if not DATA.is_dir():
        pytest.skip(f"the corpora are not at {DATA}")
    return DATA


@pytest.fixture
def make_take():
    """Build a take of three parts, each a scale in half notes."""

    def build(name: str = "hamlet-1", bars: int = 4, **attributes: object) -> Take:
        score = Score(480)
        for part, top in (("Melody", 72), ("Inner", 60), ("", 43)):
            track = Track(part, 0, False)
            for half in range(2 * bars):
                track.notes.append(Note(960 * half, 900, top + half % 8, 40 + 10 * (half % 8)))
            score.tracks.append(track)
        profile = Profile(trauma=0.7, entropy=0.25, cognitive_biases=("halo",))
        known = Attributes(**attributes)
        condition = Condition(profile=profile, vector=profile.to_vector(), prefix=(), attributes=known)
        return Take(name=name, score=score, condition=condition, plan=plan_of(profile, bars, known), seed=7)

    return build
