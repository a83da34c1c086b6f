"""What a user may say of a plan in `generation.plan` and `generation.timeline`, checked as it is read."""

from __future__ import annotations

from typing import Any, Literal

from attrs import Attribute, field, frozen
from attrs.validators import ge, le, optional

from psychoscore_core.chord_symbols import read_chords
from psychoscore_core.errors import RunError
from psychoscore_core.planning.key_names import read_key

MAX_BARS = 512
MAX_POINTS = 4096
Curve = float | tuple[float, ...]
CURVES = (  # the numbers of a bar that a user may draw
    "tension",
    "density",
    "register",
    "dynamics",
    "articulation",
    "polyphony",
    "irregularity",
    "span",
    "contrast",
    "chromaticism",
)


def _key(instance: object, attribute: object, value: str) -> None:
    read_key(value)


def _curve(instance: object, attribute: object, value: Curve | str) -> None:
    if isinstance(value, str):
        return
    points = value if isinstance(value, tuple) else (value,)
    if not 0 < len(points) <= MAX_POINTS:
        raise ValueError(f"must be 1 to {MAX_POINTS} numbers, not {len(points)}")
    for index, point in enumerate(points):
        if not 0 <= point <= 1:
            place = f"number {index + 1} " if isinstance(value, tuple) else ""
            raise ValueError(f"{place}must lie in 0 to 1, not {point:g}")


def _chords(instance: object, attribute: object, value: str | tuple[str, ...]) -> None:
    bars = chord_bars(value)
    if not 0 < len(bars) <= MAX_BARS:
        raise ValueError(f"must be 1 to {MAX_BARS} bars of chords, not {len(bars)}")
    for index, bar in enumerate(bars):
        try:
            read_chords(bar, f"bar {index + 1}")
        except RunError as error:
            raise ValueError(str(error)) from None


def chord_bars(chords: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return chords bar by bar: a list has a text a bar, a text a chord a bar, or bars between bar lines ("|")."""
    if not isinstance(chords, str):
        return tuple(" ".join(bar.split()) for bar in chords)
    if "|" in chords:
        return tuple(" ".join(bar.split()) for bar in chords.strip().strip("|").split("|"))
    return tuple(chords.split())


def _label(instance: object, attribute: object, value: str) -> None:
    if not value.isprintable() or value != value.strip() or len(value) > 40:
        raise ValueError(f"{value!r:.60} is no name: up to 40 printable characters, no space at either end")


def _named(instance: object, attribute: object, value: str) -> None:
    _label(instance, attribute, value)
    if not value:
        raise ValueError("must not be empty")


def _drawn() -> Any:
    return field(default=None, validator=optional(_curve))


_TEMPO = optional([ge(10), le(400)])


@frozen(kw_only=True)
class SectionOptions:
    """One section of a plan.

    name: like "A" or "chorus"; a name that comes again takes up what stood there first.
    bars: its length; 1 to 512.
    key: like "Am" or "Eb Dorian"; null goes on in the key before.
    tempo: quarter notes a minute, 10 to 400; null goes on.
    chords: as for the whole plan, from the section's first bar.
    tension: "auto", a number or a curve over the section's bars, in [0, 1].
    density: a number or a curve, in [0, 1]; 1 is 20 onsets in a bar of four quarters.
    register: mean MIDI pitch / 127.
    dynamics: mean MIDI velocity / 127.
    articulation: 0 staccato to 1 legato.
    polyphony: 1 is 8 notes that sound together.
    irregularity: 0 even onsets to 1 of all lengths.
    span: standard deviation of the pitches; 24 semitones are 1.
    contrast: standard deviation of the velocities; 40 of them are 1.
    chromaticism: share of notes outside the scale.
    """

    name: str = field(validator=_named)
    bars: int = field(validator=[ge(1), le(MAX_BARS)])
    key: str | None = field(default=None, validator=optional(_key))
    tempo: float | None = field(default=None, validator=_TEMPO)
    chords: str | tuple[str, ...] | None = field(default=None, validator=optional(_chords))
    tension: Literal["auto"] | float | tuple[float, ...] = field(default="auto", validator=_curve)
    density: float | tuple[float, ...] | None = _drawn()
    register: float | tuple[float, ...] | None = _drawn()
    dynamics: float | tuple[float, ...] | None = _drawn()
    articulation: float | tuple[float, ...] | None = _drawn()
    polyphony: float | tuple[float, ...] | None = _drawn()
    irregularity: float | tuple[float, ...] | None = _drawn()
    span: float | tuple[float, ...] | None = _drawn()
    contrast: float | tuple[float, ...] | None = _drawn()
    chromaticism: float | tuple[float, ...] | None = _drawn()


def _few_bars(instance: object, attribute: object, value: tuple[SectionOptions, ...]) -> None:
    total = sum(section.bars for section in value)
    if total > MAX_BARS:
        raise ValueError(f"have {total} bars together, of at most {MAX_BARS}")


@frozen(kw_only=True)
class PlanOptions:
    """What is known of the piece beforehand; whatever is left out follows from the profile.

    key: like "Am", "C" or "Eb Dorian": key and mode; before `generation.key` and `generation.mode`.
    tempo: quarter notes a minute, 10 to 400; before `generation.tempo`.
    chords: "Am F C G", a chord a bar; "Am F | C", bars between bar lines; or a list with a text a bar, where ""
        leaves the bar open. Repeated to the end.
    sections: a list of sections, each with name and bars, and perhaps its own key, tempo, chords and numbers.
    tension: "auto", or a number or a list of numbers in [0, 1] that is drawn over all bars; it bends dynamics, density
        and register as far as these are not given.
    density: a number or a list of numbers in [0, 1], drawn over all bars; 1 is 20 onsets in a bar of four quarters.
    register: mean MIDI pitch / 127.
    dynamics: mean MIDI velocity / 127.
    articulation: 0 staccato to 1 legato.
    polyphony: 1 is 8 notes that sound together.
    irregularity: 0 even onsets to 1 of all lengths.
    span: standard deviation of the pitches; 24 semitones are 1.
    contrast: standard deviation of the velocities; 40 of them are 1.
    chromaticism: share of notes outside the scale.
    """

    key: str | None = field(default=None, validator=optional(_key))
    tempo: float | None = field(default=None, validator=_TEMPO)
    chords: str | tuple[str, ...] | None = field(default=None, validator=optional(_chords))
    sections: tuple[SectionOptions, ...] = field(default=(), validator=_few_bars)
    tension: Literal["auto"] | float | tuple[float, ...] = field(default="auto", validator=_curve)
    density: float | tuple[float, ...] | None = _drawn()
    register: float | tuple[float, ...] | None = _drawn()
    dynamics: float | tuple[float, ...] | None = _drawn()
    articulation: float | tuple[float, ...] | None = _drawn()
    polyphony: float | tuple[float, ...] | None = _drawn()
    irregularity: float | tuple[float, ...] | None = _drawn()
    span: float | tuple[float, ...] | None = _drawn()
    contrast: float | tuple[float, ...] | None = _drawn()
    chromaticism: float | tuple[float, ...] | None = _drawn()


def drawn(options: SectionOptions | PlanOptions) -> dict[str, Curve]:
    """Return the numbers and curves that are given, by the bar number's name."""
    values = {name: getattr(options, name) for name in CURVES}
    return {name: value for name, value in values.items() if value is not None and value != "auto"}


def _one_length(instance: SceneOptions, attribute: Attribute[Any], value: float | None) -> None:
    if (instance.bars is None) == (value is None):
        raise ValueError("a scene has either bars or seconds")


_SECONDS: Any = [optional([ge(0.1), le(7200)]), _one_length]


@frozen(kw_only=True)
class SceneOptions:
    """One state of a timeline and how long it holds.

    profile: a path, a bundled profile's name, or a profile written in place.
    bars: its length in bars; 1 to 512.
    seconds: its length in seconds at its tempo, rounded to bars; above 0, to 7200.
    name: of the section; scenes of one name or one profile take each other up. Letters if empty.
    transition: bars at its beginning over which everything moves from the scene before; at most its length.
    key: like "Am"; null keeps the first scene's tonic, in the mode of this scene's profile.
    tempo: quarter notes a minute, 10 to 400; null lets the scene's profile decide.
    modulate: take this scene's own key from its profile.
    """

    profile: str | dict[str, Any]
    bars: int | None = field(default=None, validator=optional([ge(1), le(MAX_BARS)]))
    seconds: float | None = field(default=None, validator=_SECONDS)
    name: str = field(default="", validator=_label)
    transition: int = field(default=2, validator=[ge(0), le(MAX_BARS)])
    key: str | None = field(default=None, validator=optional(_key))
    tempo: float | None = field(default=None, validator=_TEMPO)
    modulate: bool = False
