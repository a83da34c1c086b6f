"""Draws timbre.png: a sawtooth tune and the same tune by `psyco timbre`. Run: python docs/images/draw_timbre.py"""

import tempfile
import wave
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from psychoscore_timbre.decoder import Decoder
from psychoscore_timbre.names import RATE
from psychoscore_timbre.transferring import transfer

TUNE = ((60, 0.4), (64, 0.4), (67, 0.4), (72, 1.2), (71, 0.4), (67, 0.4), (62, 0.4), (60, 1.4))  # pitch, seconds


def tune() -> np.ndarray:
    """Return a sawtooth that swells and fades in every note, with vibrato in the long ones; noise at the end."""
    notes = []
    for pitch, seconds in TUNE:
        time = np.arange(int(seconds * RATE)) / RATE
        bend = 0.3 * np.sin(2 * np.pi * 5.5 * time) * (time > 0.35) * (seconds > 1)
        turns = np.cumsum(440 * 2 ** ((pitch + bend - 69) / 12)) / RATE
        hertz = 440 * 2 ** ((pitch - 69) / 12)
        saw = sum(np.sin(2 * np.pi * k * turns) / k for k in range(1, int(7600 / hertz)))
        notes.append(0.3 * np.sin(np.pi * time / seconds) ** 0.7 * saw)
    return np.concatenate([*notes, 0.03 * np.random.default_rng(0).standard_normal(RATE // 2)])


def read(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def main() -> None:
    """Make both sounds and draw their spectrograms under one scale."""
    with tempfile.TemporaryDirectory() as scratch:
        source, target = Path(scratch) / "in.wav", Path(scratch) / "out.wav"
        with wave.open(str(source), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(np.rint(tune() * 32767).astype("<i2").tobytes())
        print(transfer(source, target, Decoder()))
        sounds = {"a sawtooth, and half a second of noise": read(source), "the reed": read(target)}
    figure = Figure(figsize=(8, 5), dpi=80, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    for axes, (title, sound) in zip(figure.subplots(2, 1, sharex=True), sounds.items(), strict=True):
        axes.specgram(sound + 1e-7, NFFT=1024, Fs=RATE, noverlap=768, vmin=-130, vmax=-35, cmap="magma")
        axes.set(title=title, ylabel="Hz", ylim=(0, 6000))
    axes.set_xlabel("s")
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
    picture.quantize(32, dither=Image.Dither.NONE).save(Path(__file__).with_name("timbre.png"), optimize=True)


if __name__ == "__main__":
    main()
