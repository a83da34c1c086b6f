"""`psyco render`."""

import pytest

from psychoscore_audio.soundfonts import VARIABLE
from psychoscore_core.cli.main import main


@pytest.fixture
def psyco(capsys, soundfont, monkeypatch, here):
    """Run psyco and return (exit code, stdout, stderr)."""
    monkeypatch.setenv(VARIABLE, str(soundfont))

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        return end.value.code, *capsys.readouterr()

    return run


@pytest.fixture
def song(make_score, tmp_path):
    path = tmp_path / "song.mid"
    make_score((0, 2, 69, 90)).dump_midi(path)
    return path


def test_a_midi_file_becomes_a_wav_file_beside_it(psyco, song, heard):
    wav = song.with_suffix(".wav")
    assert psyco("render", song) == (0, f"{wav}: 2.5 s, symusic with sine.sf2\n", "")
    assert heard(wav)[0].any()


def test_options_reach_the_file(psyco, song, tmp_path, heard):
    options = ("--out", tmp_path / "new", "--sample-rate", 8000, "--channels", 1, "--tail", 0)
    assert psyco("render", song, *options)[0] == 0
    sound, rate = heard(tmp_path / "new" / "song.wav")
    assert (sound.shape, rate) == ((8000, 1), 8000)


def test_a_wav_file_that_is_there_is_kept(psyco, song):
    song.with_suffix(".wav").write_bytes(b"mine")
    code, _, error = psyco("render", song)
    assert (code, "song.wav is there already (--force writes over it)" in error) == (2, True)
    assert song.with_suffix(".wav").read_bytes() == b"mine"
    assert psyco("render", song, "--force")[0] == 0


def test_two_files_that_would_become_one_are_refused(psyco, song, tmp_path):
    code, _, error = psyco("render", song, song.with_suffix(".midi"), "--out", tmp_path)
    assert (code, "two of the files would become" in error) == (2, True)


def test_a_bad_file_is_one_line_and_the_others_are_rendered(psyco, song, tmp_path):
    bad = tmp_path / "bad.mid"
    bad.write_bytes(b"MThd nonsense")
    code, out, error = psyco("render", bad, song)
    assert (code, "song.wav" in out, len(error.splitlines())) == (2, True, 1)
    assert error.startswith(f"error: {bad}: ")


def test_a_missing_soundfont_is_an_error(psyco, song, bare):
    code, out, error = psyco("render", song)
    assert (code, out) == (2, "")
    assert error.startswith("error: audio: there is no soundfont on this computer: install one")
