"""Find a soundfont on this computer; nothing is ever downloaded."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from psychoscore_core.errors import RunError

VARIABLE = "PSYCHOSCORE_SOUNDFONT"
SUFFIXES = (".sf2", ".sf3")
# The best known General MIDI sets first, so that the choice does not hang on what else lies in the folder.
PREFERRED = ("fluidr3_gm", "fluidr3gm", "musescore_general", "generaluser", "default-gm", "timgm6mb")
ADVICE = (
    f"install one (Debian and Ubuntu: fluid-soundfont-gm, or the small timgm6mb-soundfont), or name an .sf2 or .sf3 "
    f"file in the option soundfont or in {VARIABLE}"
)


class MissingSoundfontError(RunError):
    """There is no soundfont on this computer, and nothing named one."""


def find_soundfont(named: Path | None = None) -> Path:
    """Return the soundfont to play with: the named file, the variable's, or the first in the system's folders.

    Raises MissingSoundfontError where there is none, and RunError where a file that was named is no soundfont: another
    one is never taken in its place.
    """
    if named is not None:
        return _checked(named, "soundfont")
    if os.environ.get(VARIABLE):
        return _checked(Path(os.environ[VARIABLE]).expanduser(), VARIABLE)
    for folder in folders():
        for path in _soundfonts_in(folder):
            if not problem_of(path):
                return path
    raise MissingSoundfontError(f"audio: there is no soundfont on this computer: {ADVICE}")


def folders(platform: str = sys.platform, environment: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Return the folders that soundfonts are installed into, the user's own first."""
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or ".")
    if platform == "win32":
        data = environment.get("LOCALAPPDATA", str(home / "AppData" / "Local"))
        shared = [environment.get("PROGRAMDATA", "C:/ProgramData"), environment.get("PROGRAMFILES", "C:/Program Files")]
        places = [Path(data), *map(Path, shared)]
        names = ("soundfonts", "SoundFonts", "FluidSynth/share/soundfonts")
        return (home / "soundfonts", *(place / name for place in places for name in names))
    data = environment.get("XDG_DATA_HOME") or str(home / ".local/share")
    own = [Path(data) / "soundfonts", Path(data) / "sounds/sf2", Path(data) / "sounds/sf3"]
    roots = ["/usr/local/share", "/usr/share"]
    if platform == "darwin":
        own += [home / "Library/Audio/Sounds/Banks"]
        roots = ["/opt/homebrew/share", "/Library/Audio/Sounds/Banks", *roots]
    names = ("", "soundfonts", "sounds/sf2", "sounds/sf3", "fluid-synth/sf2", "fluidsynth")
    return (*own, *(Path(root, name) for root in roots for name in names if name or root.endswith("Banks")))


def problem_of(path: Path) -> str:
    """Return why a file cannot be a soundfont, from its RIFF header (SoundFont 2.04, section 4), or ""."""
    try:
        if not path.is_file():
            return "is no file" if path.exists() else "does not exist"
        with path.open("rb") as file:
            head = file.read(12)
        size = path.stat().st_size
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if head[:4] != b"RIFF" or head[8:] != b"sfbk":
        return "is not a soundfont (.sf2 or .sf3)"
    missing = int.from_bytes(head[4:8], "little") + 8 - size
    return f"is cut short by {missing:,} bytes" if missing > 0 else ""


def _checked(path: Path, source: str) -> Path:
    problem = problem_of(path)
    if problem:
        raise RunError(f"audio: {source}: {path} {problem}")
    return path.resolve()


def _soundfonts_in(folder: Path) -> Iterator[Path]:
    try:
        found = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES]
    except OSError:  # most of these folders exist on few computers
        return
    yield from sorted(found, key=lambda path: (_rank(path), path.name.lower(), path.name))


def _rank(path: Path) -> int:
    name = path.name.lower().replace(" ", "_")
    return next((rank for rank, known in enumerate(PREFERRED) if name.startswith(known)), len(PREFERRED))
