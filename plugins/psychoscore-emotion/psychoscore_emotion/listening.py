"""What the model hears in a file: valence, arousal, quadrant, and the profile that asks for such music."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from attrs import evolve, frozen

from psychoscore_audio.sound_files import pieces
from psychoscore_core.errors import DataError
from psychoscore_core.profile import Profile
from psychoscore_emopia.quadrants import ASKED
from psychoscore_emotion.features import FeatureStream
from psychoscore_emotion.names import RATE, ROWS_A_SECOND
from psychoscore_emotion.net import Net
from psychoscore_emotion.outputs import NUMBERS, PRECISION, QUADRANTS, place
from psychoscore_vgmidi.moods import Mood, mood_profile

LONGEST = 600.0  # seconds: of a longer file the beginning is heard
SHORTEST = 2.0
SPAN = int(20 * ROWS_A_SECOND)  # rows after which the model forgets: it has learnt from no longer excerpts
SETTLING = int(ROWS_A_SECOND)  # rows after the start and after forgetting that do not count


@frozen(kw_only=True)
class Heard:
    """The estimate. numbers: valence and arousal in [-1, 1] (0.5 is strong), dominance and extraversion in [0, 1].

    deviations: of the numbers, as the model estimates them. probabilities: of quadrants 1 to 4. seconds: of sound
    that were heard.
    """

    numbers: Mapping[str, float]
    deviations: Mapping[str, float]
    probabilities: tuple[float, ...]
    seconds: float

    @property
    def quadrant(self) -> int:
        return 1 + int(np.argmax(self.probabilities))

    def sure(self, name: str) -> float:
        """Return the probability that valence or arousal lies on the side of zero where it was heard."""
        return 0.5 * (1 + math.erf(abs(self.numbers[name]) / self.deviations[name] / math.sqrt(2)))

    def profile(self) -> Profile:
        """Return the profile: trauma and entropy as labels give them to pieces of VGMIDI and EMOPIA.

        Dominance and extraversion are what EMOPIA's pieces have from their notes; all else is neutral.
        """
        found = mood_profile(Mood(self.numbers["valence"], self.numbers["arousal"], self.quadrant))
        disc = evolve(found.disc, dominance=self.numbers["disc.dominance"])
        ocean = evolve(found.ocean, extraversion=self.numbers["ocean.extraversion"])
        return evolve(found, disc=disc, ocean=ocean, given=ASKED)


def listen(path: Path, net: Net | None = None) -> Heard:
    """Return what is heard in a WAV file; raises DataError on one that is no sound or shorter than two seconds."""
    net, stream = net or Net(), FeatureStream()
    total, counted, row, frames = np.zeros(64), 0, 0, 0
    for piece in pieces(path, LONGEST, RATE):
        frames += len(piece)
        rows = stream.push(piece)
        while len(rows):
            part, rows = np.split(rows, [SPAN - row % SPAN])
            if row % SPAN == 0:
                net.reset()
            outputs = net.push(part)[max(0, SETTLING - row % SPAN) :]
            total, counted, row = total + outputs.sum(axis=0), counted + len(outputs), row + len(part)
    if frames < SHORTEST * RATE:
        raise DataError(f"{path}: {frames / RATE:.2f} s of sound; at least {SHORTEST:g} s are needed")
    return heard_of(total / counted, frames / RATE)


def heard_of(outputs: np.ndarray, seconds: float) -> Heard:
    """Return the estimate that mean outputs (64,) of so many seconds are."""
    lows = {"valence": -1.0, "arousal": -1.0}
    logits = np.array([outputs[place(name)] for name in QUADRANTS])
    shares = np.exp(logits - logits.max())
    return Heard(
        numbers={name: round(float(np.clip(outputs[place(name)], lows.get(name, 0.0), 1.0)), 6) for name in NUMBERS},
        deviations={name: float(np.exp(-0.5 * np.clip(outputs[place(name + PRECISION)], -6, 6))) for name in NUMBERS},
        probabilities=tuple(float(share) for share in shares / shares.sum()),
        seconds=seconds,
    )
