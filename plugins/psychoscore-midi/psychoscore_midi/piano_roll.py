"""A picture of a score: pitch over time, colour by track, shade by velocity.

Drawn with Pillow alone: a plotting library would take longer to import than the music takes to write.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont

from psychoscore_core.whole_files import replacing
from psychoscore_midi.bar_lines import bars_of
from psychoscore_midi.piano_roll_layout import LEFT, RIGHT, Layout, Row, lay_out

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

Colour = tuple[int, int, int]

PAGE: Colour = (255, 255, 255)
ROLL, BLACK_KEY = (250, 250, 252), (241, 242, 246)
BEAT, BAR, OCTAVE, FRAME = (231, 233, 239), (172, 179, 192), (206, 211, 221), (150, 158, 173)
INK, QUIET = (24, 30, 42), (96, 105, 120)
TRACKS: tuple[Colour, ...] = (
    (38, 103, 214),
    (224, 108, 30),
    (32, 150, 98),
    (193, 52, 116),
    (118, 84, 201),
    (168, 130, 12),
    (14, 144, 166),
    (139, 70, 56),
)
BLACK_KEYS = frozenset((1, 3, 6, 8, 10))
MAX_LEGEND = 8


def draw(
    score: Score, path: str | Path, *, title: str = "", lines: Sequence[str] = (), width: int = 1600, bars: int = 1
) -> None:
    """Write a PNG of a score in ticks; the file is complete or absent, and the same for the same arguments.

    title: the headline. lines: at most two lines under it. width: pixels. bars: show at least so many bars.
    """
    pitches = [p for t in score.tracks if len(t.notes) for p in _extremes(t)]
    layout = lay_out(bars_of(score, max(1, bars)), pitches, width)
    image = Image.new("RGB", (width, layout.height), PAGE)
    pen = ImageDraw.Draw(image)
    _header(pen, layout, score, title, lines[:2])
    for row in layout.rows:
        _grid(pen, layout, row)
        _labels(pen, layout, row)
    for index, track in enumerate(score.tracks):
        _notes(pen, layout, track, TRACKS[index % len(TRACKS)])
    with replacing(Path(path)) as part:
        image.save(part, "PNG")


def _extremes(track: Any) -> tuple[int, int]:
    pitches = track.notes.numpy()["pitch"]
    return int(pitches.min()), int(pitches.max())


def _header(pen: ImageDraw.ImageDraw, layout: Layout, score: Score, title: str, lines: Sequence[str]) -> None:
    room = layout.width - LEFT - RIGHT
    pen.text((LEFT, 22), _fit(pen, title, _font(28), room), INK, _font(28))
    for index, line in enumerate(lines):
        pen.text((LEFT, 62 + 22 * index), _fit(pen, line, _font(15), room), QUIET, _font(15))
    _legend(pen, layout, score)


def _legend(pen: ImageDraw.ImageDraw, layout: Layout, score: Score) -> None:
    """Draw, right-aligned above the first row, a swatch and name per track and the ramp of velocities."""
    font, y = _font(13), 112
    names = [track.name.strip() or f"track {i + 1}" for i, track in enumerate(score.tracks)]
    shown = [(_fit(pen, name, font, 160), TRACKS[i % len(TRACKS)]) for i, name in enumerate(names[:MAX_LEGEND])]
    if len(names) > MAX_LEGEND:
        shown.append((f"and {len(names) - MAX_LEGEND} more", QUIET))
    x = layout.width - RIGHT - _ramp(pen, layout.width - RIGHT, y)
    for name, colour in reversed(shown):
        x -= int(pen.textlength(name, font)) + 40
        pen.rounded_rectangle((x, y, x + 12, y + 12), 3, colour)
        pen.text((x + 18, y + 6), name, INK, font, anchor="lm")


def _ramp(pen: ImageDraw.ImageDraw, right: int, y: int) -> int:
    """Draw the scale of velocities with its right end there; return its width."""
    steps, step, font = 8, 9, _font(13)
    pen.text((right, y + 6), "loud", QUIET, font, anchor="rm")
    x = right - int(pen.textlength("loud", font)) - 6 - steps * step
    for index in range(steps):
        shade = _shade(QUIET, 16 * index + 15)
        pen.rectangle((x + index * step, y, x + index * step + step - 1, y + 12), shade)
    pen.text((x - 6, y + 6), "soft", QUIET, font, anchor="rm")
    return right - x + 6 + int(pen.textlength("soft", font))


def _grid(pen: ImageDraw.ImageDraw, layout: Layout, row: Row) -> None:
    left, right = LEFT, round(row.x(row.end))
    top, bottom = row.top, row.top + layout.row_height
    pen.rectangle((left, top, right, bottom), ROLL)
    for pitch in range(layout.low, layout.high + 1):
        if pitch % 12 in BLACK_KEYS:
            y = layout.y(row, pitch)
            pen.rectangle((left, y, right, y + layout.lane - 1), BLACK_KEY)
    for bar in row.bars:
        for tick in range(bar.start + bar.beat, bar.end, bar.beat):
            pen.line((round(row.x(tick)), top, round(row.x(tick)), bottom), BEAT)
    for pitch in range(layout.low, layout.high + 1):
        if pitch % 12 == 0:  # the line runs between B and C
            y = layout.y(row, pitch) + layout.lane
            pen.line((left, y, right, y), OCTAVE)
    for bar in row.bars[1:]:
        pen.line((round(row.x(bar.start)), top, round(row.x(bar.start)), bottom), BAR)
    pen.rectangle((left, top, right, bottom), None, FRAME)


def _labels(pen: ImageDraw.ImageDraw, layout: Layout, row: Row) -> None:
    font = _font(12)
    for pitch in range(layout.low, layout.high + 1):
        if pitch % 12 == 0:
            y = layout.y(row, pitch) + layout.lane // 2
            pen.text((LEFT - 8, y), f"C{pitch // 12 - 1}", QUIET, font, anchor="rm")
    every = max(1, round(26 / max(1.0, row.x(row.bars[0].end) - LEFT)))  # narrow bars: not every number fits
    for index, bar in enumerate(row.bars):
        if index % every == 0:
            pen.text((row.x(bar.start) + 1, row.top - 5), str(row.first + index), QUIET, font, anchor="ls")


def _notes(pen: ImageDraw.ImageDraw, layout: Layout, track: Any, colour: Colour) -> None:
    shades = [_shade(colour, velocity) for velocity in range(128)]
    edge = _mix(colour, INK, 0.45)
    for note in track.notes:
        for row in layout.rows_between(note.time, note.time + max(1, note.duration)):
            _note(pen, layout, row, note, shades[max(0, min(127, note.velocity))], edge)


def _note(pen: ImageDraw.ImageDraw, layout: Layout, row: Row, note: Any, shade: Colour, edge: Colour) -> None:
    """Draw what a row shows of a note; a dark left edge marks the onset, so a tied-over note has none."""
    left = round(row.x(max(note.time, row.start)))
    right = max(left + 2, round(row.x(min(note.time + note.duration, row.end))) - 1)
    y = layout.y(row, note.pitch)
    pen.rectangle((left, y, right, y + layout.lane - 1), shade)
    if note.time >= row.start:
        pen.rectangle((left, y, left + (1 if right - left > 6 else 0), y + layout.lane - 1), edge)


def _shade(colour: Colour, velocity: int) -> Colour:
    return _mix(PAGE, colour, 0.28 + 0.72 * velocity / 127)


def _mix(start: Colour, end: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
    return red, green, blue


def _fit(pen: ImageDraw.ImageDraw, text: str, font: Any, room: int) -> str:
    """Return the text, shortened with dots where it is wider than the room."""
    if pen.textlength(text, font) <= room:
        return text
    while text and pen.textlength(text + "...", font) > room:
        text = text[:-1]
    return text.rstrip() + "..."


def _font(size: int) -> Any:
    return ImageFont.load_default(size)
