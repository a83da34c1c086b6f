"""Keys and modes as MIDI can write them."""

from __future__ import annotations

import pytest

from psychoscore_core.key_signatures import key_signature
from psychoscore_core.records import KEYS, MODES


@pytest.mark.parametrize(
    ("key", "mode", "signature"),
    [
        ("C", "Ionian", (0, 0)),
        ("D", "Dorian", (-1, 1)),
        ("Gb", "Ionian", (-6, 0)),
        ("Gb", "Aeolian", (3, 1)),
        ("B", "Lydian", (5, 0)),
        ("Ab", "Aeolian", (-7, 1)),
    ],
)
def test_a_mode_is_written_as_its_major_or_minor_key(key, mode, signature):
    assert key_signature(key, mode) == signature


def test_every_key_and_mode_has_a_signature_that_midi_knows():
    assert all(-7 <= key_signature(key, mode)[0] <= 7 for key in KEYS for mode in MODES)
