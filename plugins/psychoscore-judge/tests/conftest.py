"""A small corpus whose quadrants can be heard, a judge fitted on it, and where the real one lies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from symusic import Note, Score, Tempo, TimeSignature, Track

from psychoscore_judge.judge import Judge

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "emopia" / "EMOPIA_2.2"
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
SONGS, CLIPS = 6, 2  # a quadrant, a song


def composed(quadrant: int, seed: int = 0, bars: int = 8, flat: bool = False, shift: int = 0) -> Score:
    """Return a piece in 4/4: Q1 and Q2 fast and loud, Q1 and Q4 in major."""
    random = np.random.default_rng(seed * 10 + quadrant)
    fast, scale = quadrant in (1, 2), MAJOR if quadrant in (1, 4) else MINOR
    score, track = Score(480), Track("piano", 0, False)
    score.time_signatures.append(TimeSignature(0, 4, 4))
    score.tempos.append(Tempo(0, 140 if fast else 70))
    tonic = int(random.integers(55, 62)) + shift
    step = 240 if fast else 960
    for time in range(0, bars * 1920, step):
        velocity = 70 if flat else int(random.integers(80, 110) if fast else random.integers(35, 55))
        degrees = (0, 2, 4) if time % 1920 == 0 else (int(random.integers(7)),)
        track.notes.extend([Note(time, step, tonic + scale[degree], velocity) for degree in degrees])
    score.tracks.append(track)
    return score


def write_corpus(folder: Path) -> Path:
    """Write 4 quadrants of 6 songs of 2 clips, beat-aligned and as performances; returns EMOPIA_2.2."""
    for place in ("EMOPIA_2.2/midis", "beat_midi"):
        (folder / place).mkdir(parents=True)
        for quadrant in range(1, 5):
            for clip in range(SONGS * CLIPS):
                name = f"Q{quadrant}_song{quadrant}{clip // CLIPS}_{clip % CLIPS}.mid"
                composed(quadrant, clip).dump_midi(folder / place / name)
    split = folder / "EMOPIA_2.2" / "split"
    split.mkdir()
    names = sorted(path.stem for path in (folder / "beat_midi").iterdir())
    (split / "train.csv").write_text("\n".join(["clip", *names]))
    return folder / "EMOPIA_2.2"


@pytest.fixture(scope="session")
def piece() -> Callable[..., Score]:
    return composed


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def judge(corpus: Path, cache: Path) -> Judge:
    return Judge.fit(corpus, cache)


@pytest.fixture(scope="session")
def real() -> Path:
    if not REAL.is_dir():
        pytest.skip(f"no corpora at {REAL}")
    return REAL
