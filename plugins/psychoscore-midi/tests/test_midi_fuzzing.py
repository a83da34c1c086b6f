"""Thousands of damaged files: each is a score or one MidiError, and the parser survives them all."""

import json
import random
import subprocess
import sys

import pytest

from psychoscore_core.errors import MidiError
from psychoscore_midi.exporting import midi_bytes
from psychoscore_midi.reading import read_midi, read_midi_bytes

# Repaired where both parsers refuse: a RIFF wrapper is no fault of the music in it.
REPAIRED = {"synthetic_malformed/riff_rmid.mid"}
EACH = """
import sys
from psychoscore_midi.reading import read_midi
from psychoscore_core.errors import MidiError
for path in sys.stdin.read().split(chr(0)):
    try:
        print("ok", "notes=%d" % read_midi(path, isolate=False).note_num())
    except MidiError as error:
        print("ERR", error)
"""


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return data with one to eight bytes flipped, overwritten, removed, doubled, or everything after them lost."""
    body = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        at, what = rng.randrange(len(body)), rng.randrange(6)
        if what == 0:
            body[at] ^= 1 << rng.randrange(8)
        elif what == 1:
            body[at] = rng.choice((0x00, 0x7F, 0x80, 0xF0, 0xF7, 0xFF, rng.randrange(256)))
        elif what == 2:
            del body[at : at + rng.randint(1, 4)]
        elif what == 3:
            body[at:at] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 4)))
        elif what == 4:
            body[at:at] = body[at : at + rng.randint(1, 32)]
        elif rng.random() < 0.2:
            del body[max(at, 20) :]
    return bytes(body)


def fuzz(data: bytes, count: int, seed: int) -> tuple[int, int]:
    """Return how many mutants were read and how many refused; a crash or a hang raises."""
    rng, read, refused = random.Random(seed), 0, 0
    for _ in range(count):
        mutant = mutated(data, rng)
        try:
            score = read_midi_bytes(mutant, "mutant.mid", timeout=10.0)
            read += score.dumps_midi()[:4] == b"MThd"
        except MidiError as error:
            assert "crashed" not in str(error), mutant.hex()
            assert "no answer" not in str(error), mutant.hex()
            assert "\n" not in str(error)
            refused += 1
    return read, refused


def test_a_few_hundred_mutants_of_a_written_file(make_take):
    read, refused = fuzz(midi_bytes(make_take().score, "toy"), 400, seed=1)
    assert read + refused == 400
    assert read > 20
    assert refused > 20


@pytest.mark.corpus
def test_every_malformed_file_is_what_the_reference_parser_found(corpora):
    root = corpora / "robustness"
    expected = json.loads((root / "parser_outcomes.json").read_text("utf-8"))
    paths = "\0".join(str(root / name) for name in expected)
    done = subprocess.run([sys.executable, "-c", EACH], input=paths, text=True, capture_output=True, check=True)
    found = dict(zip(expected, done.stdout.splitlines(), strict=True))
    for name in expected.keys() - REPAIRED:
        wanted = expected[name]["symusic"]
        assert found[name] == wanted or found[name][:3] == wanted[:3] == "ERR", name
    assert all(found[name].startswith("ok notes=") for name in REPAIRED)


@pytest.mark.corpus
def test_isolation_changes_no_outcome(corpora):
    for path in sorted((corpora / "robustness" / "synthetic_malformed").glob("*.mid")):
        outcomes = []
        for isolate in (True, False):
            try:
                outcomes.append(read_midi(path, isolate=isolate))
            except MidiError as error:
                outcomes.append(str(error))
        assert outcomes[0] == outcomes[1], path.name


@pytest.mark.long
@pytest.mark.corpus
def test_thousands_of_mutants_of_real_files(corpora):
    files = ("pop909/POP909/001/001.mid", "emopia/beat_midi/Q1_0vLPYiPN7qY_1.mid", "robustness/pretty_midi/example.mid")
    for seed, name in enumerate(files):
        read, refused = fuzz((corpora / name).read_bytes(), 2000, seed)
        assert min(read, refused) > 50
