from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from symusic import Note, Pedal, Score, Tempo, TimeSignature, Track

from psychoscore_midi_llm.plugin import MidiLlmConfig
from psychoscore_midi_llm.tokenizer import MidiLlmTokenizer

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
PREFIX = ("DISC_D:0.8", "KEY_Db", "TEMPO_120")


@pytest.fixture(scope="session")
def piano() -> MidiLlmTokenizer:
    return MidiLlmTokenizer(MidiLlmConfig(), prefix_tokens=PREFIX)


@pytest.fixture(scope="session")
def band() -> MidiLlmTokenizer:
    return MidiLlmTokenizer(MidiLlmConfig(instruments="band"), prefix_tokens=PREFIX)


@pytest.fixture(scope="session")
def words() -> Callable[..., list[str]]:
    """The words of a score's music, the end included, or those of ids."""

    def read(tokenizer: MidiLlmTokenizer, score: Score) -> list[str]:
        texts, encoded = tokenizer.vocabulary.families[0].tokens, tokenizer.encode(score)
        return [texts[token] for token in encoded.rows[encoded.prefix_length :, 0]]

    return read


@pytest.fixture(scope="session")
def ids() -> Callable[..., list[int]]:
    def find(tokenizer: MidiLlmTokenizer, text: str) -> list[int]:
        return [tokenizer.vocabulary.families[0].tokens.index(word) for word in text.split()]

    return find


@pytest.fixture(scope="session")
def make() -> Callable[..., Score]:
    """A score of (onset, duration, pitch, velocity) in milliseconds at 120 quarters a minute."""

    def score(*notes, program=0, drums=False, tempos=(), signature=None, pedals=()) -> Score:
        made = Score(500)
        track = Track(program=program, is_drum=drums)
        for note in notes:
            track.notes.append(Note(*note))
        for pedal in pedals:
            track.pedals.append(Pedal(*pedal))
        made.tracks.append(track)
        for tempo in tempos:
            made.tempos.append(Tempo(*tempo))
        if signature:
            made.time_signatures.append(TimeSignature(0, *signature))
        return made

    return score


@pytest.fixture(scope="session")
def files() -> Callable[..., list[Path]]:
    """Every MIDI file below a corpus folder, in a fixed order; skips where the corpora are absent."""

    def find(folder: str) -> list[Path]:
        if not (DATA / folder).is_dir():
            pytest.skip(f"no corpus at {DATA / folder}")
        return sorted(path for path in (DATA / folder).rglob("*") if path.suffix in (".mid", ".midi"))

    return find
