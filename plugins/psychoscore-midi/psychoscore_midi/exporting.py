"""The exporter `midi`: a take becomes a Standard MIDI File and a piano roll."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from psychoscore_core.errors import MidiError, RunError
from psychoscore_core.records import Artifact, Take
from psychoscore_core.whole_files import replacing
from psychoscore_midi.captions import caption
from psychoscore_midi.completing import complete
from psychoscore_midi.plugin import MidiConfig
from psychoscore_midi.reading import parse

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

_FORBIDDEN = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # names that Windows keeps to itself
MAX_NAME = 120


@frozen
class MidiExporter:
    """Writes `<take>.mid` and, unless told otherwise, `<take>.png`."""

    config: MidiConfig

    def export_take(self, take: Take, folder: Path) -> Sequence[Artifact]:
        """Write the take's files into the folder, which is made where it is missing.

        The same take gives the same bytes. Raises RunError where the take's name cannot be a file name, or where
        its score would not read back with the notes that it has.
        """
        name = file_name(take.name)
        score = complete(take)
        data = midi_bytes(score, take.name)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.mid"
        with replacing(path) as part:
            part.write_bytes(data)
        artifacts = [
            Artifact(path=path, kind="midi", summary=f"{score.note_num()} notes in {len(take.plan.bars)} bars")
        ]
        return artifacts + (self._picture(take, score, folder / f"{name}.png") if self.config.piano_roll else [])

    def _picture(self, take: Take, score: Score, path: Path) -> list[Artifact]:
        from psychoscore_midi.piano_roll import draw

        draw(score, path, title=take.name, lines=caption(take), width=self.config.width, bars=len(take.plan.bars))
        return [Artifact(path=path, kind="piano-roll", summary="the notes as a picture")]


def file_name(name: str) -> str:
    """Return a take's name as it is where it can name a file on every system; raises RunError otherwise."""
    bad = not name or len(name) > MAX_NAME or name[0] in ". " or name[-1] in ". "
    if bad or _FORBIDDEN.search(name) or _DEVICES.fullmatch(name):
        raise RunError(f"exporter midi: a take named {name[:MAX_NAME]!r} cannot be a file; choose a plain name")
    return name


def midi_bytes(score: Score, name: str) -> bytes:
    """Return the score as a Standard MIDI File; raises RunError unless it reads back with the same notes."""
    data: bytes = score.dumps_midi()
    try:
        again = parse(data, [])
    except MidiError as error:
        raise RunError(f"exporter midi: {name} does not read back: {error}") from None
    if _onsets(again) != _onsets(score):
        raise RunError(f"exporter midi: {name} does not read back with the notes that it has")
    return data


def _onsets(score: Score) -> list[tuple[int, int, int]]:
    return sorted((note.time, note.pitch, note.velocity) for track in score.tracks for note in track.notes)
