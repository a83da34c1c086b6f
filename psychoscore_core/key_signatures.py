"""Keys and modes as MIDI can write them."""

from __future__ import annotations

from psychoscore_core.records import KEYS, SCALES


def key_signature(key: str, mode: str) -> tuple[int, int]:
    """Return a key and mode as MIDI can say them: sharps (flats below 0), and 1 for minor or 0 for major.

    MIDI knows no modes. The key note and the third are kept, so D Dorian is written as D minor; where that takes more
    than seven flats, the enharmonic key is taken.
    """
    minor = 3 in SCALES[mode]
    sharps = (KEYS.index(key) * 7 + 6) % 12 - 6 - 3 * minor  # of the major key: C 0, G 1, F -1, ... Gb -6
    return (sharps + 12 if sharps < -7 else sharps), int(minor)
