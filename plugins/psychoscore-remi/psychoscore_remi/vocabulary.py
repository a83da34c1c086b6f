"""The vocabulary on MidiTok: special tokens and prefix tokens first, then music, then trained merges."""

from __future__ import annotations

from collections.abc import Sequence

from miditok import REMI, TokenizerConfig
from miditok.constants import CHR_ID_START, MIDI_INSTRUMENTS

from psychoscore_core.errors import ConfigError
from psychoscore_core.records import Family, Vocabulary
from psychoscore_remi.events import DRUMS, KINDS
from psychoscore_remi.grid import token_order
from psychoscore_remi.harmony import QUALITIES
from psychoscore_remi.plugin import RemiConfig

SPECIALS = ("PAD", "BOS", "SEP", "EOS")
PAD, BOS, SEP, EOS = range(4)
TRACK_NAMES = {DRUMS: "Drums", **{p + 1: str(MIDI_INSTRUMENTS[p]["name"]) for p in range(128)}}


def make_miditok(config: RemiConfig, prefix: Sequence[str], chords: bool) -> REMI:
    """Return MidiTok's REMI: one stream for all instruments, a program token where the instrument changes."""
    lows = (0, *(end for end, _ in config.durations))
    signatures: dict[int, list[int]] = {}
    for upper, lower in token_order(config):
        signatures.setdefault(lower, []).append(upper)
    low, high, bins = config.tempos
    settings = TokenizerConfig(
        special_tokens=[_formatted(name) for name in (*SPECIALS, *prefix)],
        pitch_range=config.pitches,
        drums_pitch_range=config.drum_pitches,
        beat_res={
            (start, end): config.positions // step for start, (end, step) in zip(lows, config.durations, strict=False)
        },
        num_velocities=config.velocities,
        encode_ids_split="no",
        use_chords=chords,
        chord_maps=QUALITIES,
        chord_tokens_with_root_note=True,
        use_tempos=True,
        tempo_range=(low, high),
        num_tempos=bins,
        use_time_signatures=True,
        time_signature_range=signatures,
        use_programs=True,
        one_token_stream_for_programs=True,
        program_changes=True,
        use_pitchdrum_tokens=True,
        remove_duplicated_notes=True,
        delete_equal_successive_tempo_changes=True,
        delete_equal_successive_time_sig_changes=True,
    )
    return REMI(settings)


def check_prefix(prefix: Sequence[str]) -> None:
    """Raise ConfigError where prefix names repeat or look like a special or music token."""
    seen = {_formatted(name): name for name in SPECIALS}
    for name in prefix:
        form = _formatted(name)
        if form in seen:
            raise ConfigError(f"tokenizer: prefix token {name!r} has the same name as {seen[form]!r}")
        if form.partition("_")[0] in KINDS:
            raise ConfigError(f"tokenizer: prefix token {name!r} is named like a music token")
        seen[form] = name


def _formatted(name: str) -> str:
    # MidiTok wants Type_Value with one underscore, and warns where it has to make that form itself
    *kind, value = name.split("_")
    return f"{'-'.join(kind)}_{value}" if kind else f"{name}_None"


def describe(base: dict[str, int], prefix: Sequence[str], merges: Sequence[Sequence[int]]) -> Vocabulary:
    """Return the record of a vocabulary; a merged token's text is the texts it stands for, joined by spaces."""
    texts = sorted(base, key=base.__getitem__)
    texts[: len(SPECIALS) + len(prefix)] = [*SPECIALS, *prefix]
    texts += [" ".join(texts[token] for token in run) for run in merges]
    return Vocabulary(
        families=(Family(name="remi", tokens=tuple(texts)),),
        prefix={name: len(SPECIALS) + i for i, name in enumerate(prefix)},
        pad=PAD,
        bos=BOS,
        sep=SEP,
        eos=EOS,
    )


def letters(base: dict[str, int]) -> dict[str, int]:
    """Return the alphabet by which MidiTok hands ids to a byte-pair model: one letter an id."""
    return {chr(token + CHR_ID_START): token for token in base.values()}
