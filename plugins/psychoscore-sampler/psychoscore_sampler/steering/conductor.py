"""The conductor: follows what sounds and weighs what may sound next against the plan's bar."""

from __future__ import annotations

import math

import numpy as np

from psychoscore_core.records import Plan
from psychoscore_core.stages.tokenize import Meaning, Sounded
from psychoscore_sampler.plugin import ConstrainedConfig
from psychoscore_sampler.steering.bars import GRID, bars_of
from psychoscore_sampler.steering.belonging import MELODY_SHARE, NEVER, Belonging
from psychoscore_sampler.steering.cloud import Cloud
from psychoscore_sampler.steering.kept import Kept
from psychoscore_sampler.steering.moments import (
    TOGETHER,
    Strikes,
    onset_at,
    onset_grid,
    read_moment,
    weights_of_moments,
)
from psychoscore_sampler.steering.rhythm import SIXTEENTH, Grid, Polyphony, Rhythm
from psychoscore_sampler.steering.script import Script
from psychoscore_sampler.steering.tilt import Share, Tilt
from psychoscore_sampler.steering.voices import ACCOMPANIMENT, DRUMS, MELODY, NAMES, Voices

FRESH = 4.0  # nats that a pitch class loses at an onset where all bars before have had it, if no bar is to be taken up
ENOUGH = 0.5  # share of bars that take up others from which the others need not be fresh
UNISON = 6.0  # nats that a pitch loses which another voice strikes at the same time
OFFSETS = (0.8, 0.2, -0.3, 0.0)  # of each voice's centre from the planned mean, in planned deviations
SPREAD = 0.9  # of each voice's deviation in the planned one
CHORD_STEP = 5  # semitones within which a chord has another tone
OUTLASTING = 4.0  # nats that a length loses which outlasts its chord

_LEAPS = np.clip(np.abs(np.arange(-127, 128)) - 2, 0, 6) * 1.0  # by interval, -127 to 127


class Conductor:
    """The steering of one stream. Weights are natural logarithms, added after the temperature.

    Guarantees, each where its option is on: `scale`: no note outside the bar's scale and chord while the bar's
    chromaticism is 0. `chord_tones`: on strong beats, only tones of the planned chord. `density`: exactly the planned
    number of onsets (the rounding carried from bar to bar), where neither an even rhythm nor a bar taken up asks for
    another. `most_notes`: never more sound together. `register`:
    no pitch outside the bar's window. The other options pull and promise nothing.
    """

    def __init__(self, plan: Plan, config: ConstrainedConfig) -> None:
        self._config = config
        self._bars = bars_of(plan)
        self._rhythm = Rhythm(config.density, config.rhythm)
        self._polyphony = Polyphony(config.polyphony, config.most_notes)
        self._pitch, self._velocity = [Tilt(0.12, 0.06) for _ in NAMES], Tilt(0.10, 0.06)
        self._foreign = Share(gain=0.6, most=16.0)
        self._cloud = Cloud(config.tension, self._bars)
        self._voices = Voices(config.melody)
        self._played: list[list[tuple[int, Sounded]]] = []  # of each bar: onset in 24ths and note
        self._script = Script()  # the bar that this one takes up
        self._loose = 0  # 24ths by which onsets may miss those of such a bar
        self._strikes: Strikes | None = None  # of tokens that are events in time
        taking = sum(bar.plan.repeats is not None for bar in self._bars) / max(1, len(self._bars))
        self._fresh = FRESH * max(0.0, 1 - taking / ENOUGH) if config.repeats else 0.0
        self._known: dict[int, np.ndarray] = {}  # by onset: in how many bars each pitch's class (128,) began there
        self.index = -1
        self._start = 0
        self._onset, self._voice = 0, ACCOMPANIMENT  # the voice of grammars that tell none
        self._here: list[int] = []  # pitches of the notes that begin at this onset
        self._last: dict[str, int] = {}  # pitch of each voice's last note
        self._onsets_of, self._late = Kept(_Onsets), Kept(_Late)
        self._belonging = Belonging(config)
        self._by_pitch, self._by_velocity = np.zeros(129), np.zeros(129)  # the last one stays 0: no pitch, no velocity
        self._place, self._bar = 0, self._bars[0]

    def open(self, index: int) -> None:
        """Begin a bar."""
        if self.index >= 0:
            self._start += self._bar.length
        self.index = index
        self._place = min(max(index, 0), len(self._bars) - 1)
        self._bar = self._bars[self._place]
        bar, source = self._bar, self._bar.plan.repeats
        known = source is not None and 0 <= source < len(self._played)
        self._remember()
        self._script = Script(self._played[source] if known and self._config.repeats else (), self._loose)
        self._played.append([])
        self._onset, self._here = -1, []
        self._rhythm.open(bar, len(self._script) or None)
        self._polyphony.aim(bar.polyphony, bar.plan.articulation)
        mean, deviation = bar.pitch
        for tilt, offset in zip(self._pitch, OFFSETS, strict=True):
            tilt.aim(mean + offset * deviation, SPREAD * deviation)
        self._velocity.aim(*bar.velocity)

    def _remember(self) -> None:
        """Note what the bar that is over had where."""
        last = self._played[-1] if self._played else ()
        for onset, pitch_class in {(onset, note.pitch % 12) for onset, note in last}:
            self._known.setdefault(onset, np.zeros(128))[pitch_class::12] += 1

    def weights(self, meaning: Meaning) -> np.ndarray | None:
        """Return the log-weight of every id (family size,) that `meaning` speaks of, or None where all are alike.

        A meaning may have an `also`: what the same ids say about a later choice that they make at once.
        """
        if meaning.kind == "moment":
            return self._moments(meaning)
        if self.index < 0:
            return None
        weights, also = self._weights(meaning), meaning.also
        more = None if also is None else self._weights(also)
        return more if weights is None else weights if more is None else weights + more

    def _weights(self, meaning: Meaning) -> np.ndarray | None:
        kind, values = meaning.kind, meaning.values
        if kind == "pitch":
            return self._beside_others(self._pitches(), self._by_pitch).take(values, mode="wrap")
        if kind == "onset":
            return self._onsets(values)
        if kind == "velocity":
            return self._velocity.weights_of(values) if self._config.dynamics else None
        if kind == "duration":
            return self._lengths(values)
        if kind == "voice":
            return self._of_voices(values)
        return None

    def took(self, meaning: Meaning, token: int) -> None:
        """Note an id that was drawn."""
        value = int(meaning.values[token]) if meaning.kind else -1
        if value < 0:
            return
        if meaning.kind == "moment":
            if read_moment(meaning).velocities[token] >= 0:
                self._take_onset(onset_at(value, self._rhythm.latest))
        elif meaning.kind == "onset":
            self._take_onset(value)
        elif meaning.kind == "voice":
            self._voice = value

    def _move_to(self, onset: int) -> None:
        if onset != self._onset:
            self._onset, self._here = onset, []

    def _take_onset(self, onset: int) -> None:
        self._move_to(onset)
        if self._rhythm.took(onset):
            self._polyphony.onset(self._start + onset)
            self._voices.onset()

    def sounded(self, note: Sounded) -> None:
        """Note a note that is complete."""
        bar, onset = self._bar, onset_at(round(note.position * GRID), self._rhythm.latest)
        self._move_to(onset)
        self._played[-1].append((onset, note))
        self._here.append(note.pitch)
        start, length = self._start + onset, round(note.duration * GRID)
        self._polyphony.note(start, length)
        self._voices.note(note.voice)
        self._velocity.drawn(note.velocity)
        self._last[note.voice] = note.pitch
        if note.voice != "drums":
            self._cloud.at(self._place, self._start, onset)
            self._cloud.note(start, start + length, note.pitch)
            self._pitch[NAMES.index(note.voice)].drawn(note.pitch)
            self._foreign.missed(bar.plan.chromaticism - (not bar.scale[note.pitch]))

    def _onsets(self, values: np.ndarray) -> np.ndarray:
        onsets = self._onsets_of.of(values)
        grid = onsets.grid
        more = NEVER if self._full() else self._polyphony.more() + self._scripted_more()
        weights, leave = self._rhythm.weights(grid, more)
        coming = self._script.after(self._rhythm.latest) if self._script else None
        if coming is not None:
            weights[grid.place(coming)] += self._config.repeats
        return onsets.spread(weights, leave)

    def _moments(self, meaning: Meaning) -> np.ndarray:
        """Return the log-weight of every id that is an event in time: a note's beginning, its end, or a wait."""
        self._loose = TOGETHER - 1
        if self.index < 0:
            self.open(0)
        moments, lengths, velocities, pitches = read_moment(meaning)
        if self._strikes is None or self._strikes.velocities is not velocities:
            self._strikes = Strikes(velocities, pitches)
        ends = np.flatnonzero(lengths >= 0)
        here = min(int(moments[self._strikes.ids[0]]), self._bar.length - 1)
        self._polyphony.heard(len(ends))
        self._move_to(onset_at(here, self._rhythm.latest))
        note, ahead = self._ahead(here)
        result = ahead[moments]
        by_pitch = self._beside_others(self._pitches(), self._by_pitch) + (note - self._polyphony.too_many())
        by_velocity = self._by_velocity
        if self._config.dynamics:
            by_velocity = self._beside_others(self._velocity.weights(), by_velocity)
        result[self._strikes.ids] = self._strikes.weights(by_pitch, by_velocity)
        result[ends] = max(note, ahead[here]) + self._polyphony.endings(lengths[ends])
        return result

    def _ahead(self, here: int) -> tuple[float, np.ndarray]:
        """Return what a note weighs that begins here, and what going on to each moment weighs."""
        latest = self._rhythm.latest
        grid = onset_grid(latest, self._bar.length)
        more = NEVER if self._full() else self._polyphony.more() + self._scripted_more()
        weights, leave = self._rhythm.weights(grid, more)
        coming = self._script.after(latest) if self._script else None
        if coming is not None:
            weights[min((coming - grid.onsets[0]) // SIXTEENTH, len(weights) - 1)] += self._config.repeats
        return weights_of_moments(grid.onsets, weights, leave, here, self._bar.length)

    def _full(self) -> bool:
        """Say whether nothing is left to add to this onset: no voice, or no pitch below the top of the window."""
        top = max(self._here, default=0)
        return self._voices.full or (self._config.register and top > self._bar.window[1] - CHORD_STEP)

    def _scripted_more(self) -> float:
        """Return the weight of another note here: as many as the bar that is taken up had."""
        if not self._script or not self._rhythm.onsets:
            return 0.0
        wanted = len(self._script.at(self._rhythm.latest))
        return self._config.repeats * (2.0 if len(self._here) < wanted else -1.0)  # 2: more than the next onset pulls

    def _of_voices(self, values: np.ndarray) -> np.ndarray:
        weights = [*self._voices.weights(), 0.0]
        for name in {note.voice for note in self._scripted_notes()}:
            weights[NAMES.index(name)] += self._config.repeats
        return np.array(weights)[values]

    def _scripted_notes(self) -> list[Sounded]:
        """Return the notes of the bar taken up that begin here and have not been played yet."""
        if not self._script:
            return []
        return [note for note in self._script.at(self._onset) if note.pitch not in self._here]

    def _pitches(self) -> np.ndarray:
        """Return the log-weight of every pitch (128,)."""
        voice, config = self._voice, self._config
        if voice == DRUMS:
            return np.zeros(128)
        fixed, foreign = self._belonging.weights(self._bar, self._onset, voice == MELODY)
        weights = fixed + self._pitch[voice].weights() if config.register else fixed.copy()
        if foreign is not None:
            weights += (self._foreign.weight - self._leap()) * foreign
        if config.tension:
            self._cloud.at(self._place, self._start, self._onset)
            weights += self._cloud.weights(MELODY_SHARE if voice == MELODY else 1.0)
        if self._script:
            for note in self._scripted_notes():
                weights[note.pitch] += config.repeats
        elif self._fresh and self._onset in self._known:
            weights -= self._fresh / len(self._played) * self._known[self._onset]
        for pitch in set(self._here):
            weights[pitch] -= UNISON
        return weights

    def _lengths(self, values: np.ndarray) -> np.ndarray | None:
        """Return the log-weight of every length; one that outlasts its chord loses, but in the melody."""
        weights, bar = self._polyphony.lengths(values), self._bar
        if not self._config.tension or self._voice == MELODY:
            return weights
        change = next((start for start, _ in bar.chords if start > self._onset), bar.length)
        late = self._late.of(values).beyond(change - self._onset)
        return late if weights is None else weights + late

    def _leap(self) -> np.ndarray | float:
        """Return what each pitch (128,) loses as a foreign note: nothing near the voice's last note, more beyond.

        Foreign notes that pass between or decorate others are heard as chromatic; leaps to them as wrong.
        """
        last = self._last.get(NAMES[self._voice])
        return 0.0 if last is None else _LEAPS[127 - last : 255 - last]

    @staticmethod
    def _beside_others(weights: np.ndarray, found: np.ndarray) -> np.ndarray:
        """Write the log-weights of pitches before a 0 into `found` (129,), for ids that are no pitch (-1); return it.

        An id that is no pitch gains as much as the pitches do on average, so that which pitch is wanted does not decide
        whether one comes.
        """
        most = float(np.maximum.reduce(weights))
        mean = most + math.log(np.add.reduce(np.exp(weights - most)) / len(weights)) if most > NEVER else 0.0
        np.subtract(weights, mean, out=found[:-1])
        return found


class _Onsets:
    """The onsets that some ids mean; ids that mean none leave the bar."""

    def __init__(self, values: np.ndarray) -> None:
        onsets, inverse = np.unique(values[values >= 0], return_inverse=True)
        self.grid = Grid(onsets)
        self._places = np.full(len(values), len(onsets))
        self._places[values >= 0] = inverse
        self._weights = np.zeros(len(onsets) + 1)

    def spread(self, weights: np.ndarray, leave: float) -> np.ndarray:
        """Return the weights of the ids from those of the onsets and of leaving the bar."""
        self._weights[:-1], self._weights[-1] = weights, leave
        return self._weights[self._places]


class _Late:
    """The lengths that some ids mean, and what those lose that are longer than another."""

    def __init__(self, values: np.ndarray) -> None:
        self._values = values
        self._known: dict[int, np.ndarray] = {}

    def beyond(self, length: int) -> np.ndarray:
        """Return the log-weight of each id, read-only: a length that is longer loses."""
        if length not in self._known:
            self._known[length] = np.where(self._values > length, -OUTLASTING, 0.0)
        return self._known[length]
