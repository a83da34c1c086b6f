"""Accompaniment figures: in what order and when the voices of a chord are struck."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from psychoscore_rules.meter import Meter

# (step, length, voices counted from the lowest), within a bar
Stroke = tuple[int, int, tuple[int, ...]]


@lru_cache(maxsize=8192)
def strokes(figure: str, every: int, size: int, meter: Meter, start: int, end: int) -> tuple[Stroke, ...]:
    """Return a figure over one chord of `size` voices that sounds from start to end, struck every `every` steps."""
    return tuple(FIGURES[figure](every, size, meter, start, end))


def _together(starts: list[int], end: int, size: int) -> list[Stroke]:
    everyone = tuple(range(size))
    return [(at, stop - at, everyone) for at, stop in zip(starts, (*starts[1:], end), strict=True)]


def _pad(every: int, size: int, meter: Meter, start: int, end: int) -> list[Stroke]:
    return _together([start], end, size)


def _block(every: int, size: int, meter: Meter, start: int, end: int) -> list[Stroke]:
    beats = [beat for beat, _ in meter.beats if start <= beat < end]
    strong = [beat for beat in meter.strong if start <= beat < end]
    starts = beats if every <= 4 else strong
    return _together(starts or [start], end, size)


def _pulse(every: int, size: int, meter: Meter, start: int, end: int) -> list[Stroke]:
    return _together(list(range(start, end, every)), end, size)


def _offbeat(every: int, size: int, meter: Meter, start: int, end: int) -> list[Stroke]:
    """The bass has the strong beats; the chord answers on the others, or on the offbeats where all beats are strong."""
    weak = [beat for beat, _ in meter.beats if start <= beat < end and beat not in meter.strong]
    if every <= 2 or not weak:
        weak = [at + length // 2 // 2 * 2 for at, length in meter.beats if start <= at < end and length > 2]
    after = [min([end, *(beat for beat, _ in meter.beats if beat > at)]) for at in weak]
    everyone = tuple(range(size))
    struck = [(at, max(1, stop - at), everyone) for at, stop in zip(weak, after, strict=True) if start <= at < end]
    return struck or _together([start], end, size)


def _broken(order: Callable[[int], tuple[int, ...]], restart: bool) -> Callable[..., list[Stroke]]:
    """Return a figure of single notes in an order that begins anew on each strong beat, or runs on."""

    def figure(every: int, size: int, meter: Meter, start: int, end: int) -> list[Stroke]:
        cycle, index = order(size), 0
        struck: list[Stroke] = []
        for at in range(start, end, every):
            if restart and at in meter.strong:
                index = 0
            struck.append((at, min(every, end - at), (cycle[index % len(cycle)],)))
            index += 1
        return struck

    return figure


def _ostinato(every: int, size: int, meter: Meter, start: int, end: int) -> list[Stroke]:
    """Strike long, long, short (3 + 3 + 2), the lowest voice alone and the others in answer."""
    at, index, struck = start, 0, []
    while at < end:
        length = (3, 3, 2)[index % 3] * max(1, every // 2)
        voices = (0,) if index % 3 == 0 or size == 1 else tuple(range(1, size))
        struck.append((at, min(length, end - at), voices))
        at, index = at + length, index + 1
    return struck


def _alberti(size: int) -> tuple[int, ...]:
    return (0, size - 1, size // 2, size - 1)


def _rising(size: int) -> tuple[int, ...]:
    return tuple(range(size))


def _wave(size: int) -> tuple[int, ...]:
    return (*range(size), *range(size - 2, 0, -1))


FIGURES: Mapping[str, Callable[..., list[Stroke]]] = {
    "pad": _pad,
    "block": _block,
    "pulse": _pulse,
    "offbeat": _offbeat,
    "alberti": _broken(_alberti, restart=True),
    "arpeggio": _broken(_rising, restart=True),
    "wave": _broken(_wave, restart=False),
    "ostinato": _ostinato,
}
# What a figure may be set to: (steps between strokes, voices).
SETTINGS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "pad": ((16, 1), (16, 2), (16, 3), (16, 4)),
    "block": ((8, 2), (8, 3), (8, 4), (4, 2), (4, 3), (4, 4)),
    "pulse": ((4, 2), (4, 3), (2, 1), (2, 2), (2, 3), (2, 4)),
    "offbeat": ((4, 1), (4, 2), (4, 3), (2, 2), (2, 3), (2, 4)),
    "alberti": ((4, 3), (2, 3), (1, 3)),
    "arpeggio": ((4, 3), (4, 4), (2, 4), (1, 4)),
    "wave": ((4, 3), (4, 4), (2, 4), (1, 4)),
    "ostinato": ((4, 2), (4, 3), (2, 2), (2, 3), (2, 4), (1, 2), (1, 3)),
}
