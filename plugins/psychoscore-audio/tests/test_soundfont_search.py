"""Which soundfont is taken."""

from pathlib import Path

import pytest

from psychoscore_audio.soundfonts import VARIABLE, MissingSoundfontError, find_soundfont, folders, problem_of
from psychoscore_core.errors import RunError


@pytest.fixture
def place(soundfont):
    """Copy the soundfont to a path."""

    def copy(path: Path) -> Path:
        path.write_bytes(soundfont.read_bytes())
        return path

    return copy


def test_the_named_one_comes_before_the_variable_and_that_before_the_systems(bare, place, tmp_path, monkeypatch):
    found = place(bare / "system.sf2")
    assert find_soundfont() == found
    monkeypatch.setenv(VARIABLE, str(place(tmp_path / "variable.sf2")))
    assert find_soundfont().name == "variable.sf2"
    assert find_soundfont(place(tmp_path / "named.sf2")).name == "named.sf2"


def test_the_best_known_is_taken_first_and_then_the_alphabet_decides(bare, place):
    order = ["FluidR3_GM.sf2", "TimGM6mb.sf2", "aardvark.SF3", "Zebra.sf2"]
    for name in reversed(order):
        place(bare / name)
    for name in order:
        assert find_soundfont().name == name
        (bare / name).unlink()


def test_files_that_are_no_soundfonts_are_passed_over(bare, place):
    (bare / "a.sf2").write_bytes(b"")
    (bare / "b.sf2").mkdir()
    (bare / "c.txt").write_text("no")
    place(bare / "d.sf2")
    assert find_soundfont().name == "d.sf2"


def test_without_any_the_message_says_what_to_install_or_name(bare):
    with pytest.raises(MissingSoundfontError, match=r"fluid-soundfont-gm.*timgm6mb-soundfont.*PSYCHOSCORE_SOUNDFONT"):
        find_soundfont()


def test_a_variable_that_names_nothing_is_an_error(bare, place, monkeypatch, tmp_path):
    place(bare / "system.sf2")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone.sf2"))
    with pytest.raises(RunError, match=r"^audio: PSYCHOSCORE_SOUNDFONT: .*gone\.sf2 does not exist$"):
        find_soundfont()


def test_what_is_wrong_with_a_file_is_said(soundfont, tmp_path):
    short = tmp_path / "short.sf2"
    short.write_bytes(soundfont.read_bytes()[:-100])
    (tmp_path / "text.sf2").write_text("RIFF and so on")
    assert problem_of(short) == "is cut short by 100 bytes"
    assert problem_of(tmp_path / "text.sf2") == "is not a soundfont (.sf2 or .sf3)"
    assert problem_of(tmp_path) == "is no file"
    assert problem_of(soundfont) == ""


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("linux", "/usr/share/sounds/sf2"),
        ("linux", "/usr/share/soundfonts"),
        ("linux", "/ada/.local/share/soundfonts"),
        ("darwin", "/opt/homebrew/share/soundfonts"),
        ("darwin", "/Library/Audio/Sounds/Banks"),
        ("win32", "C:/ProgramData/soundfonts"),
    ],
)
def test_the_usual_folders_are_looked_into(platform, folder):
    assert Path(folder) in folders(platform, {"HOME": "/ada"})
