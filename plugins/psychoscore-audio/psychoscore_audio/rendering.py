"""Render a score to a WAV file: cut it, let an engine play it, write what it played."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from psychoscore_audio.cutting import Piece, cut
from psychoscore_audio.engines import Job, choose_engine, play
from psychoscore_audio.plugin import AudioConfig
from psychoscore_audio.waveform import Shape, write_wav
from psychoscore_core.whole_files import replacing

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any


@frozen(kw_only=True)
class Rendered:
    """A WAV file that was written: its path, and one sentence on what is in it."""

    path: Path
    summary: str


def render(score: Score, path: Path, soundfont: Path, config: AudioConfig) -> Rendered:
    """Write the score, in ticks, to a WAV file in an existing folder; it is whole or absent.

    The same score, soundfont, engine and options give the same bytes. Memory does not grow with the length; the sound
    passes through a temporary file. Raises RunError where there is no engine, or where it fails.
    """
    engine = choose_engine(config.engine)
    piece = cut(score, config.tail, config.seconds)
    with tempfile.TemporaryDirectory(prefix="psychoscore-audio-") as scratch:
        midi, raw = Path(scratch) / "score.mid", Path(scratch) / "sound.raw"
        midi.write_bytes(piece.score.dumps_midi())
        job = Job(
            soundfont=soundfont,
            midi=midi,
            output=raw,
            sample_rate=config.sample_rate,
            seconds=piece.seconds,
            timeout=config.timeout,
        )
        play(engine, job)
        with replacing(path) as part:
            peak = write_wav(raw, part, _shape(piece, config))
    return Rendered(path=path, summary=_summary(piece, peak, f"{engine} with {soundfont.name}"))


def _shape(piece: Piece, config: AudioConfig) -> Shape:
    frames = round(piece.seconds * config.sample_rate)
    return Shape(
        frames=frames,
        sample_rate=config.sample_rate,
        channels=config.channels,
        peak=config.peak,
        normalise=config.normalise,
    )


def _summary(piece: Piece, peak: float, player: str) -> str:
    length = f"{piece.seconds:.1f} s, {player}"
    if piece.is_cut:
        length += f"; cut from {piece.whole:.0f} s"
    silent = not peak and piece.score.note_num()
    return length + ("; silent: the soundfont has no sound for these instruments" if silent else "")
