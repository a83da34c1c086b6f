"""Offers the tokenizer and the model backend `compound-word`, the encoder `emotion`, a preset, and `psyco mood`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal

from attrs import field, frozen, validators

from psychoscore_core import Component, hookimpl
from psychoscore_core.component import Preset
from psychoscore_notes.plugin import NotesConfig
from psychoscore_transformer.plugin import TransformerConfig
from psychoscore_transformer.presets import Shape

if TYPE_CHECKING:
    import click

# Parameters with the words of the default tokenizer: about 1, 5 and 53 million.
PRESETS: Mapping[str, Shape] = MappingProxyType(
    {
        "tiny": Shape(layers=4, width=128, heads=4, kv_heads=1, hidden=256),
        "small": Shape(layers=6, width=224, heads=8, kv_heads=4, hidden=576),
        "published": Shape(layers=12, width=512, heads=8, kv_heads=8, hidden=1376),
    }
)

# How the preset draws: what a listener forgives least is drawn most carefully; temperatures of null are the bar's.
FAMILIES = {
    "type": {"top_p": 0.9},
    "bar-beat": {"top_p": 0.9},
    "tempo": {"top_p": 0.9},
    "chord": {"top_p": 0.99},
    "pitch": {"top_p": 0.9},
    "duration": {"temperature": 1.0, "top_p": 0.9},
    "velocity": {"temperature": 1.2, "top_p": 0.9},
}


@frozen(kw_only=True)
class CompoundWordConfig(NotesConfig):
    """What the words can say; whatever a score holds beyond it is rounded, see the README.

    positions: grid positions in a quarter note, 1 to 24; 4 holds sixteenths, 12 triplets too.
    velocities: velocity bins between 1 and 127, 1 to 127.
    tempos: tempo bins between 20 and 300 quarter notes a minute, evenly apart in ratio, 2 to 200.
    longest: the longest note in quarters, 1 to 32; longer ones are cut.
    max_bars: bars of a score after which the rest is dropped, 1 to 65536.
    max_notes: notes of a score after which the rest is dropped, 1 to 10000000.
    chords: whether metrical words name the chord that is heard, or planned, where it changes.
    """

    chords: bool = True


@frozen(kw_only=True)
class EmotionConfig:
    """Options of the encoder `emotion`.

    prefix: whether a prefix names the quadrant, the key, the mode and the tempo, as far as they are known.
    max_bars: how many bars of a score are measured at most, 1 to 100000; later notes are not measured.
    """

    prefix: bool = True
    max_bars: int = field(default=4096, validator=[validators.ge(1), validators.le(100_000)])


@frozen(kw_only=True)
class CompoundWordModelConfig(TransformerConfig):
    """Settings of the compound word transformer.

    size: "tiny" (about 1 million parameters), "small" (5) or "published" (53: 12 layers of width 512, 8 heads).
    layers: blocks, 1 to 64; None = the preset's.
    width: of the hidden states, 8 to 8192; None = the preset's.
    heads: query heads, 1 to 128, dividing the width; None = the preset's.
    kv_heads: key and value heads, 1 to 128, dividing the heads (fewer = a smaller cache); None = the preset's.
    hidden: width inside the feed-forward part, 8 to 32768; None = the preset's.
    style_tokens: learned tokens that the emotion, or the profile, mixes into what every row attends to, 0 to 256; 0 =
      no cross-attention, it is added to every layer instead; None = the preset's.
    dropout: share of each block's outputs dropped in training, 0 to below 1.
    max_context: rows that a generation may hold, prompt included, 16 to 65536; may exceed training's context.
    device: where to generate and evaluate; "auto" takes CUDA where there is one.
    engine: what decodes; "native" is psychoscore-native and "numpy" NumPy, both on CPU and without torch; "auto" takes
      the native one where it is installed, else NumPy for models below 50 million parameters, else torch, and torch
      where `device` is "cuda".
    precision: how the native engine keeps weights: "fp32", "fp16" or "int8", half the size and the faster each time.
    checkpoint: folder of a trained checkpoint to use instead of training; it brings its own sizes.
    start_from: folder of a trained checkpoint whose weights training begins with; of the same sizes, and trained with
      the same tokenizer and encoder.
    """

    presets: ClassVar[Mapping[str, Shape]] = PRESETS

    size: Literal["tiny", "small", "published"] = "small"
    start_from: Path | None = None


@hookimpl
def psyco_profile_encoders() -> Iterable[Component]:
    """Offer `emotion`."""
    yield Component(
        name="emotion",
        factory="psychoscore_compound_word.encoder:EmotionEncoder",
        config=EmotionConfig,
        summary="Valence, arousal and quadrant of a profile; bars as `psychometric` tells them.",
    )


@hookimpl
def psyco_tokenizers() -> Iterable[Component]:
    """Offer `compound-word`."""
    yield Component(
        name="compound-word",
        factory="psychoscore_compound_word.tokenizer:CompoundWordTokenizer",
        config=CompoundWordConfig,
        summary="Words of eight families: type, bar-beat, tempo, chord, pitch, duration, velocity, emotion; a grammar.",
    )


@hookimpl
def psyco_model_backends() -> Iterable[Component]:
    """Offer `compound-word`."""
    yield Component(
        name="compound-word",
        factory="psychoscore_compound_word.backend:CompoundWordBackend",
        config=CompoundWordModelConfig,
        summary="A transformer for compound words: the type is drawn first, all else depends on it.",
    )


@hookimpl
def psyco_presets() -> Iterable[Preset]:
    """Offer `compound-word`: the encoder, the tokenizer and the model, and how each family is drawn."""
    yield Preset(
        name="compound-word",
        summary="Compound words that are told an emotion: the type drawn first, each family with a top-p of its own.",
        config={
            "encoder": {"use": "emotion"},
            "tokenizer": {"use": "compound-word"},
            "model": {"use": "compound-word"},
            "sampler": {"use": "constrained", "guidance": 2.0, "families": FAMILIES},
        },
    )


@hookimpl
def psyco_commands() -> Iterable[click.Command]:
    """Offer `psyco mood`."""
    from psychoscore_compound_word.commands import mood

    yield mood
