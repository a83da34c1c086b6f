"""The exporter's files."""

import io
import subprocess
import sys

import mido
import pytest
from PIL import Image

from psychoscore_core.errors import RunError
from psychoscore_midi.exporting import MidiExporter
from psychoscore_midi.plugin import MidiConfig, psyco_exporters
from psychoscore_midi.reading import read_midi

EXPORTER = MidiExporter(MidiConfig())


def test_a_take_becomes_a_midi_file_and_a_picture(make_take, tmp_path):
    artifacts = EXPORTER.export_take(make_take(), tmp_path / "new")
    assert [(a.path.name, a.kind) for a in artifacts] == [("hamlet-1.mid", "midi"), ("hamlet-1.png", "piano-roll")]
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["hamlet-1.mid", "hamlet-1.png"]


def test_the_file_reads_back_with_its_notes_in_two_parsers(make_take, tmp_path):
    take = make_take()
    EXPORTER.export_take(take, tmp_path)
    again = read_midi(tmp_path / "hamlet-1.mid")
    assert [list(t.notes) for t in again.tracks] == [list(t.notes) for t in take.score.tracks]
    tracks = mido.MidiFile(tmp_path / "hamlet-1.mid").tracks
    assert sum(m.type == "note_on" and m.velocity > 0 for track in tracks for m in track) == take.score.note_num()


def test_what_the_score_lacks_comes_from_the_plan(make_take, tmp_path):
    EXPORTER.export_take(make_take(key="Eb", mode="Lydian", tempo=96.0), tmp_path)
    score = read_midi(tmp_path / "hamlet-1.mid")
    assert [round(t.qpm, 3) for t in score.tempos] == [96.0]
    assert [(k.key, k.tonality) for k in score.key_signatures] == [(-3, 0)]
    assert [t.name for t in score.tracks] == ["Melody", "Inner", "Piano"]


def test_the_take_is_left_as_it_is(make_take, tmp_path):
    take = make_take()
    before = take.score.copy()
    EXPORTER.export_take(take, tmp_path)
    assert take.score == before


def test_the_same_take_gives_the_same_bytes(make_take, tmp_path):
    for folder in ("a", "b"):
        EXPORTER.export_take(make_take(), tmp_path / folder)
    for name in ("hamlet-1.mid", "hamlet-1.png"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_picture_can_be_left_out(make_take, tmp_path):
    MidiExporter(MidiConfig(piano_roll=False)).export_take(make_take(), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["hamlet-1.mid"]


def test_the_picture_has_the_width_asked_for(make_take, tmp_path):
    MidiExporter(MidiConfig(width=900)).export_take(make_take(), tmp_path)
    assert Image.open(io.BytesIO((tmp_path / "hamlet-1.png").read_bytes())).width == 900


@pytest.mark.parametrize("name", ["../up", "a/b", "a\\b", "", ".hidden", "a\0b", "x" * 200, "NUL", "com1.mid", "end."])
def test_a_name_that_is_no_file_name_is_refused(make_take, tmp_path, name):
    with pytest.raises(RunError, match="exporter midi: a take named .* cannot be a file"):
        EXPORTER.export_take(make_take(name), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_score_that_does_not_read_back_is_refused_and_leaves_nothing(make_take, tmp_path):
    take = make_take()
    take.score.tracks[0].notes[0].time = 480 * 50_000
    with pytest.raises(RunError, match="exporter midi: hamlet-1 does not read back: a note begins 50,000 quarter"):
        EXPORTER.export_take(take, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_notes_without_duration_get_one_tick(make_take, tmp_path):
    take = make_take()
    take.score.tracks[0].notes[0].duration = 0
    EXPORTER.export_take(take, tmp_path)
    assert read_midi(tmp_path / "hamlet-1.mid").tracks[0].notes[0].duration == 1


def test_the_plugin_imports_nothing_heavy():
    assert [component.name for component in psyco_exporters()] == ["midi"]
    code = "import sys, psychoscore_midi.plugin as p; print({'numpy', 'PIL', 'symusic'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
