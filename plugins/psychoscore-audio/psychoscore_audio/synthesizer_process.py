"""The process that symusic's synthesizer runs in: a damaged soundfont can crash it, and nothing else.

Arguments: soundfont, MIDI file, output, sample rate, seconds. The output is raw float32, frames of left and right.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Play the MIDI file that the arguments name; what is wrong goes to stderr in one line."""
    soundfont, midi, output, rate, seconds = sys.argv[1:]
    try:
        perform(soundfont, Path(midi), Path(output), int(rate), float(seconds))
    except (RuntimeError, ValueError, OSError, MemoryError) as error:  # what the native code and a full disk raise
        sys.exit(" ".join(str(error).split()) or type(error).__name__)


def perform(soundfont: str, midi: Path, output: Path, rate: int, seconds: float) -> None:
    """Write the sound of a MIDI file that is known to be sane."""
    from symusic import Score

    from psychoscore_audio.mixing import mix
    from psychoscore_audio.sounds import Sounds

    score, sounds = Score.from_midi(midi.read_bytes()), Sounds(soundfont, rate)
    with output.open("wb") as file:
        for block in mix(score, sounds, seconds):
            file.write(block.astype("<f4", order="C").tobytes())


if __name__ == "__main__":
    main()
