"""What is heard: where, how long, how high, how loud."""

import sys

import numpy as np
import pytest
from symusic import ControlChange, Score, Tempo

from psychoscore_audio.plugin import AudioConfig
from psychoscore_audio.rendering import render
from psychoscore_core.errors import RunError


@pytest.fixture
def play(soundfont, tmp_path, heard, here):
    """Render a score and return (sound, rate, summary)."""

    def build(score, **options):
        done = render(score, tmp_path / "out.wav", soundfont, AudioConfig(**options))
        return *heard(done.path), done.summary

    return build


def loudness(sound, rate, begin, end):
    return float(np.abs(sound[int(begin * rate) : int(end * rate)]).max())


def pitch(sound, rate, begin, end):
    part = sound[int(begin * rate) : int(end * rate), 0]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 8 * len(part)))
    return spectrum.argmax() * rate / (8 * len(part))


@pytest.mark.parametrize("rate", [22050, 44100, 48000])
def test_the_a_above_middle_c_is_440_hz(play, make_score, rate):
    sound, found, _ = play(make_score((0, 4, 69, 90), (4, 4, 57, 90)), sample_rate=rate)
    assert found == rate
    assert pitch(sound, rate, 0.2, 1.8) == pytest.approx(440, abs=0.5)
    assert pitch(sound, rate, 2.3, 3.8) == pytest.approx(220, abs=0.5)


def test_notes_sound_and_rests_are_silent(play, make_score):
    sound, rate, _ = play(make_score((2, 1, 60, 90), (6, 1, 64, 90)))
    assert loudness(sound, rate, 0, 0.99) == 0
    assert loudness(sound, rate, 1.0, 1.5) > 0.5
    assert loudness(sound, rate, 1.7, 2.99) == 0
    assert loudness(sound, rate, 3.0, 3.5) > 0.5
    assert loudness(sound, rate, 3.7, 5) == 0


def test_the_length_is_the_music_and_the_tail(play, make_score):
    sound, rate, summary = play(make_score((0, 3, 60, 90), tempo=90), tail=0.5)
    assert len(sound) == round(2.5 * rate)
    assert summary == "2.5 s, symusic with sine.sf2"


def test_music_that_goes_on_for_hours_is_cut(play, make_score):
    score = make_score((0, 2, 60, 90), (9000, 2, 60, 90))
    score.tempos.append(Tempo(1, 1000))
    sound, rate, summary = play(score, seconds=3, tail=0)
    assert len(sound) == 3 * rate
    assert "cut from 540 s" in summary


def test_a_note_across_the_cut_ends_there_without_a_click(play, make_score):
    sound, rate, _ = play(make_score((0, 100, 69, 90)), seconds=2)
    assert len(sound) == 2 * rate
    assert np.abs(sound[-1]).max() < 0.01 < loudness(sound, rate, 1.9, 1.97)


def test_many_notes_reach_the_peak_and_do_not_clip(play, make_score):
    cluster = [(0, 2, pitch, 127) for pitch in range(40, 90)]
    sound, _, _ = play(make_score(*cluster), peak=-3.0)
    assert np.abs(sound).max() == pytest.approx(10 ** (-3 / 20), abs=1e-3)
    assert np.abs(sound).max() < 1


def test_louder_notes_sound_louder(play, make_score):
    sound, rate, _ = play(make_score((0, 1, 69, 127), (2, 1, 69, 64)))
    ratio = loudness(sound, rate, 1.05, 1.45) / loudness(sound, rate, 0.05, 0.45)
    assert ratio == pytest.approx((64 / 127) ** 2, rel=0.01)


def test_without_normalising_takes_keep_their_loudness(play, make_score):
    loud, quiet = (loudness(*play(make_score((0, 2, 69, v)), normalise=False)[:2], 0.1, 0.9) for v in (120, 60))
    assert quiet / loud == pytest.approx(0.25, rel=0.01)


def test_without_normalising_what_would_clip_is_lowered(play, make_score):
    cluster = [(0, 2, 69, 127)] * 200
    assert np.abs(play(make_score(*cluster), normalise=False)[0]).max() == pytest.approx(10 ** (-1 / 20), abs=1e-3)


def test_the_pedal_holds_notes(play, make_score):
    score = make_score((0, 1, 69, 90))
    score.tracks[0].controls.extend([ControlChange(0, 64, 127), ControlChange(1920, 64, 0)])
    sound, rate, _ = play(score)
    assert loudness(sound, rate, 1.5, 1.9) > 0.5


def test_the_volume_control_is_heard(play, make_score):
    score = make_score((0, 1, 69, 100), (2, 1, 69, 100))
    score.tracks[0].controls.extend([ControlChange(0, 7, 100), ControlChange(900, 7, 50)])
    sound, rate, _ = play(score)
    assert loudness(sound, rate, 1.1, 1.4) / loudness(sound, rate, 0.1, 0.4) == pytest.approx(0.25, rel=0.01)


def test_drums_sound_and_ring(play, make_score):
    sound, rate, _ = play(make_score((0, 0.1, 38, 100), drum=True))
    assert loudness(sound, rate, 0.5, 0.9) > 0.5


def test_one_channel_or_two(play, make_score):
    score = make_score((0, 1, 69, 90))
    assert [play(score, channels=n)[0].shape[1] for n in (1, 2)] == [1, 2]


def test_an_instrument_that_the_soundfont_lacks_is_said(play, make_score):
    sound, _, summary = play(make_score((0, 1, 69, 90), program=40))
    assert not sound.any()
    assert summary.endswith("silent: the soundfont has no sound for these instruments")


def test_a_score_without_notes_is_silence(play):
    sound, rate, summary = play(Score(480))
    assert (len(sound), sound.any(), "silent" in summary) == (1.5 * rate, False, False)


def test_the_score_is_left_as_it_is(play, make_score):
    score = make_score((0, 100, 69, 90))
    before = score.copy()
    play(score, seconds=1)
    assert score == before


def test_a_long_piece_sounds_the_same_across_blocks(play, make_score):
    sound, rate, _ = play(make_score(*[(2 * i, 1, 69, 90) for i in range(30)]))
    bars = [sound[i * rate : i * rate + rate // 2] for i in range(30)]
    assert all(np.abs(bar - bars[0]).max() < 1e-3 for bar in bars)


def test_a_damaged_soundfont_is_one_error_and_leaves_nothing(soundfont, make_score, tmp_path):
    data = bytearray(soundfont.read_bytes())
    at = data.index(b"igen") + 8
    data[at : at + 8] = b"\xff" * 8
    bad = tmp_path / "bad.sf2"
    bad.write_bytes(data)
    with pytest.raises(RunError, match=r"symusic cannot play with .*bad\.sf2: [^\n]+$"):
        render(make_score((0, 1, 69, 90)), tmp_path / "out.wav", bad, AudioConfig())
    assert [path.name for path in tmp_path.iterdir()] == ["bad.sf2"]


def test_an_engine_that_hangs_is_stopped(soundfont, make_score, tmp_path, monkeypatch):
    endless = [sys.executable, "-c", "import time; time.sleep(20)"]
    monkeypatch.setattr("psychoscore_audio.engines._symusic", lambda job: endless)
    with pytest.raises(RunError, match="symusic was not done within 1 s"):
        render(make_score((0, 1, 69, 90)), tmp_path / "out.wav", soundfont, AudioConfig(timeout=1))
