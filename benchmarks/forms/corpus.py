"""The songs of POP909 and Bach's chorales, rewritten so that every form says all of them exactly.

`compound-word` has the grid of `notes`. What the forms cannot all say is taken away before any sees it: one voice (the
piano), sixteenths, 32 lengths up to 16 quarters, 32 velocities, no note struck while it still sounds, one tempo. What a
preparation measures from the music (keys, markers of chords) stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from symusic import KeySignature, Score, Tempo, TextMeta, Track

from psychoscore_chorales.dataset import Chorales
from psychoscore_chorales.plugin import ChoralesConfig
from psychoscore_compound_word.plugin import CompoundWordConfig
from psychoscore_compound_word.tokenizer import CompoundWordTokenizer
from psychoscore_core.errors import DataError
from psychoscore_notes.plugin import NotesConfig
from psychoscore_notes.tokenizer import NotesTokenizer
from psychoscore_pop909.dataset import Pop909
from psychoscore_pop909.plugin import Pop909Config
from psychoscore_remi.plugin import RemiConfig
from psychoscore_remi.tokenizer import RemiTokenizer

# The grids of both forms, made equal: sixteenths, and the same 32 lengths.
NOTES = {"positions": 4, "longest": 16, "velocities": 32}
REMI = {"positions": 4, "durations": ((4, 1), (8, 2), (16, 4)), "velocities": 32, "chords": False}
SPLITS = ("train", "validation")
DONE = "whole"  # the file that says that all songs are written


def write_corpus(data: Path, target: Path) -> None:
    """Write train/ and validation/, one MIDI file a piece, by the split of the datasets; once."""
    if (target / DONE).exists():
        return
    for split in SPLITS:
        (target / split).mkdir(parents=True, exist_ok=True)
    keys = {name: dataset(name, data).keys() for name in ("pop909", "jsb")}
    tasks = [(str(data), name, key, str(target)) for name, of in keys.items() for key in of]
    with ProcessPoolExecutor(max_workers=1) as pool:  # a crash of a parser costs no more than this process
        lost = [fault for fault in pool.map(write_song, *zip(*tasks, strict=True), chunksize=16) if fault]
    for fault in lost:
        print(f"left out: {fault}")
    (target / DONE).touch()


@cache
def dataset(name: str, data: Path) -> Pop909 | Chorales:
    """Return a dataset with its default options."""
    if name == "pop909":
        return Pop909(Pop909Config(path=data / "pop909"))
    return Chorales(ChoralesConfig(path=data / "jsb_chorales"))


def write_song(data: str, name: str, key: str, target: str) -> str:
    """Write the pieces of one song; return why it was left out, or ""."""
    try:
        pieces = dataset(name, Path(data)).load(key)
        for number, piece in enumerate(pieces):
            if piece.split in SPLITS:
                path = Path(target) / piece.split / f"{name}-{key.replace('/', '-')}-{number}.mid"
                canonical(piece.score).dump_midi(path)
    except (DataError, ValueError) as error:
        return f"{name} {key}: {error}"
    return ""


@cache
def forms() -> tuple[NotesTokenizer, RemiTokenizer, CompoundWordTokenizer]:
    """Return the tokenizers, without prefix."""
    words = CompoundWordTokenizer(CompoundWordConfig(**NOTES, chords=False))
    return NotesTokenizer(NotesConfig(**NOTES)), RemiTokenizer(RemiConfig(**REMI)), words


def canonical(score: Score) -> Score:
    """Return the score as all forms say it; raises ValueError where they still differ."""
    notes, remi, words = forms()
    plain = notes.decode(notes.encode(_one_voice(score)).rows)
    plain = remi.decode(remi.encode(plain).rows)
    scale = plain.tpq / score.tpq
    for sign in score.key_signatures:
        plain.key_signatures.append(KeySignature(round(sign.time * scale), sign.key, sign.tonality))
    for marker in score.markers:
        plain.markers.append(TextMeta(round(marker.time * scale), marker.text))
    if any(said(form.decode(form.encode(plain).rows)) != said(plain) for form in (notes, words)):
        raise ValueError("the forms do not say the same")
    return plain


def _one_voice(score: Score) -> Score:
    plain = score.to("tick").copy()
    piano = Track("Piano", 0, is_drum=False)
    for track in plain.tracks:
        if not track.is_drum:
            piano.notes.extend(track.notes)
    plain.tracks = [piano]
    tempos = [tempo.qpm for tempo in plain.tempos]
    plain.tempos = [Tempo(0, float(np.median(tempos)) if tempos else 120.0)]
    return plain


def said(score: Score) -> set[tuple[int, int, int, int]]:
    """Return the notes as (onset, length in sixteenths, pitch, velocity bin): what the forms must agree on."""
    sixteenth = score.tpq / 4
    bins = 127 / NOTES["velocities"]
    return {
        (round(n.start / sixteenth), round(n.duration / sixteenth), n.pitch, int((n.velocity - 1.5) // bins))
        for n in _notes(score)
    }


def _notes(score: Score) -> Iterator:
    return (note for track in score.tracks for note in track.notes)
