"""The layout: which id of which family says what.

A row is a bar (BAR, meter, tonic, tempo, -) or a note (position, voice, pitch, duration, velocity); the pitch counts
from the tonic, so that what is learned in one key is known in all twelve. Id 0 of every family but the first says
nothing: the rest of a prefix token, of [SEP] and of the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from attrs import frozen

from psychoscore_core.errors import ConfigError
from psychoscore_core.records import KEYS, Family, Vocabulary
from psychoscore_notes.plugin import NotesConfig

TIME, VOICE, PITCH, DURATION, VELOCITY = range(5)
FAMILIES = ("time", "voice", "pitch", "duration", "velocity")
PAD, BOS, SEP, EOS = range(4)
SPECIALS = ("PAD", "BOS", "SEP", "EOS")
VOICES = ("melody", "counter", "accompaniment", "drums")
DRUMS = 3
METERS = (*((n, 4) for n in range(1, 9)), *((n, 8) for n in range(1, 17)))
COMMON = METERS.index((4, 4))
QUARTERS = np.array([upper * 4 / lower for upper, lower in METERS])
LOWEST_PITCH, PITCHES = -6, 128 + 12  # pitches are written from the tonic nearest to C, at most 6 semitones away
SLOWEST, FASTEST = 20.0, 300.0


@frozen(eq=False)
class Layout:
    """Offsets and values of the ids. first_position, bar: ids in family time; the others count from 1 in theirs.

    first_meter, first_voice: family voice. first_tonic, first_pitch: pitch. first_tempo, first_duration: duration.
    durations: (n,) lengths in grid positions. velocities: (n,). tempos: (n,) quarter notes a minute.
    """

    config: NotesConfig
    vocabulary: Vocabulary
    bar: int
    first_position: int
    positions: int
    durations: np.ndarray
    velocities: np.ndarray
    tempos: np.ndarray
    first_voice: int = 1
    first_meter: int = 1 + len(VOICES)
    first_tonic: int = 1
    first_pitch: int = 1 + len(KEYS)
    first_tempo: int = 1
    first_velocity: int = 1

    @cached_property
    def first_duration(self) -> int:
        return 1 + len(self.tempos)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        return tuple(family.size for family in self.vocabulary.families)


def make_layout(config: NotesConfig, prefix: Sequence[str]) -> Layout:
    """Return the layout of a config; raises ConfigError on prefix names that repeat or look like music."""
    durations, velocities, tempos = _durations(config), _velocities(config), _tempos(config)
    positions = int(QUARTERS.max()) * config.positions
    time = (*SPECIALS, *prefix, "BAR", *(f"POSITION_{n}" for n in range(positions)))
    if len(set(time)) != len(time):
        repeated = sorted({name for name in time if time.count(name) > 1})
        raise ConfigError(f"tokenizer: prefix token {repeated[0]!r} stands twice, or is a token of the music")
    texts = (
        time,
        ("-", *(f"VOICE_{v}" for v in VOICES), *(f"METER_{upper}/{lower}" for upper, lower in METERS)),
        ("-", *(f"TONIC_{key}" for key in KEYS), *(f"PITCH_{LOWEST_PITCH + n}" for n in range(PITCHES))),
        ("-", *(f"TEMPO_{tempo:g}" for tempo in tempos), *(f"DURATION_{length}" for length in durations)),
        ("-", *(f"VELOCITY_{velocity}" for velocity in velocities)),
    )
    families = tuple(Family(name=name, tokens=tokens) for name, tokens in zip(FAMILIES, texts, strict=True))
    ids = {name: len(SPECIALS) + index for index, name in enumerate(prefix)}
    vocabulary = Vocabulary(families=families, prefix=ids, pad=PAD, bos=BOS, sep=SEP, eos=EOS)
    bar = len(SPECIALS) + len(prefix)
    return Layout(
        config=config,
        vocabulary=vocabulary,
        bar=bar,
        first_position=bar + 1,
        positions=positions,
        durations=durations,
        velocities=velocities,
        tempos=tempos,
    )


def _durations(config: NotesConfig) -> np.ndarray:
    lengths, longest = [], config.longest * config.positions
    length = 1
    while length <= longest:
        lengths.append(length)
        length += 1 << max(0, length.bit_length() - 4)  # from 8 on, eight lengths for each doubling
    if lengths[-1] != longest:
        lengths.append(longest)
    return np.array(lengths)


def _velocities(config: NotesConfig) -> np.ndarray:
    width = 127 / config.velocities
    return np.array([round(1 + width * (n + 0.5) - 0.5) for n in range(config.velocities)]).clip(1, 127)


def _tempos(config: NotesConfig) -> np.ndarray:
    return np.round(np.geomspace(SLOWEST, FASTEST, config.tempos), 1)


def nearest(values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the index of the value closest to each wanted one; values (n,) rise."""
    middles = (values[1:] + values[:-1]) / 2
    return np.searchsorted(middles, wanted)


def shift_of(tonic: int | np.ndarray) -> int | np.ndarray:
    """Return how many semitones a tonic (pitch class 0-11) lies from the nearest C: -5 to 6."""
    return tonic - 12 * (tonic > 6)


def meter_of(upper: int, lower: int) -> int:
    """Return the index of a time signature: itself, else one with as long a bar, else 4/4."""
    if (upper, lower) in METERS:
        return METERS.index((upper, lower))
    if upper > 0 and lower > 0:
        same = np.flatnonzero(np.abs(QUARTERS - upper * 4 / lower) < 1e-9)
        if len(same):
            return int(same[0])
    return COMMON
