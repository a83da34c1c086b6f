"""`psyco timbre`: the tune stays, the voice changes; bad input is one line and leaves nothing."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
import wave

import numpy as np
import pytest

from psychoscore_core.cli.main import main
from psychoscore_timbre.decoder import Decoder
from psychoscore_timbre.features import features_of
from psychoscore_timbre.names import RATE
from psychoscore_timbre.scaling import hertz_to_midi
from psychoscore_timbre.transferring import transfer


@pytest.fixture
def psyco(capsys):
    """Run psyco and return (exit code, stdout, stderr)."""

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        return end.value.code, *capsys.readouterr()

    return run


@pytest.fixture
def played(psyco, tmp_path):
    """Play a file and return the sound, in [-1, 1]."""

    def play(path, *options):
        target = tmp_path / "played.wav"
        assert psyco("timbre", path, "-o", target, "--force", *options)[0] == 0
        with wave.open(str(target)) as file:
            assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
            return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768

    return play


def at_16_khz(path):
    from psychoscore_audio.sound_files import pieces

    return np.concatenate(list(pieces(path, 600, RATE)))


def features(path):
    return features_of([at_16_khz(path)])


def even_share(sound, hertz):
    """Return the share of a steady tone's power that lies at even multiples of its pitch."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    at = np.fft.rfftfreq(len(sound), 1 / RATE)
    parts = [power[np.abs(at - k * hertz) < 12].sum() for k in range(1, int(6000 / hertz))]
    return sum(parts[1::2]) / sum(parts)


def test_the_result_has_the_length_and_the_rate_of_the_file(psyco, melody, tmp_path):
    code, out, error = psyco("timbre", melody, "-o", tmp_path / "out.wav")
    assert (code, error) == (0, "") and out.startswith(f"{tmp_path / 'out.wav'}: 4.0 s, a pitch in 9")
    with wave.open(str(tmp_path / "out.wav")) as file, wave.open(str(melody)) as given:
        assert (file.getnframes(), file.getframerate()) == (given.getnframes(), given.getframerate())


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000])
def test_every_rate_keeps_its_length(rate, played, make_tune, make_wav):
    sound = make_tune([60, 67], 0.503, rate=rate)
    assert len(played(make_wav("in.wav", sound, rate))) == len(sound)


def test_the_pitch_follows(played, melody, tmp_path):
    played(melody)
    given, made = features(melody), features(tmp_path / "played.wav")
    both = given.voiced & made.voiced
    away = np.abs(hertz_to_midi(made.hertz) - hertz_to_midi(given.hertz))[both]
    assert both.sum() > 0.9 * given.voiced.sum()
    assert (away < 0.5).mean() > 0.9


def test_the_loudness_follows(played, melody, tmp_path):
    played(melody)
    given, made = features(melody), features(tmp_path / "played.wav")
    heard = given.loudness > -50
    assert np.corrcoef(given.loudness[heard], made.loudness[heard])[0, 1] > 0.9
    assert np.abs(given.loudness[heard] - made.loudness[heard]).mean() < 3


def test_the_voice_is_the_instrument_s(played, make_tune, make_wav, tmp_path):
    path = make_wav("in.wav", make_tune([57], 2.0), 16000)
    played(path)
    given, made = (at_16_khz(one)[8000:24000] for one in (path, tmp_path / "played.wav"))
    assert even_share(given, 220) > 0.2 > 0.05 > even_share(made, 220)


def test_an_octave_up_is_an_octave_up(played, make_tune, make_wav, tmp_path):
    played(make_wav("in.wav", make_tune([57], 1.0), 16000), "--octaves", 1)
    found = features(tmp_path / "played.wav")
    assert np.median(hertz_to_midi(found.hertz[found.voiced])) == pytest.approx(69, abs=0.2)


def test_less_loudness_is_softer_and_duller(played, make_tune, make_wav):
    path = make_wav("in.wav", make_tune([57], 1.0), 16000)
    loud, soft = played(path), played(path, "--loudness", -20)
    assert 10 < 20 * np.log10(loud.std() / soft.std()) < 30


def test_where_there_is_no_pitch_there_is_noise_alone(played, make_tune, make_wav):
    noise = 0.1 * np.random.default_rng(0).standard_normal(16000)
    sound = played(make_wav("in.wav", np.concatenate([make_tune([57], 1.0), noise]), 16000))
    tail = features_of([sound[18000:30000]])
    assert sound[18000:30000].std() > 1e-4 and not tail.voiced.any()


def test_the_same_seed_gives_the_same_file(played, melody):
    first, again, other = played(melody), played(melody), played(melody, "--seed", 1)
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_memory_does_not_grow_with_the_sound(make_tune, make_wav, tmp_path):
    peaks = []
    for times in (6, 12):
        path = make_wav("in.wav", np.tile(make_tune([57, 60, 64, 67], 0.5), times), 16000)  # 12 and 24 s
        tracemalloc.start()
        transfer(path, tmp_path / "out.wav", Decoder())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.05 * peaks[0] < 200e6


def test_a_checkpoint_of_one_s_own_is_played(played, make_checkpoint, melody):
    assert np.abs(played(melody, "--checkpoint", make_checkpoint())).max() > 0.001


def refused(psyco, tmp_path, path, *options):
    """Play what cannot be played, and return the line of error."""
    before = sorted(tmp_path.iterdir())
    code, out, error = psyco("timbre", path, "-o", tmp_path / "out.wav", *options)
    assert (code, out, error.count("\n")) == (2, "", 1) and error.startswith("error: ")
    assert sorted(tmp_path.iterdir()) == before
    return error.removeprefix("error: ").rstrip("\n")


@pytest.mark.parametrize(
    ("sound", "said"),
    [
        (np.zeros(16000), "silent: there is nothing to play"),
        (np.zeros(0), "no sound in it"),
        (np.full(800, 0.1), "0.05 s of sound; 0.1 to 3600 s can be played"),
        (
            0.2 * np.random.default_rng(0).standard_normal(16000),
            "no pitch was found in it; what is to be played",
        ),
        (np.array([np.nan, 0.5] * 8000), "holds numbers that are not finite (NaN or infinite)"),
    ],
)
def test_sound_that_cannot_be_played_is_one_line(sound, said, psyco, make_wav, tmp_path):
    path = make_wav("in.wav", sound, 16000, kind="float32")
    assert refused(psyco, tmp_path, path).startswith(f"{path}: {said}")


def test_sound_that_is_too_long_is_one_line(psyco, make_wav, tmp_path):
    path = make_wav("in.wav", np.zeros(1000 * 3601), 1000, kind="uint8")
    assert refused(psyco, tmp_path, path) == f"{path}: 3601.00 s of sound; 0.1 to 3600 s can be played"


def test_a_file_that_is_cut_off_is_one_line(psyco, make_tune, make_wav, tmp_path):
    path = make_wav("in.wav", make_tune([60]), 16000)
    path.write_bytes(path.read_bytes()[:-1000])
    said = "the file is cut off: it says that it holds more sound than it does"
    assert refused(psyco, tmp_path, path) == f"{path}: {said}"


@pytest.mark.parametrize("data", [b"", b"MThd\0\0\0\6\0\0\0\1\0\x60", b"RIFF\0\0\0\0WAVE"])
def test_a_file_that_is_no_sound_is_one_line(data, psyco, tmp_path):
    (tmp_path / "in.wav").write_bytes(data)
    assert refused(psyco, tmp_path, tmp_path / "in.wav").startswith(f"{tmp_path / 'in.wav'}: ")


def test_a_file_that_is_not_there_is_one_line(psyco, tmp_path):
    path = tmp_path / "none.wav"
    assert refused(psyco, tmp_path, path) == f"{path}: No such file or directory"


def test_a_file_that_is_there_is_kept(psyco, melody, tmp_path):
    (tmp_path / "out.wav").write_bytes(b"mine")
    said = f"-o {tmp_path / 'out.wav'}: is there already (--force writes over it)"
    assert refused(psyco, tmp_path, melody) == said
    assert (tmp_path / "out.wav").read_bytes() == b"mine"


def test_a_file_is_never_written_over_itself(psyco, make_tune, make_wav, tmp_path):
    path = make_wav("out.wav", make_tune([60]), 16000)
    before = path.read_bytes()
    assert refused(psyco, tmp_path, path, "--force") == f"-o {path}: is the file that is to be played"
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_one_line(psyco, melody, tmp_path):
    code, _, error = psyco("timbre", melody, "-o", tmp_path / "none" / "out.wav")
    assert (code, error.endswith(f"the folder {tmp_path / 'none'} does not exist\n")) == (2, True)


def test_a_checkpoint_that_is_none_is_one_line(psyco, melody, tmp_path):
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "checkpoint.json").write_text("{}")
    said = refused(psyco, tmp_path, melody, "--checkpoint", tmp_path / "none")
    assert said.startswith(f"{tmp_path / 'none'}: no graph.json or layers.json there describes a net")


def test_a_checkpoint_that_is_not_there_is_one_line(psyco, melody, tmp_path):
    said = refused(psyco, tmp_path, melody, "--checkpoint", tmp_path / "none")
    assert said.startswith(f"model timbre: {tmp_path / 'none'}: no such folder")


def test_playing_imports_no_torch(melody, tmp_path):
    code = "import sys; from psychoscore_core.cli.main import main\n"
    code += f"try: main(['timbre', {str(melody)!r}, '-o', {str(tmp_path / 'out.wav')!r}])\n"
    code += "except SystemExit: print({'torch', 'symusic', 'ai_edge_litert', 'flatbuffers'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).splitlines()[-1] == "set()"


def test_the_plugin_imports_nothing_heavy():
    code = "import sys, psychoscore_timbre.plugin as p; list(p.psyco_commands())"
    code += "; print({'numpy', 'scipy', 'torch', 'safetensors'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
