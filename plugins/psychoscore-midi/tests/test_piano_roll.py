"""The picture: where bars and notes are drawn."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from symusic import Note, Score, TimeSignature, Track

from psychoscore_midi.bar_lines import bars_of
from psychoscore_midi.piano_roll import TRACKS, _shade, draw
from psychoscore_midi.piano_roll_layout import lay_out


def score_of(*notes: tuple[int, int, int, int], tpq: int = 480) -> Score:
    score = Score(tpq)
    score.tracks.append(Track("part", 0, False))
    for note in notes:
        score.tracks[0].notes.append(Note(*note))
    return score


def picture(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.copy()


def test_bars_follow_the_time_signatures():
    score = score_of((0, 5000, 60, 80))
    score.time_signatures.extend([TimeSignature(0, 3, 4), TimeSignature(1440, 6, 8)])
    assert [(b.start, b.end, b.beat) for b in bars_of(score)][:3] == [
        (0, 1440, 480),
        (1440, 2880, 240),
        (2880, 4320, 240),
    ]


def test_bars_run_to_the_end_of_the_last_note_and_no_shorter_than_asked():
    assert len(bars_of(score_of((0, 1920, 60, 80)))) == 1
    assert len(bars_of(score_of((0, 1921, 60, 80)))) == 2
    assert len(bars_of(score_of(), at_least=8)) == 8


@pytest.mark.parametrize("count", [1, 2, 7, 16, 17, 32, 100, 200, 1000])
def test_every_bar_is_in_one_row_and_within_the_picture(count):
    layout = lay_out(bars_of(score_of(), at_least=count), (36, 84), 1600)
    assert [bar.start for row in layout.rows for bar in row.bars] == [1920 * i for i in range(count)]
    assert all(row.x(row.end) <= 1575 for row in layout.rows)
    assert [row.first for row in layout.rows][:2] in ([1], [1, 1 + len(layout.rows[0].bars)])
    assert layout.height <= 12_000


def test_a_note_is_drawn_in_its_track_s_colour_shaded_by_velocity(tmp_path):
    score = score_of((480, 480, 60, 100))
    draw(score, tmp_path / "roll.png")
    layout = lay_out(bars_of(score), (60, 60), 1600)
    row = layout.rows[0]
    image = picture(tmp_path / "roll.png")
    assert image.size == (1600, layout.height)
    assert image.getpixel((round(row.x(700)), layout.y(row, 60) + 2)) == _shade(TRACKS[0], 100)


def test_louder_is_darker():
    assert sum(_shade(TRACKS[0], 120)) < sum(_shade(TRACKS[0], 30))


def test_a_note_over_the_end_of_a_row_goes_on_in_the_next(tmp_path):
    score = score_of((1920 * 11, 1920 * 3, 60, 100), (1920 * 23, 100, 60, 100))
    draw(score, tmp_path / "roll.png")
    layout = lay_out(bars_of(score), (60, 60), 1600)
    image, second = picture(tmp_path / "roll.png"), layout.rows[1]
    assert second.first == 13
    assert image.getpixel((round(second.x(second.start + 30)), layout.y(second, 60) + 2)) == _shade(TRACKS[0], 100)


def test_an_empty_score_and_a_very_long_title_are_drawn(tmp_path):
    draw(Score(480), tmp_path / "roll.png", title="Q" * 500, lines=("x" * 1000, ""), bars=4)
    assert picture(tmp_path / "roll.png").width == 1600


def test_drawing_needs_no_plotting_library():
    code = "import sys, psychoscore_midi.piano_roll; print({'matplotlib', 'torch', 'miditok'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
