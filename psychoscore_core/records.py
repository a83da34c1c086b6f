"""The frozen values that one stage hands to the next; no behaviour beyond their invariants.

Arrays are NumPy's where they appear, scores are `symusic.Score`; both are named for the reader
only, because the core imports neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from psychoscore_core.profile import Profile

if TYPE_CHECKING:
    import numpy as np
    from symusic.core import ScoreTick as Score
else:
    np = Score = Any


def digest_of(value: object) -> str:
    """Return the first 16 hex digits of SHA-256 over the value's canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# The field's names, flats as the prefix tokens have them.
KEYS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
MODES = ("Ionian", "Dorian", "Phrygian", "Lydian", "Mixolydian", "Aeolian", "Locrian")
SCALES = {  # semitones of a mode's notes above its tonic
    "Ionian": (0, 2, 4, 5, 7, 9, 11),
    "Dorian": (0, 2, 3, 5, 7, 9, 10),
    "Phrygian": (0, 1, 3, 5, 7, 8, 10),
    "Lydian": (0, 2, 4, 6, 7, 9, 11),
    "Mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "Aeolian": (0, 2, 3, 5, 7, 8, 10),
    "Locrian": (0, 1, 3, 5, 6, 8, 10),
}


@frozen(kw_only=True)
class Attributes:
    """What is known of a piece's key, mode and tempo; None where nothing is known.

    key: one of KEYS. mode: one of MODES. tempo: quarter notes per minute, 10 to 400.
    """

    key: str | None = None
    mode: str | None = None
    tempo: float | None = None


@frozen(kw_only=True)
class Piece:
    """One labelled item of a dataset: a score, the profile it goes with, and what keeps splits honest.

    `group` is what must never be split over two splits (the song). `split` is "train", "validation"
    or "test". `labels` holds the corpus's own labels (quadrant, valence, arousal, ...).
    """

    id: str
    score: Score
    profile: Profile
    group: str
    split: str = "train"
    attributes: Attributes = Attributes()
    labels: Mapping[str, float | int | str] = field(factory=dict)


@frozen(kw_only=True)
class Family:
    """One column of a token row: its name and the token texts, whose index is the id."""

    name: str
    tokens: tuple[str, ...]

    @property
    def size(self) -> int:
        return len(self.tokens)


@frozen(kw_only=True)
class Vocabulary:
    """The token families of a tokenizer; F = 1 for REMI, 7 or 8 for compound words.

    `prefix` maps a prefix token's name to its id in the first family. `pad`, `sep`, `bos` and `eos`
    are ids in the first family.
    """

    families: tuple[Family, ...]
    prefix: Mapping[str, int]
    pad: int
    bos: int
    sep: int
    eos: int

    @property
    def digest(self) -> str:
        return digest_of([[f.name, f.tokens] for f in self.families])


@frozen(kw_only=True)
class ConditionSpace:
    """What a profile encoder offers a model: the dimensions of its vector and of a bar's condition."""

    vector: tuple[str, ...]
    bar: tuple[str, ...]

    @property
    def digest(self) -> str:
        return digest_of([self.vector, self.bar])


@frozen(kw_only=True)
class Condition:
    """An encoded profile.

    vector: one number per dimension of the space. prefix: prefix token names in order.
    attributes: key, mode and tempo that the prefix names (given, or from the rule table).
    """

    profile: Profile
    vector: tuple[float, ...]
    prefix: tuple[str, ...]
    attributes: Attributes


@frozen(kw_only=True)
class BarPlan:
    """What one bar is meant to be; every number lies in [0, 1].

    section: a letter (A, B, ...). chord: a chord symbol, several apart by spaces where they share the bar evenly, or
    "" where the model is free. tension: 0 calm to 1 strained. density: 0 sparse to 1 dense (DENSITY_MAX onsets a bar
    of four quarters). register: mean MIDI pitch / 127. dynamics: mean MIDI velocity / 127.
    articulation: sounding share of the time to the next onset, 0 staccato to 1 legato. polyphony: notes that sound
    together, POLYPHONY_MAX of them are 1. irregularity: 0 even onsets to 1 of all lengths. span: standard deviation of
    the pitches, SPAN_MAX semitones are 1. contrast: standard deviation of the velocities, CONTRAST_MAX of them are 1.
    chromaticism: share of notes outside the scale.
    tempo, key, mode: from this bar on, None = as before. repeats: the bar (from 0) that this one takes up, or None.
    """

    section: str = "A"
    chord: str = ""
    tension: float = 0.5
    density: float = 0.5
    register: float = 0.5
    dynamics: float = 0.5
    articulation: float = 0.8
    polyphony: float = 0.4
    irregularity: float = 0.3
    span: float = 0.4
    contrast: float = 0.3
    chromaticism: float = 0.0
    tempo: float | None = None
    key: str | None = None
    mode: str | None = None
    repeats: int | None = None


DENSITY_MAX = 20  # onsets in a bar of four quarters that count as density 1: more than any sixteenths give
POLYPHONY_MAX = 8  # notes sounding together that count as polyphony 1
SPAN_MAX = 24.0  # semitones of standard deviation that count as span 1
CONTRAST_MAX = 40.0  # velocities of standard deviation that count as contrast 1


@frozen(kw_only=True)
class Plan:
    """A piece before its notes: key, mode, tempo (quarter notes a minute), time signature, bars."""

    key: str
    mode: str
    tempo: float
    bars: tuple[BarPlan, ...]
    time_signature: tuple[int, int] = (4, 4)

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return key and mode of every bar."""
        found, key, mode = [], self.key, self.mode
        for bar in self.bars:
            key, mode = bar.key or key, bar.mode or mode
            found.append((key, mode))
        return tuple(found)

    @property
    def tempos(self) -> tuple[float, ...]:
        """Return the tempo of every bar in quarter notes a minute."""
        found, tempo = [], self.tempo
        for bar in self.bars:
            tempo = bar.tempo or tempo
            found.append(tempo)
        return tuple(found)


@frozen(kw_only=True)
class Encoded:
    """A tokenized piece: rows (time, families) int32, and for each row the bar it lies in (-1 in the prefix)."""

    rows: np.ndarray
    bars: np.ndarray
    prefix_length: int
    notes: int


@frozen(kw_only=True)
class Stream:
    """What a decoder starts one stream from: prompt rows (time, families), vector, bar conditions.

    `vector` and `bars` are None where the condition is dropped (classifier-free guidance).
    """

    rows: np.ndarray
    vector: tuple[float, ...] | None
    bars: tuple[tuple[float, ...], ...] | None


@frozen(kw_only=True)
class Interface:
    """What a trained model speaks, for exporters: whoever plays it elsewhere needs the same.

    model, tokenizer, encoder: the components with their versions and options ("use", "version", "origin", "options");
    model is empty where only the checkpoint is known. prompt: rows that a generation without prefix begins with.
    """

    model: Mapping[str, Any]
    tokenizer: Mapping[str, Any]
    encoder: Mapping[str, Any]
    vocabulary: Vocabulary
    space: ConditionSpace
    prompt: tuple[tuple[int, ...], ...]


@frozen(kw_only=True)
class Checkpoint:
    """A trained model on disk: a folder with safetensors, its backend, and the digests it was trained with.

    interface: what it speaks, where it is given to exporters.
    """

    folder: Path
    backend: str
    vocabulary: str
    space: str
    steps: int = 0
    metrics: Mapping[str, float] = field(factory=dict)
    interface: Interface | None = None


@frozen(kw_only=True)
class Take:
    """One generated piece: its name, score, what was asked for, and the ratings that it got."""

    name: str
    score: Score
    condition: Condition
    plan: Plan
    seed: int
    ratings: Mapping[str, float] = field(factory=dict)


@frozen(kw_only=True)
class Artifact:
    """A file that a run leaves for the user: its path, what kind it is, and one sentence."""

    path: Path
    kind: str
    summary: str = ""


@frozen(kw_only=True)
class Training:
    """The settings of a training run that every trainable backend understands.

    steps: optimizer steps. batch_size: sequences a step and device. accumulate: micro-batches a step.
    context: rows a sequence. learning_rate: peak; cosine to min_lr_ratio of it after warm-up.
    patience: evaluations without improvement before stopping, 0 = never. precision: "fp32" or "bf16".
    device: "auto", "cpu" or "cuda". condition_dropout: share of sequences trained without condition.
    """

    steps: int = 1000
    batch_size: int = 8
    accumulate: int = 1
    context: int = 512
    learning_rate: float = 1e-3
    min_lr_ratio: float = 0.1
    warmup: float = 0.05
    weight_decay: float = 0.1
    clip: float = 1.0
    precision: str = "fp32"
    device: str = "auto"
    gradient_checkpointing: bool = False
    condition_dropout: float = 0.1
    evaluate_every: int = 200
    evaluate_batches: int = 16
    save_every: int = 100
    patience: int = 0
    seed: int = 0
