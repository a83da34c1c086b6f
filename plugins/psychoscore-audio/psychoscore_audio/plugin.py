"""Offer the exporter `audio` and the command `psyco render`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from attrs import field, frozen
from attrs.validators import ge, le

from psychoscore_core import Component, hookimpl

if TYPE_CHECKING:
    import click


@frozen(kw_only=True)
class AudioConfig:
    """A WAV file (16-bit PCM) per take, played by a soundfont that is on this computer.

    soundfont: an .sf2 or .sf3 file; null takes what PSYCHOSCORE_SOUNDFONT names, or else looks in the system's folders.
    missing: where no soundfont is found: "skip" says so and writes nothing, "error" ends the run.
    engine: "symusic" plays notes, velocities, volume and sustain pedal; "fluidsynth" is the program of that name, which
    plays everything; "auto" is symusic, and fluidsynth where symusic cannot be imported.
    sample_rate: frames a second, 8000 to 96000.
    channels: 1 or 2.
    normalise: raise or lower each take so that its loudest sample reaches `peak`; false keeps takes comparable in
    loudness and lowers only one that would go beyond it.
    peak: in dBFS, -40 to 0.
    tail: seconds after the end of the last note, 0 to 30.
    seconds: longer music is cut there, 1 to 3600.
    timeout: seconds that the engine may take for one file, 1 to 3600.
    """

    soundfont: Path | None = None
    missing: Literal["skip", "error"] = "skip"
    engine: Literal["auto", "symusic", "fluidsynth"] = "auto"
    sample_rate: int = field(default=44100, validator=[ge(8000), le(96000)])
    channels: int = field(default=2, validator=[ge(1), le(2)])
    normalise: bool = True
    peak: float = field(default=-1.0, validator=[ge(-40), le(0)])
    tail: float = field(default=1.5, validator=[ge(0), le(30)])
    seconds: float = field(default=600.0, validator=[ge(1), le(3600)])
    timeout: float = field(default=300.0, validator=[ge(1), le(3600)])


@hookimpl
def psyco_exporters() -> Iterable[Component]:
    """Offer the WAV exporter."""
    yield Component(
        name="audio",
        factory="psychoscore_audio.exporting:AudioExporter",
        config=AudioConfig,
        summary="A WAV file for each take, played by a soundfont on this computer.",
    )


@hookimpl
def psyco_commands() -> Iterable[click.Command]:
    """Offer `psyco render`."""
    from psychoscore_audio.commands import render

    yield render
