"""WAV files of every kind become the same sound; what is none is one line."""

import struct

import numpy as np
import pytest

from psychoscore_audio.sound_files import PIECE, Resampler, mono, opened, pieces
from psychoscore_core.errors import DataError


@pytest.fixture
def sine():
    return lambda rate, seconds=1.0: 0.5 * np.sin(2 * np.pi * 440 * np.arange(int(rate * seconds)) / rate)


def read(path, seconds=60.0):
    return np.concatenate(list(pieces(path, seconds, 22050)))


@pytest.mark.parametrize("kind", ["uint8", "int16", "int24", "int32", "float32", "float64"])
@pytest.mark.parametrize("extensible", [False, True])
def test_every_width_is_read(kind, extensible, sine, make_wav):
    sound = read(make_wav("a.wav", sine(22050), 22050, kind=kind, extensible=extensible))
    assert np.abs(sound - sine(22050)).max() < (0.01 if kind == "uint8" else 1e-4)


@pytest.mark.parametrize("rate", [8000, 11025, 32000, 44100, 48000, 96000, 44101])
def test_every_rate_becomes_22050(rate, sine, make_wav):
    sound = read(make_wav("a.wav", sine(rate), rate, kind="float64"))
    assert len(sound) in (22049, 22050)
    assert np.abs(sound - sine(22050)[: len(sound)])[300:-300].max() < 1e-4


def test_what_22050_cannot_hold_is_left_out(make_wav):
    high = 0.5 * np.sin(2 * np.pi * 16000 * np.arange(48000) / 48000)
    assert np.abs(read(make_wav("a.wav", high, 48000))[300:-300]).max() < 1e-3


def test_channels_are_mixed(sine, make_wav):
    both = np.stack([sine(22050), -sine(22050), np.full(22050, 0.3)], axis=1)
    assert read(make_wav("a.wav", both, 22050)) == pytest.approx(0.1, abs=1e-3)


def test_resampling_in_pieces_is_resampling_whole(sine):
    sound, draw = sine(48000), np.random.default_rng(0)
    whole, parts = Resampler(48000, 22050), Resampler(48000, 22050)
    wanted = np.concatenate([whole.push(sound), whole.end()])
    cuts = np.split(sound, np.sort(draw.integers(0, len(sound), 50)))
    found = np.concatenate([*(parts.push(cut) for cut in cuts), parts.end()])
    assert np.abs(found - wanted).max() < 1e-9


def test_no_more_is_read_than_is_asked_for(sine, make_wav):
    path = make_wav("a.wav", sine(8000, 120), 8000)
    assert len(read(path, 3.0)) == 3 * 22050
    assert max(len(piece) for piece in pieces(path, 60.0, 22050)) <= PIECE * 22050


def test_many_channels_come_in_short_pieces(make_wav):
    path = make_wav("a.wav", np.zeros((40000, 256)), 22050)
    assert [len(piece) for piece in pieces(path, 60.0, 22050)] == [16384, 16384, 7232, 0]


def test_numbers_that_are_none_are_silence(make_wav):
    sound = np.array([np.nan, np.inf, -np.inf, 0.5] * 1000)
    assert set(read(make_wav("a.wav", sound, 22050, kind="float32"))) == {0.0, 0.5}


def broken(good):
    """Return files that are none, by name."""
    form = good[12:36]
    return {
        "empty": b"",
        "text": b"this is no sound at all",
        "header alone": good[:12],
        "cut in its format": good[:30],
        "no data": b"RIFF" + struct.pack("<I", 28) + b"WAVE" + form,
        "no frames": good[:40] + bytes(4),
        "no channels": good[:22] + b"\0\0" + good[24:],
        "65 bits": good[:34] + b"\x41\0" + good[36:],
        "another coding": good[:20] + b"\x55\0" + good[22:],
        "rate 0": good[:24] + bytes(4) + good[28:],
        "rate 4 billion": good[:24] + b"\xff\xff\xff\xff" + good[28:],
        "compressed": b"OggS" + good[4:],
    }


@pytest.mark.parametrize("name", broken(bytes(44)))
def test_what_is_no_sound_is_one_line(name, sine, make_wav):
    path = make_wav("a.wav", sine(22050), 22050)
    path.write_bytes(broken(path.read_bytes())[name])
    with pytest.raises(DataError, match=r"^/[^\n]*a\.wav: [^\n]+$"):
        read(path)


def test_a_data_chunk_that_promises_too_much_is_one_line_or_what_is_there(sine, make_wav):
    path = make_wav("a.wav", sine(22050), 22050)
    data = path.read_bytes()
    path.write_bytes(data[:40] + b"\xf0\xff\xff\x7f" + data[44:])
    try:
        assert len(read(path)) <= 22050
    except DataError as error:
        assert "a.wav: " in str(error) and "\n" not in str(error)


def test_a_missing_file_and_a_folder_are_one_line(tmp_path):
    with pytest.raises(DataError, match=r"none\.wav: No such file or directory$"):
        read(tmp_path / "none.wav")
    with pytest.raises(DataError, match="Is a directory$"):
        read(tmp_path)


@pytest.mark.parametrize("seed", range(20))
def test_random_damage_is_an_error_or_sound(seed, sine, make_wav):
    path, draw = make_wav("a.wav", sine(22050), 22050, kind="int24"), np.random.default_rng(seed)
    data = bytearray(path.read_bytes())
    for place in draw.integers(0, 48, 4):
        data[place] = int(draw.integers(0, 256))
    path.write_bytes(data)
    try:
        assert np.isfinite(read(path)).all()
    except DataError as error:
        assert "\n" not in str(error)


def strictly(path):
    return np.concatenate(list(mono(opened(path, strict=True), 16000, strict=True)))


def test_a_strict_reading_of_a_whole_file_is_that_of_any(sine, make_wav):
    path = make_wav("a.wav", sine(16000), 16000)
    assert np.array_equal(strictly(path), np.concatenate(list(pieces(path, 60.0, 16000))))


@pytest.mark.parametrize("kind", ["uint8", "int16", "float32"])
def test_a_file_that_is_cut_off_is_refused_where_it_matters(kind, sine, make_wav):
    path = make_wav("a.wav", sine(16000), 16000, kind=kind)
    path.write_bytes(path.read_bytes()[:-4000])
    with pytest.raises(DataError, match=r"a\.wav: the file is cut off: it says that it holds more sound than it does$"):
        strictly(path)


def test_numbers_that_are_none_are_refused_where_it_matters(make_wav):
    path = make_wav("a.wav", np.array([0.5, np.nan] * 1000), 16000, kind="float32")
    with pytest.raises(DataError, match=r"a\.wav: holds numbers that are not finite \(NaN or infinite\)$"):
        strictly(path)
