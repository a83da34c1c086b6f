"""What the music itself says of a profile: three dimensions, each by a rule that inverts the rule table.

The rule table turns a profile into dynamics, density and a key; read backwards it says which profile would have
asked for the music at hand. That is a convention of this project, not psychology: no clip was rated for a person.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve

from psychoscore_core.profile import Profile
from psychoscore_core.rule_table import CIRCLE_OF_FIFTHS, DYNAMICS

if TYPE_CHECKING:
    from symusic.core import ScoreTick as Score
else:
    Score = Any

SPARSE, OCTAVES = 1.5, 4  # notes a second at extraversion 0, and doublings from there to 1; the corpus's median is 6.2
SILENCE, LOUDEST = 1, 127  # MIDI velocities


def measured_profile(profile: Profile, score: Score, key: str | None) -> Profile:
    """Return the profile with what the score and the key say of it, and with those dimensions in `given`.

    dominance from the mean velocity, extraversion from notes a second, openness from the key where it is known.
    The score has notes. Everything that is not measured stays as it is.
    """
    given = {"disc.dominance", "ocean.extraversion"} | ({"ocean.openness"} if key else set())
    ocean = evolve(profile.ocean, extraversion=extraversion_of(notes_per_second(score)))
    if key:
        ocean = evolve(ocean, openness=openness_of(key))
    disc = evolve(profile.disc, dominance=dominance_of(mean_velocity(score)))
    return evolve(profile, disc=disc, ocean=ocean, given=profile.given | given)


def dominance_of(velocity: float) -> float:
    """Return the dominance whose dynamic mark has the velocity nearest to this one; straight lines in between.

    The thresholds of the rule table's marks lie halfway between the marks' velocities.
    """
    marks = [mark for _, _, mark in DYNAMICS]
    halfway = [(low + high) / 2 for low, high in zip(marks, marks[1:], strict=False)]
    thresholds = [below for below, _, _ in DYNAMICS][: len(halfway)]
    return float(np.interp(velocity, [SILENCE, *halfway, LOUDEST], [0.0, *thresholds, 1.0]))


def extraversion_of(rate: float) -> float:
    """Return 0 at 1.5 notes a second, 0.5 at 6, 1 at 24: a quarter for each doubling."""
    return min(1.0, max(0.0, math.log2(max(rate, 1e-9) / SPARSE) / OCTAVES))


def openness_of(key: str) -> float:
    """Return the middle of the range of openness to which the rule table gives this key."""
    return (CIRCLE_OF_FIFTHS.index(key) + 0.5) / len(CIRCLE_OF_FIFTHS)


def mean_velocity(score: Score) -> float:
    """Return the mean MIDI velocity of all notes."""
    return float(np.concatenate([t.notes.numpy()["velocity"] for t in score.tracks if len(t.notes)]).mean())


def notes_per_second(score: Score) -> float:
    """Return the rate of notes from the first onset to the last end, at the median tempo."""
    tables = [track.notes.numpy() for track in score.tracks if len(track.notes)]
    begin = min(int(table["time"].min()) for table in tables)
    end = max(int((table["time"].astype(np.int64) + table["duration"]).max()) for table in tables)
    seconds = (end - begin) / score.ticks_per_quarter * 60 / median_tempo(score)
    return sum(len(table["time"]) for table in tables) / max(seconds, 1e-3)


def median_tempo(score: Score) -> float:
    """Return the median of the tempo events in quarter notes a minute: the first is a mere default in many clips."""
    return float(np.median([tempo.qpm for tempo in score.tempos])) if len(score.tempos) else 120.0
