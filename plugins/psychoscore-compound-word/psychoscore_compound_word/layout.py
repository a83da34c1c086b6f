"""The layout: which id of which family says what.

A row is a word of eight families. Its type says which of them mean something; the others have id 0, "-":

    EOS        nothing follows
    EMOTION    emotion, before the music
    METRICAL   bar-beat: a bar line with its meter, a place in the bar, or the last bar line; tempo, chord: a change
    NOTE       pitch, duration, velocity, at the place that was named last
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from psychoscore_compound_word.chords import SYMBOLS
from psychoscore_compound_word.plugin import CompoundWordConfig
from psychoscore_core.errors import ConfigError
from psychoscore_core.records import Family, Vocabulary
from psychoscore_notes.layout import METERS
from psychoscore_notes.layout import Layout as NotesLayout
from psychoscore_notes.layout import make_layout as make_notes_layout

TYPE, PLACE, TEMPO, CHORD, PITCH, DURATION, VELOCITY, EMOTION = range(8)
FAMILIES = ("type", "bar-beat", "tempo", "chord", "pitch", "duration", "velocity", "emotion")
PAD, BOS, SEP, EOS, METRICAL, NOTE, FEELING = range(7)
TYPES = ("PAD", "BOS", "SEP", "EOS", "METRICAL", "NOTE", "EMOTION")
EMOTIONS = ("EMOTION_Q1", "EMOTION_Q2", "EMOTION_Q3", "EMOTION_Q4")
FINE, FIRST_BAR = 1, 2  # of family bar-beat
FIRST_BEAT = FIRST_BAR + len(METERS)
FIRST_PITCH, FIRST_DRUM = 1, 129  # of family pitch


@frozen(eq=False)
class Layout:
    """Ids and their values; meters, tempos, durations and velocities are those of the tokenizer `notes`."""

    notes: NotesLayout
    vocabulary: Vocabulary
    words: dict[str, tuple[int, int]]  # type and emotion of each prefix token's row

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(family.size for family in self.vocabulary.families)


def make_layout(config: CompoundWordConfig, prefix: Sequence[str]) -> Layout:
    """Return the layout of a config; raises ConfigError on prefix names that repeat or look like types.

    Prefix names of EMOTIONS are words of the one type EMOTION; every other one is a type of its own.
    """
    notes = make_notes_layout(config, ())
    own = [name for name in prefix if name not in EMOTIONS]
    types = (*TYPES, *own)
    if len(set(prefix)) != len(prefix) or len(set(types)) != len(types):
        repeated = sorted({name for name in (*TYPES, *prefix) if (*TYPES, *prefix).count(name) > 1})
        raise ConfigError(f"tokenizer: prefix token {repeated[0]!r} stands twice, or is a type of words")
    words = {name: (types.index(name), 0) for name in own}
    words |= {name: (FEELING, 1 + EMOTIONS.index(name)) for name in prefix if name in EMOTIONS}
    texts = (
        types,
        ("-", "FINE", *(f"BAR_{upper}/{lower}" for upper, lower in METERS), *_beats(notes)),
        ("-", *(f"TEMPO_{tempo:g}" for tempo in notes.tempos)),
        ("-", *(f"CHORD_{symbol}" for symbol in SYMBOLS if config.chords)),
        ("-", *(f"PITCH_{n}" for n in range(128)), *(f"DRUM_{n}" for n in range(128))),
        ("-", *(f"DURATION_{length}" for length in notes.durations)),
        ("-", *(f"VELOCITY_{velocity}" for velocity in notes.velocities)),
        ("-", *EMOTIONS),
    )
    families = tuple(Family(name=name, tokens=tokens) for name, tokens in zip(FAMILIES, texts, strict=True))
    ids = {name: words[name][0] for name in prefix}
    vocabulary = Vocabulary(families=families, prefix=ids, pad=PAD, bos=BOS, sep=SEP, eos=EOS)
    return Layout(notes=notes, vocabulary=vocabulary, words=words)


def _beats(notes: NotesLayout) -> list[str]:
    return [f"BEAT_{n}" for n in range(notes.positions)]
