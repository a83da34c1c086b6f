"""What becomes of well-formed, odd, damaged and hostile files."""

import os
import struct

import pytest

from psychoscore_core.errors import MidiError
from psychoscore_midi.reading import read_midi, read_midi_bytes

NOTE, END = b"\x00\x90\x3c\x40\x83\x60\x80\x3c\x40", b"\x00\xff\x2f\x00"
LATE = b"\xff\xff\xff\x7f\x90\x3c\x40\x60\x80\x3c\x40"  # after the longest delta time there is
TEMPO_0 = b"\x00\xff\x51\x03\x00\x00\x00"
METER_0 = b"\x00\xff\x58\x04\x00\x02\x18\x08"
LONG_NOTE = b"\x00\x90\x3c\x40\x8f\xff\x00\x80\x3c\x40"  # 262,016 ticks


def read(data, remarks=None):
    return read_midi_bytes(data, "x.mid", isolate=False, remarks=remarks)


def notes_of(score):
    return [(n.time, n.duration, n.pitch, n.velocity) for track in score.tracks for n in track.notes]


def test_a_sound_file_is_read_without_remarks(midi):
    remarks = []
    assert notes_of(read(midi(), remarks)) == [(0, 480, 60, 64)]
    assert remarks == []


def test_the_defaults_of_the_standard_are_spelt_out(midi):
    score = read(midi())
    assert [(t.time, t.qpm) for t in score.tempos] == [(0, 120.0)]
    assert [(s.time, s.numerator, s.denominator) for s in score.time_signatures] == [(0, 4, 4)]


@pytest.mark.parametrize(
    ("track", "remark"),
    [
        (TEMPO_0 + NOTE + END, "1 tempos outside 4 to 1000 quarter notes a minute were dropped"),
        (METER_0 + NOTE + END, "1 impossible time signatures were dropped"),
        (b"\x00\xff\x59\x02\x40\x00" + NOTE + END, "1 impossible key signatures were dropped"),
        (b"\x00\x90\x3c\x40\x00\x80\x3c\x40" + END, "1 notes without duration were given one tick"),
        (LONG_NOTE + END, "1 notes held longer than 256 quarter notes were cut"),
    ],
)
def test_a_repairable_fault_is_mended_and_said(midi, track, remark):
    remarks = []
    score = read(midi(track), remarks)
    assert remarks == [remark]
    assert len(notes_of(score)) == 1
    assert 0 < notes_of(score)[0][1] <= 256 * 480
    assert score.tempos[0].qpm == 120
    assert score.time_signatures[0].numerator == 4


def test_foreign_chunks_and_trailing_bytes_are_left_out(midi):
    remarks = []
    data = midi()
    junk = data[:14] + b"Junk" + struct.pack(">I", 3) + b"abc" + data[14:] + b"garbage \xff\x00"
    assert len(notes_of(read(junk, remarks))) == 1
    assert remarks == ["a foreign chunk 'Junk' was left out", "bytes after the last track were left out"]


def test_a_riff_wrapper_is_taken_off(midi):
    inner, remarks = midi(), []
    wrapped = b"RIFF" + struct.pack("<I", len(inner) + 12) + b"RMIDdata" + struct.pack("<I", len(inner)) + inner
    assert len(notes_of(read(wrapped, remarks))) == 1
    assert remarks == ["the RIFF wrapper was taken off"]


def test_a_longer_header_is_read(midi):
    data = midi()
    longer = b"MThd" + struct.pack(">I", 8) + data[8:14] + b"\0\0" + data[14:]
    assert len(notes_of(read(longer))) == 1


def test_a_file_without_notes_is_an_empty_score(midi):
    assert read(midi(END)).note_num() == 0


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"MThd\0\0\0\6\0", r"the header is cut short \(9 of 14 bytes\)"),
        (b"GIF89a" * 9, "not a MIDI file"),
        (b"RIFF\0\0\0\0RMID", "a RIFF file without MIDI data in it"),
        (b"MThd\xff\xff\xff\xff\0\1\0\1\1\xe0", "the header claims a length of 4,294,967,295 bytes instead of 6"),
        (b"MThd\0\0\0\6\0\7\0\1\1\xe0", "MIDI format 7 is unknown"),
        (b"MThd\0\0\0\6\0\1\0\1\0\0", "0 ticks per quarter note"),
        (b"MThd\0\0\0\6\0\1\0\1\xe7\x28", "film frames"),
        (b"MThd\0\0\0\6\0\1\0\1\1\xe0" + b"MTrk\0\0\0\0" * 5000, "5,000 tracks; at most 4,096 are read"),
    ],
)
def test_a_broken_structure_is_refused(data, reason):
    with pytest.raises(MidiError, match=f"^x.mid: .*{reason}"):
        read(data)


@pytest.mark.parametrize(
    ("track", "reason"),
    [
        (b"\x00\x90\xbc\x40" + END, "damaged: a message has the data byte 188 at byte 2 of its track"),
        (b"\x00\x90\x3c\x40\x10\x3d\xca\x00" + END, "the data byte 202 at byte 6 of its track"),
        (b"\x00\xff\x01\x02hi\x00\xc0\xd0\x00" + END, "the data byte 208 at byte 8 of its track"),
        (b"\x00\x3c\x40" + END, "not readable as MIDI: Unexpected running status"),
        (b"\x00\x90\x3c", "not readable as MIDI: Unexpected EOF"),
        (LATE + END, "a note begins 559,241 quarter notes in; at most 40,000 are read"),
        (LATE * 12 + END, "negative time|quarter notes in"),
    ],
)
def test_broken_events_are_refused(midi, track, reason):
    with pytest.raises(MidiError, match=f"^x.mid: .*({reason})"):
        read(midi(track))


def test_too_many_notes_are_refused(midi):
    track = b"\x00\x90\x3c\x40" + b"\x01\x3c\x00\x00\x3c\x40" * 500_000 + b"\x01\x3c\x00" + END
    with pytest.raises(MidiError, match="500,001 notes; at most 500,000 are read"):
        read(midi(track))


def test_running_status_after_a_meta_event_is_left_to_the_parser(midi):
    assert len(notes_of(read(midi(b"\x00\x90\x3c\x40\x00\xff\x01\x01a\x60\x3c\x00" + END)))) == 1


def test_a_stray_control_does_not_lengthen_the_piece(midi):
    remarks = []
    score = read(midi(NOTE + b"\xff\xff\xff\x7f\xb0\x40\x7f" + END), remarks)
    assert score.end() == 480
    assert remarks == ["1 controls or texts outside of the piece were dropped"]


def test_files_that_are_none_are_one_error(tmp_path, midi):
    for path, reason in ((tmp_path / "no.mid", "No such file"), (tmp_path, "not a file")):
        with pytest.raises(MidiError, match=reason):
            read_midi(path)


def test_a_file_over_the_limit_is_not_read(tmp_path):
    path = tmp_path / "big.mid"
    with path.open("wb") as file:
        file.truncate(33 * 1024 * 1024)
    with pytest.raises(MidiError, match="big.mid: 34,603,008 bytes; at most 33,554,432 are read"):
        read_midi(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this platform has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.mid")
    with pytest.raises(MidiError, match="not a file"):
        read_midi(tmp_path / "pipe.mid")
