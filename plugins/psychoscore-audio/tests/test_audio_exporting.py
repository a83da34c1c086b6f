"""The exporter's files, and what it does without a soundfont."""

import logging
import subprocess
import sys

import pytest

from psychoscore_audio.exporting import AudioExporter
from psychoscore_audio.plugin import AudioConfig
from psychoscore_core.errors import RunError


@pytest.fixture
def export(soundfont, tmp_path):
    return lambda take, folder="": AudioExporter(AudioConfig(soundfont=soundfont)).export_take(take, tmp_path / folder)


def test_a_take_becomes_a_wav_file(export, make_take, tmp_path, heard):
    (artifact,) = export(make_take(), "new")
    assert (artifact.path, artifact.kind) == (tmp_path / "new" / "hamlet-1.wav", "audio")
    assert artifact.summary == "2.5 s, symusic with sine.sf2"
    assert len(heard(artifact.path)[0]) == 2.5 * 44100


def test_two_takes_differ(export, make_take, here):
    one, other = export(make_take("a", (0, 2, 69, 90)))[0], export(make_take("b", (0, 2, 57, 90)))[0]
    assert one.path.read_bytes() != other.path.read_bytes()


def test_the_process_of_its_own_plays_what_is_played_here(export, make_take, request):
    apart = export(make_take("apart"))[0].path.read_bytes()
    request.getfixturevalue("here")
    assert export(make_take("here"))[0].path.read_bytes() == apart


def test_the_tempo_that_a_score_lacks_comes_from_the_plan(export, make_take, heard, here):
    take = make_take()
    take.score.tempos.clear()
    (artifact,) = export(take)
    assert len(heard(artifact.path)[0]) / 44100 == pytest.approx(1.5 + 2 * 60 / take.plan.tempo, abs=1e-3)


def test_without_a_soundfont_the_takes_are_skipped_and_it_is_said_once(bare, make_take, tmp_path, caplog):
    exporter = AudioExporter(AudioConfig())
    with caplog.at_level(logging.WARNING, "psychoscore"):
        assert [*exporter.export_take(make_take("a"), tmp_path), *exporter.export_take(make_take("b"), tmp_path)] == []
    (text,) = caplog.messages
    assert text.startswith("audio: there is no soundfont on this computer: install one (Debian and Ubuntu: fluid-sound")
    assert "PSYCHOSCORE_SOUNDFONT" in text and "psyco run --from export" in text
    assert list(tmp_path.glob("*.wav")) == []


def test_without_a_soundfont_it_can_be_an_error(bare, make_take, tmp_path):
    with pytest.raises(RunError, match="there is no soundfont on this computer: install one"):
        AudioExporter(AudioConfig(missing="error")).export_take(make_take(), tmp_path)


def test_a_soundfont_that_is_named_and_missing_is_an_error(bare, make_take, tmp_path):
    config = AudioConfig(soundfont=tmp_path / "none.sf2")
    with pytest.raises(RunError, match=r"^audio: soundfont: .*none\.sf2 does not exist$"):
        AudioExporter(config).export_take(make_take(), tmp_path)


def test_an_engine_that_is_not_there_is_an_error(soundfont, make_take, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    config = AudioConfig(soundfont=soundfont, engine="fluidsynth")
    with pytest.raises(RunError, match="^audio: the program fluidsynth is not installed"):
        AudioExporter(config).export_take(make_take(), tmp_path)


@pytest.mark.parametrize("name", ["../up", "a/b", "", "NUL"])
def test_a_name_that_is_no_file_name_is_refused(export, make_take, tmp_path, name):
    with pytest.raises(RunError, match="^exporter audio: a take named .* cannot be a file"):
        export(make_take(name))
    assert list(tmp_path.iterdir()) == []


def test_the_plugin_imports_nothing_heavy():
    code = "import sys, psychoscore_audio.plugin as p; list(p.psyco_commands())"
    code += "; print({'numpy', 'symusic', 'wave', 'psychoscore_midi'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
