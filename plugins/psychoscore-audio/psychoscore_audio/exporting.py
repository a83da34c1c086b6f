"""The exporter `audio`: a take becomes a WAV file."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from psychoscore_audio.plugin import AudioConfig
from psychoscore_audio.rendering import render
from psychoscore_audio.soundfonts import MissingSoundfontError, find_soundfont
from psychoscore_core.errors import RunError
from psychoscore_core.records import Artifact, Take
from psychoscore_midi.completing import complete
from psychoscore_midi.exporting import file_name


class AudioExporter:
    """Writes `<take>.wav`, or says once why it cannot where no soundfont is found."""

    def __init__(self, config: AudioConfig) -> None:
        self.config = config
        self._said = False

    def export_take(self, take: Take, folder: Path) -> Sequence[Artifact]:
        """Write the take's WAV file into the folder, which is made where it is missing.

        The same take and soundfont give the same bytes. Returns nothing where no soundfont is found and `missing` is
        "skip". Raises RunError where a soundfont or engine that was named is not there, or where the engine fails.
        """
        name = _file_name(take.name)
        try:
            soundfont = find_soundfont(self.config.soundfont)
        except MissingSoundfontError as error:
            if self.config.missing == "error":
                raise
            self._say(f"{error}; no WAV files were written (once there is one: psyco run --from export)")
            return []
        folder.mkdir(parents=True, exist_ok=True)
        done = render(complete(take), folder / f"{name}.wav", soundfont, self.config)
        return [Artifact(path=done.path, kind="audio", summary=done.summary)]

    def _say(self, text: str) -> None:
        # Exporters are given no report; a logged warning reaches the terminal all the same.
        if not self._said:
            self._said = True
            logging.getLogger("psychoscore").warning(text)


def _file_name(name: str) -> str:
    try:
        return file_name(name)
    except RunError as error:
        raise RunError(str(error).replace("exporter midi", "exporter audio", 1)) from None
