import numpy as np
import pytest
from symusic import Score

from psychoscore_core.errors import MidiError
from psychoscore_remi.notes import in_token_order, read_notes

reading = pytest.importorskip("psychoscore_midi.reading", reason="psychoscore-midi is not installed")
pytestmark = pytest.mark.corpus
CORPORA = (
    "emopia/EMOPIA_2.2", "emopia/beat_midi", "vgmidi", "pop909/POP909", "pop909/POP909_CL",
    "jsb_chorales", "groove", "multitrack", "robustness",
)  # fmt: skip
COLUMNS = ("rank", "onset", "duration", "pitch", "velocity")


def columns(notes):
    return [getattr(notes, name).tolist() for name in COLUMNS]


def check_file(remi, path):
    try:
        score = reading.read_midi(path, isolate=False)
    except MidiError:
        return
    encoded = remi.encode(score)
    decoded = remi.decode(encoded.rows)
    check_equal_on_the_grid(remi, score, decoded)
    check_like_miditok(remi, encoded, decoded)
    written = in_token_order(read_notes(Score.from_midi(decoded.dumps_midi())))
    assert columns(written) == columns(in_token_order(read_notes(decoded)))
    assert np.array_equal(remi.encode(decoded).rows, encoded.rows)
    grammar = remi.grammar(int(encoded.bars[-1]) + 1)
    for row in encoded.rows[encoded.prefix_length :].tolist():
        grammar.push(row)
    assert grammar.finished


def check_equal_on_the_grid(remi, score, decoded):
    music, grid = remi.normalise(score), remi._grid
    assert columns(in_token_order(read_notes(decoded))) == columns(music.notes)
    stretches = zip(music.meter.start.tolist(), music.meter.signature.tolist(), strict=True)
    signatures = [(s.time, s.numerator, s.denominator) for s in decoded.time_signatures]
    assert signatures == [(start, *grid.signatures[signature]) for start, signature in stretches]
    assert [(t.time, round(t.qpm, 1)) for t in decoded.tempos] == [(t, grid.tempos[b]) for t, b in music.tempos]
    check_every_note_is_near_its_source(score, music, grid)


def check_every_note_is_near_its_source(score, music, grid):
    """Independent of the normalisation's own arithmetic: no note moves by more than half a position."""
    source = read_notes(score)
    for rank, pitch in {(int(r), int(p)) for r, p in zip(music.notes.rank, music.notes.pitch, strict=True)}:
        there = np.sort(source.onset[(source.rank == rank) & (source.pitch == pitch)]) * grid.tpq / score.tpq
        here = music.notes.onset[(music.notes.rank == rank) & (music.notes.pitch == pitch)]
        assert np.abs(here[:, None] - there).min(axis=1).max() <= grid.step.max() / 2
        kept = there[there < music.meter.end - 1]
        assert np.abs(kept[:, None] - here).min(axis=1, initial=np.inf).max(initial=0) <= grid.step.max() / 2


def check_like_miditok(remi, encoded, decoded):
    theirs = remi._full.decode(encoded.rows[encoded.prefix_length : -1, 0].tolist())
    assert columns(in_token_order(read_notes(theirs))) == columns(in_token_order(read_notes(decoded)))
    assert theirs.time_signatures == decoded.time_signatures
    assert [t.mspq for t in theirs.tempos] == [t.mspq for t in decoded.tempos]


@pytest.mark.parametrize("corpus", CORPORA)
def test_a_sample_of_the_corpus_comes_back(remi, files, corpus):
    found = files(corpus)
    for path in found[:: max(len(found) // 6, 1)]:
        check_file(remi, path)


@pytest.mark.long
@pytest.mark.parametrize("corpus", CORPORA)
def test_every_file_of_the_corpus_comes_back(remi, files, corpus):
    for path in files(corpus):
        check_file(remi, path)
