"""Notes sound at their pitch whatever says which key a sample was recorded at."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from psychoscore_audio.root_keys import in_tune
from psychoscore_audio.sounds import Sounds

sine_soundfont = runpy.run_path(str(Path(__file__).with_name("sine_soundfont.py")))["sine_soundfont"]
RATE = 22050


@pytest.fixture
def played(tmp_path):
    def hertz(pitch, **options):
        (tmp_path / "s.sf2").write_bytes(sine_soundfont(**options))
        sound = Sounds(str(tmp_path / "s.sf2"), RATE).note(0, False, pitch, 100, 1.0, 1.0)[0, 2000:14000]
        return np.abs(np.fft.rfft(sound, 1 << 17)).argmax() * RATE / (1 << 17)

    return hertz


@pytest.mark.parametrize("pitch", [48, 60, 81])
@pytest.mark.parametrize(
    "options",
    [{}, {"header": 50, "zone": 69}, {"header": 50, "common": 69}, {"header": 50, "common": 40, "zone": 69}],
    ids=["header", "zone", "global zone", "zone before global zone"],
)
def test_a_note_sounds_at_its_pitch(played, pitch, options):
    assert played(pitch, **options) == pytest.approx(440 * 2 ** ((pitch - 69) / 12), rel=2e-3)


def test_a_soundfont_that_is_in_tune_stays_as_it_is():
    assert in_tune(sine_soundfont()) is None and in_tune(sine_soundfont(zone=69)) is None


def test_zones_of_one_key_share_a_header():
    data = sine_soundfont(header=50, zone=69)
    tuned = b"".join(in_tune(data))
    assert len(tuned) == len(data) + 46 == 8 + int.from_bytes(tuned[4:8], "little")


def test_what_is_no_key_is_not_taken():
    assert in_tune(sine_soundfont(zone=128)) is None


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        (lambda data: data[:-100], "a chunk of the soundfont is longer than what holds it"),
        (lambda data: data.replace(b"pdta", b"xxxx"), "the soundfont has no list of presets"),
        (lambda data: data.replace(b"shdr", b"xxxx"), "the soundfont's lists do not fit each other"),
    ],
)
def test_a_damaged_soundfont_is_one_line(cut, message):
    with pytest.raises(ValueError, match=message):
        in_tune(cut(sine_soundfont(header=50, zone=69)))


@pytest.mark.parametrize("seed", range(30))
def test_any_damage_is_a_value_error_or_a_soundfont(seed):
    draw, data = np.random.default_rng(seed), bytearray(sine_soundfont(header=50, zone=69))
    start = data.index(b"pdta")
    for place in draw.integers(start, len(data), 20):
        data[place] = draw.integers(0, 256)
    try:
        found = in_tune(bytes(data))
        assert found is None or b"".join(found).startswith(b"RIFF")
    except ValueError as error:
        assert "\n" not in str(error)
