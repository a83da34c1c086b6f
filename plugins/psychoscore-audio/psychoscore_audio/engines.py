"""The engines that play a MIDI file: each is a process of its own, which may crash or hang and is then one error.

Both write raw float32, frames of left and right, so that nothing clips before its loudness is known.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

from attrs import frozen

from psychoscore_core.errors import RunError

Engine = Literal["auto", "symusic", "fluidsynth"]
MODULE = "psychoscore_audio.synthesizer_process"
MAX_TEXT = 200  # characters of what an engine said


@frozen(kw_only=True)
class Job:
    """What an engine is to play: files, sample rate, seconds to give, and seconds that it may take."""

    soundfont: Path
    midi: Path
    output: Path
    sample_rate: int
    seconds: float
    timeout: float


def choose_engine(wanted: Engine) -> str:
    """Return "symusic" or "fluidsynth"; raises RunError where the one that is wanted is not on this computer."""
    if wanted != "fluidsynth" and importlib.util.find_spec("symusic"):
        return "symusic"
    if wanted != "symusic" and shutil.which("fluidsynth"):
        return "fluidsynth"
    remedies = {
        "auto": "neither symusic nor the program fluidsynth is installed: pip install 'symusic>=0.5.9,<0.6'",
        "symusic": "symusic is not installed: pip install 'symusic>=0.5.9,<0.6'",
        "fluidsynth": "the program fluidsynth is not installed (Debian, Ubuntu, Homebrew: the package fluidsynth)",
    }
    raise RunError(f"audio: {remedies[wanted]}")


def play(engine: str, job: Job) -> None:
    """Let the engine write the job's output; raises RunError where it fails, crashes or takes too long."""
    command = _fluidsynth(job) if engine == "fluidsynth" else _symusic(job)
    try:
        nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
        done = subprocess.run(command, stdin=nothing, stdout=nothing, stderr=pipe, timeout=job.timeout, check=False)
    except subprocess.TimeoutExpired:
        raise RunError(f"audio: {engine} was not done within {job.timeout:g} s; give it more `timeout`") from None
    said = done.stderr.decode("utf-8", "replace")
    # fluidsynth goes on without a soundfont that it cannot read, and ends well.
    if done.returncode or not job.output.is_file() or "Failed to load" in said:
        raise RunError(f"audio: {engine} cannot play with {job.soundfont}: {_reason(said, done.returncode)}")


def _symusic(job: Job) -> list[str]:
    files = [str(job.soundfont), str(job.midi), str(job.output)]
    return [sys.executable, "-m", MODULE, *files, str(job.sample_rate), str(job.seconds)]


def _fluidsynth(job: Job) -> list[str]:
    quiet = ["-n", "-i", "-q", "-f", os.devnull]  # no MIDI input, no shell, no banner, no settings of the user's
    sound = ["-T", "raw", "-O", "float", "-E", "little", "-r", str(job.sample_rate), "-F", str(job.output)]
    return [shutil.which("fluidsynth") or "fluidsynth", *quiet, *sound, str(job.soundfont), str(job.midi)]


def _reason(said: str, code: int) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if code < 0 or not lines:
        return f"it crashed ({code}); the soundfont may be damaged"
    return lines[-1][:MAX_TEXT]
