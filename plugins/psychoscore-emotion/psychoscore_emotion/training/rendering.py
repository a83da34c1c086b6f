"""Labelled MIDI becomes rows of features: psychoscore-audio's synthesizer plays an excerpt of each clip."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from psychoscore_audio.cutting import cut
from psychoscore_audio.mixing import mix
from psychoscore_audio.sounds import Sounds
from psychoscore_core.report import Report
from psychoscore_core.whole_files import replacing
from psychoscore_emopia.evidence import dominance_of, extraversion_of
from psychoscore_emotion.features import features_of
from psychoscore_emotion.names import FEATURES, RATE

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

SECONDS = 20.0
VERSION = 2  # raised when the same clip sounds otherwise
GAIN = 4.0  # +12 dB: a piano at velocity 64 then peaks near -10 dBFS, as recordings do


@frozen(kw_only=True)
class Clip:
    """What one labelled clip taught: its rows (rows, 128) float16, and its labels.

    valence, arousal: in [-1, 1]. quadrant: 1 to 4. dominance, extraversion: from the notes, as in EMOPIA's profiles.
    """

    id: str
    corpus: str
    split: str
    group: str
    quadrant: int
    valence: float
    arousal: float
    dominance: float
    extraversion: float
    rows: np.ndarray


def clips(dataset: Any, corpus: str, soundfont: Path, cache: Path, report: Report, workers: int = 1) -> list[Clip]:
    """Return every clip of a dataset of labelled pieces, from the cache where it has been rendered before."""
    cache.mkdir(parents=True, exist_ok=True)
    keys = list(dataset.keys())
    played = hashlib.sha256(soundfont.read_bytes() + f"{VERSION} {SECONDS} {GAIN} {FEATURES}".encode()).hexdigest()[:8]
    jobs = [(dataset, key, cache / f"{corpus}-{_safe(key)}-{played}.npy", soundfont) for key in keys]
    found: list[Clip] = []
    with ProcessPoolExecutor(workers) as pool:
        for done, made in enumerate(pool.map(_clip, jobs, chunksize=8)):
            report.progress(f"rendering {corpus}", done + 1, len(jobs))
            if isinstance(made, str):
                report.remark(made)
            else:
                found.append(Clip(corpus=corpus, **made))
    return found


def _safe(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _clip(job: tuple[Any, str, Path, Path]) -> Mapping[str, Any] | str:
    """Return a clip's fields; or why there is none."""
    from psychoscore_core.errors import DataError

    dataset, key, path, soundfont = job
    try:
        piece = dataset.load(key)[0]
    except DataError as error:
        return f"left out: {error}"
    if not path.is_file():
        with replacing(path) as part, part.open("wb") as file:
            np.save(file, features_of(sound_of(piece.score, soundfont)).astype(np.float16))
    labels = {name: piece.labels[name] for name in ("quadrant", "valence", "arousal")}
    heard = {"dominance": dominance_of(piece.score), "extraversion": extraversion_of(piece.score)}
    return {"id": piece.id, "split": piece.split, "group": piece.group, "rows": np.load(path), **labels, **heard}


def sound_of(score: Score, soundfont: Path, seconds: float = SECONDS) -> np.ndarray:
    """Return the first seconds of a score's music, from its first note, as mono sound at 22,050 Hz."""
    start = min(int(track.notes.numpy()["time"].min()) for track in score.tracks if len(track.notes))
    piece = cut(score.shift_time(-start), 0.5, seconds)
    sounds = Sounds(str(soundfont), RATE)
    blocks = [block.mean(axis=1) for block in mix(piece.score, sounds, piece.seconds)]
    return np.clip(np.concatenate(blocks) * GAIN, -1.0, 1.0)


def labelled(emopia: Path, vgmidi: Path | None) -> Iterator[tuple[str, Any]]:
    """Yield the corpora as datasets: EMOPIA's performances, with the players' touch, and VGMIDI's rated pieces."""
    from psychoscore_emopia.dataset import Emopia
    from psychoscore_emopia.plugin import EmopiaConfig

    yield "emopia", Emopia(EmopiaConfig(path=emopia, version="performance"))
    if vgmidi:
        from psychoscore_vgmidi.dataset import Vgmidi
        from psychoscore_vgmidi.plugin import VgmidiConfig

        yield "vgmidi", Vgmidi(VgmidiConfig(path=vgmidi))
