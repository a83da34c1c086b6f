"""Single notes of a soundfont, played by symusic's synthesizer and kept while there is room."""

from __future__ import annotations

from collections import OrderedDict
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from psychoscore_audio.root_keys import in_tune

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOM = 64 * 1024 * 1024  # bytes of kept sounds
LONGEST = 60.0  # seconds: a longer note is let go there, so that memory stays bounded
RELEASE = 0.15  # seconds in which a note fades after it is let go
DRUM_RING = 1.0  # seconds that a drum rings at least: it pays no heed to when it is let go
LAYERS = 8  # velocities apart that are taken from the same layer of the soundfont
_TICKS = 500  # a second, at 60 quarter notes a minute


class Sounds:
    """The notes that a soundfont makes, each as (2, frames) float32, before any loudness.

    The synthesizer of symusic 0.5.9 pays no heed to velocities and cuts releases to a few milliseconds, so notes are
    rendered one at a time: their loudness and release are the mixer's to make.
    """

    def __init__(self, soundfont: str, rate: int) -> None:
        self.rate = rate
        self._synthesizer = _synthesizer(soundfont, rate)
        self._kept: OrderedDict[tuple[int, bool, int, int, int], NDArray[np.float32]] = OrderedDict()
        self._size = 0
        self._release = np.cos(np.linspace(0, np.pi / 2, int(RELEASE * rate), dtype=np.float32)) ** 2

    def note(
        self, program: int, drum: bool, pitch: int, velocity: int, seconds: float, gain: float
    ) -> NDArray[np.float32]:
        """Return a note that is let go after so many seconds, with its release, times a gain."""
        seconds = min(max(seconds, DRUM_RING) if drum else seconds, LONGEST)
        whole = self._whole(program, drum, pitch, velocity // LAYERS, seconds + RELEASE)
        held = int(seconds * self.rate)
        sound = whole[:, : held + len(self._release)] * np.float32(gain)
        sound[:, held:] *= self._release[: sound.shape[1] - held]
        return sound

    def _whole(self, program: int, drum: bool, pitch: int, layer: int, seconds: float) -> NDArray[np.float32]:
        """Return the note at least as long as asked for: lengths go in powers of two, so that many notes share one."""
        length = 1 << max(0, int(np.ceil(np.log2(seconds))))
        key = (program, drum, pitch, layer, length)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        sound = self._render(program, drum, pitch, min(127, layer * LAYERS + LAYERS // 2), length)
        self._kept[key] = sound
        self._size += sound.nbytes
        while self._size > ROOM and len(self._kept) > 1:
            self._size -= self._kept.popitem(last=False)[1].nbytes
        return sound

    def _render(self, program: int, drum: bool, pitch: int, velocity: int, length: int) -> NDArray[np.float32]:
        from symusic import Note, Score, Tempo, Track

        score, track = Score(_TICKS), Track("", program, drum)
        score.tempos.append(Tempo(0, 60))
        track.notes.append(Note(0, length * _TICKS, pitch, velocity))
        score.tracks.append(track)
        sound: NDArray[np.float32] = np.nan_to_num(self._synthesizer.render(score, True))
        return sound


def _synthesizer(soundfont: str, rate: int) -> Any:
    """Return symusic's synthesizer with the soundfont in tune; raises ValueError on one whose lists are damaged."""
    from symusic import Synthesizer

    with Path(soundfont).open("rb") as file, TemporaryDirectory(prefix="psyco-soundfont-") as folder:
        parts = in_tune(mmap(file.fileno(), 0, access=ACCESS_READ))
        if parts is None:
            return Synthesizer(soundfont, rate, 0)
        path = Path(folder) / "in-tune.sf2"
        with path.open("wb") as tuned:
            tuned.writelines(parts)
        return Synthesizer(str(path), rate, 0)  # which has read it all when it is there
