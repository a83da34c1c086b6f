from collections.abc import Callable
from pathlib import Path

import pytest
from symusic import Note, Score, TimeSignature, Track

from psychoscore_remi.plugin import RemiConfig
from psychoscore_remi.tokenizer import RemiTokenizer

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
PREFIX = ("DISC_D:0.8", "RSI_SYMBOLIC_DOM", "BIAS_SOCIAL_PROOF", "ISING_SPIN:+", "KEY_Db", "MODE_Lydian", "TEMPO_120")


@pytest.fixture(scope="session")
def prefix() -> tuple[str, ...]:
    return PREFIX


@pytest.fixture(scope="session")
def remi() -> RemiTokenizer:
    return RemiTokenizer(RemiConfig(), prefix_tokens=PREFIX)


@pytest.fixture(scope="session")
def text(remi: RemiTokenizer) -> Callable[..., list[str]]:
    """The token texts of encoded music."""
    names = remi.vocabulary.families[0].tokens
    return lambda encoded: [names[token] for token in encoded.rows[encoded.prefix_length :, 0]]


@pytest.fixture(scope="session")
def make() -> Callable[..., Score]:
    """A score of (onset, duration, pitch) notes in ticks of a 480th quarter, one track a program, -1 for drums."""

    def score(*notes: tuple[int, int, int], program: int = 0, signature: tuple[int, int] | None = None) -> Score:
        made = Score(480)
        track = Track(program=max(program, 0), is_drum=program < 0)
        for onset, duration, pitch in notes:
            track.notes.append(Note(onset, duration, pitch, 64))
        made.tracks.append(track)
        if signature:
            made.time_signatures.append(TimeSignature(0, *signature))
        return made

    return score


@pytest.fixture(scope="session")
def files() -> Callable[..., list[Path]]:
    """Every n-th MIDI file below a corpus folder, in a fixed order; skips where the corpora are absent."""

    def find(folder: str, every: int = 1) -> list[Path]:
        if not (DATA / folder).is_dir():
            pytest.skip(f"no corpus at {DATA / folder}")
        return sorted(path for path in (DATA / folder).rglob("*") if path.suffix in (".mid", ".midi"))[::every]

    return find
