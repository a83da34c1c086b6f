"""The helper process: same results, and nothing that happens in it reaches the caller but as an error."""

import os
import sys
import time

import pytest

from psychoscore_core.errors import MidiError
from psychoscore_midi.isolation import Helper, _helper
from psychoscore_midi.reading import read_midi_bytes

CRASH, HANG = "import os; os.abort()", "import time; time.sleep(60)"


def test_the_helper_gives_the_score_that_parsing_here_gives(midi):
    remarks = []
    apart = read_midi_bytes(midi(layout=2) + b"garbage!", remarks=remarks)
    assert apart == read_midi_bytes(midi(layout=2), isolate=False)
    assert remarks == ["bytes after the last track were left out"]


def test_an_error_in_the_helper_is_the_same_error():
    with pytest.raises(MidiError, match=r"^x.mid: the file is empty$"):
        read_midi_bytes(b"", "x.mid")


def test_the_helper_starts_again_after_it_was_killed(midi):
    read_midi_bytes(midi())
    first = _helper(os.getpid())._process
    first.kill()
    first.wait()
    assert read_midi_bytes(midi()).note_num() == 1
    assert _helper(os.getpid())._process.pid != first.pid


def test_a_crash_is_an_error():
    helper = Helper((sys.executable, "-c", CRASH))
    with pytest.raises(MidiError, match="the parser crashed on it"):
        helper.ask(b"anything" * 100_000, 20.0)


def test_a_hang_is_an_error_and_ends():
    helper, start = Helper((sys.executable, "-c", HANG)), time.perf_counter()
    with pytest.raises(MidiError, match=r"the parser gave no answer within 0.3 s"):
        helper.ask(b"anything" * 100_000, 0.3)
    assert time.perf_counter() - start < 5
    assert helper._process is None


def test_a_helper_that_talks_nonsense_is_an_error():
    helper = Helper((sys.executable, "-c", "print('x' * 100)"))
    with pytest.raises(MidiError, match="the parser crashed on it"):
        helper.ask(b"", 20.0)
