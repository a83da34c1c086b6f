"""`psyco listen`: what it prints, the profile it writes, and music that moves as the clips do."""

import json
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from psychoscore_core.cli.main import main
from psychoscore_core.profile_json import read_profile
from psychoscore_emotion.listening import listen
from psychoscore_emotion.net import CHECKPOINT, WEIGHTS


@pytest.fixture
def psyco(capsys):
    """Run psyco and return (exit code, stdout, stderr)."""

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        return end.value.code, *capsys.readouterr()

    return run


def test_it_says_what_it_hears_and_how_sure_it_is(psyco, clips):
    code, out, _ = psyco("listen", clips["loud"])
    assert code == 0
    first, valence, arousal, *_ = out.splitlines()
    assert first.startswith(f"{clips['loud']}: 12.0 s, quadrant Q") and "(Q1 0." in first
    assert valence.startswith("  valence") and "with probability" in valence
    assert arousal.startswith("  arousal      +")


def test_the_profile_is_one_that_the_project_reads(psyco, clips, tmp_path):
    assert psyco("listen", clips["loud"], "-o", tmp_path / "p.json")[0] == 0
    profile = read_profile(tmp_path / "p.json")
    assert profile == listen(clips["loud"]).profile()
    assert profile.given == {"trauma", "entropy", "disc.dominance", "ocean.extraversion"}
    assert json.loads((tmp_path / "p.json").read_text())["description"].startswith("Heard in loud.wav: quadrant")


def test_a_loud_fast_clip_is_heard_as_more_aroused_than_a_soft_slow_one(clips):
    loud, soft = listen(clips["loud"]), listen(clips["soft"])
    assert loud.numbers["arousal"] > 0 > soft.numbers["arousal"]
    assert loud.numbers["disc.dominance"] > soft.numbers["disc.dominance"]
    assert loud.profile().entropy > soft.profile().entropy


def test_a_file_that_is_there_is_kept(psyco, clips, tmp_path):
    (tmp_path / "p.json").write_text("mine")
    code, _, error = psyco("listen", clips["soft"], "-o", tmp_path / "p.json")
    assert (code, error.splitlines()) == (
        2,
        [f"error: -o {tmp_path / 'p.json'}: is there already (--force writes over it)"],
    )
    assert (tmp_path / "p.json").read_text() == "mine"
    assert psyco("listen", clips["soft"], "-o", tmp_path / "p.json", "--force")[0] == 0


def test_a_folder_that_is_not_there_is_one_line(psyco, clips, tmp_path):
    code, _, error = psyco("listen", clips["soft"], "-o", tmp_path / "none" / "p.json")
    assert (code, error.endswith(f"the folder {tmp_path / 'none'} does not exist\n")) == (2, True)


def test_a_clip_of_half_a_second_is_too_short(psyco, make_wav, tmp_path):
    path = make_wav("a.wav", np.zeros(11025), 22050)
    code, _, error = psyco("listen", path, "-o", tmp_path / "p.json")
    assert (code, error) == (2, f"error: {path}: 0.50 s of sound; at least 2 s are needed\n")
    assert not (tmp_path / "p.json").exists()


def test_a_midi_file_is_no_sound(psyco, tmp_path):
    (tmp_path / "a.mid").write_bytes(b"MThd\0\0\0\6\0\0\0\1\0\x60")
    code, _, error = psyco("listen", tmp_path / "a.mid")
    assert (code, error) == (2, f"error: {tmp_path / 'a.mid'}: not a WAV file\n")


def test_silence_is_heard_without_a_complaint(psyco, make_wav):
    assert psyco("listen", make_wav("a.wav", np.zeros(22050 * 5), 22050))[0] == 0


def test_how_long_a_file_is_changes_little(make_wav, make_tones):
    sound = make_tones([(0.2 * k, 60 + (0, 4, 7, 12)[k % 4], 1.0) for k in range(100)], 20)
    once, thrice = (listen(make_wav("a.wav", np.tile(sound, n), 22050)) for n in (1, 3))
    assert thrice.seconds == 60
    assert thrice.numbers["arousal"] == pytest.approx(once.numbers["arousal"], abs=0.15)


def test_listening_imports_no_torch(clips, tmp_path):
    code = "import sys, pathlib; from psychoscore_emotion.listening import listen; "
    code += f"listen(pathlib.Path({str(clips['soft'])!r}))"
    code += "; print({'torch', 'symusic', 'transformers', 'psychoscore_rtneural'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


def test_the_plugin_imports_nothing_heavy():
    code = "import sys, psychoscore_emotion.plugin as p; list(p.psyco_commands())"
    code += "; print({'numpy', 'scipy', 'torch', 'safetensors'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


def heard_of(midi):
    """Return what decides arousal in a score: mean velocity, and onsets a second."""
    from symusic import Score

    score = Score.from_midi(midi.read_bytes()).to("second")
    notes = [note for track in score.tracks for note in track.notes]
    onsets = {round(note.time, 3) for note in notes}
    return float(np.mean([note.velocity for note in notes])), len(onsets) / max(note.end for note in notes)


def test_music_from_the_profiles_moves_as_the_clips_do(psyco, clips, tmp_path):
    found = {}
    for name, clip in clips.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "psychoscore.json").write_text(
            json.dumps({"name": name, "model": "rules", "generation": {"profile": "p.json", "bars": 16, "takes": 1}})
        )
        assert psyco("listen", clip, "-o", folder / "p.json")[0] == 0
        assert psyco("run", "-C", folder)[0] == 0
        (midi,) = folder.glob("runs/*/export/*.mid")
        found[name] = heard_of(midi)
    assert found["loud"][0] > found["soft"][0] + 10
    assert found["loud"][1] > 1.5 * found["soft"][1]


def test_a_model_in_the_folders_data_takes_the_place_of_the_packages(psyco, clips, tmp_path, monkeypatch):
    deaf = load_file(CHECKPOINT / WEIGHTS)
    deaf["head.weight"] *= 0
    (tmp_path / "data" / "emotion").mkdir(parents=True)
    save_file(deaf, tmp_path / "data" / "emotion" / WEIGHTS)
    (tmp_path / "data" / "emotion" / "checkpoint.json").write_text("{}")
    with_packages = psyco("listen", clips["loud"])[1]
    monkeypatch.chdir(tmp_path)
    with_own = psyco("listen", clips["loud"])[1]
    assert with_own != with_packages
    assert psyco("listen", clips["loud"], "--checkpoint", CHECKPOINT)[1] == with_packages


def test_a_model_that_is_not_there_is_refused_in_one_line(psyco, clips, tmp_path):
    code, out, error = psyco("listen", clips["loud"], "--checkpoint", tmp_path / "nowhere")
    assert (code, out, error) == (2, "", f"error: model emotion: {tmp_path / 'nowhere'}: no such folder\n")
