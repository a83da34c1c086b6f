"""The layout: which id says what.

    0 pad   1 start   2 end   3 to 127 waits of 1 to 125 steps   then instrument x pitch x velocity bin   then prefix

The public checkpoints set pieces apart by id 0 and stop at it; they never saw `<start>` and `<end>`. So id 0 is what
opens a stream, what stands before its music, and what ends it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import evolve, frozen

from psychoscore_core.errors import ConfigError
from psychoscore_core.records import Family, Vocabulary
from psychoscore_midi_llm.instruments import BANDS, Band, velocity_tables, words_of
from psychoscore_midi_llm.plugin import MidiLlmConfig
from psychoscore_midi_llm.tokenizer_json import check_against

SPECIALS = ("<pad>", "<start>", "<end>")
SEPARATOR, START, END = range(3)
STEPS_A_SECOND = 125
LONGEST_WAIT = 125  # steps
FIRST_WAIT = len(SPECIALS)  # waits one step
FIRST_NOTE = FIRST_WAIT + LONGEST_WAIT
PITCHES = 128


@frozen(eq=False)
class Layout:
    """What the ids stand for. A key is an instrument's pitch, 128 x index + MIDI pitch.

    base_size: ids of the public vocabulary; the prefix tokens' come after them. bin_of: (128,) velocity bins.
    velocities: (bins,) MIDI velocities. instrument_of: (129,) index of each program's instrument, the
    percussion channel's last, -1 = none.
    """

    config: MidiLlmConfig
    band: Band
    vocabulary: Vocabulary
    base_size: int
    bin_of: np.ndarray
    velocities: np.ndarray
    instrument_of: np.ndarray

    @property
    def size(self) -> int:
        return self.vocabulary.families[0].size

    @property
    def bins(self) -> int:
        return self.band.velocity_bins

    @property
    def keys(self) -> int:
        return len(self.band.instruments) * PITCHES

    @property
    def longest(self) -> int:
        """Return the longest note in steps."""
        return round(self.config.longest * STEPS_A_SECOND)


def make_layout(config: MidiLlmConfig, prefix: Sequence[str]) -> Layout:
    """Return the layout of a config; raises ConfigError on prefix names that repeat or look like music."""
    band = BANDS[config.instruments]
    bins = band.velocity_bins if config.velocity_bins is None else config.velocity_bins
    exponent = band.velocity_exponent if config.velocity_exponent is None else config.velocity_exponent
    band = evolve(band, velocity_bins=bins, velocity_exponent=exponent)
    base = (*SPECIALS, *(f"t{steps + 1}" for steps in range(LONGEST_WAIT)), *words_of(band))
    if config.tokenizer_json is not None:
        check_against(config.tokenizer_json, base)
    bin_of, velocities = velocity_tables(bins, exponent)
    return Layout(
        config=config,
        band=band,
        vocabulary=_vocabulary(base, prefix),
        base_size=len(base),
        bin_of=bin_of,
        velocities=velocities,
        instrument_of=band.of_program(),
    )


def _vocabulary(base: Sequence[str], prefix: Sequence[str]) -> Vocabulary:
    tokens = (*base, *prefix)
    if len(set(tokens)) != len(tokens):
        known = set(base)
        repeated = next(name for place, name in enumerate(prefix) if name in known or name in prefix[:place])
        raise ConfigError(f"tokenizer: prefix token {repeated!r} stands twice, or is a token of the music")
    return Vocabulary(
        families=(Family(name="word", tokens=tokens),),
        prefix={name: len(base) + index for index, name in enumerate(prefix)},
        pad=SEPARATOR,
        bos=SEPARATOR,
        sep=SEPARATOR,
        eos=SEPARATOR,
    )
