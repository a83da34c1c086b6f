"""Every clip that is there, with its file, song, quadrant, split and key; nothing of it is parsed yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from psychoscore_core.corpus_files import seeded_split
from psychoscore_core.errors import DataError
from psychoscore_emopia.plugin import EmopiaConfig
from psychoscore_emopia.splits import official_splits
from psychoscore_emopia.tables import CLIP, check_labels, column, key_and_mode

TABLES = ("label.csv", "key_mode_tempo.csv")


@frozen(kw_only=True)
class Clip:
    """One file of the corpus. `clip` is its name in the tables."""

    key: str
    clip: str
    path: Path
    aligned: bool
    quadrant: int
    song: str
    split: str
    music_key: str | None
    mode: str | None


def root_of(config: EmopiaConfig) -> Path:
    """Return the folder that holds `midis/`: the path itself, or an EMOPIA_* folder in it; raises DataError."""
    if (config.path / "midis").is_dir():
        return config.path
    inner = [path.parent for path in sorted(config.path.glob("EMOPIA*/midis"))]
    if len(inner) == 1:
        return inner[0]
    raise DataError(
        f"{config.path}: EMOPIA is not here (no folder midis/ in it); set the dataset's path, or fetch it with "
        f"`psyco emopia download --into {config.path.parent}`"
    )


def aligned_folder(config: EmopiaConfig, root: Path) -> Path | None:
    """Return the folder of the beat-aligned copy, or None where the config wants none or leaves it open."""
    if config.version == "performance" and config.aligned is None:
        wanted = (root / "beat_midi", root.parent / "beat_midi")
    else:
        wanted = (config.aligned,) if config.aligned else (root / "beat_midi", root.parent / "beat_midi")
    found = next((folder for folder in wanted if folder.is_dir()), None)
    if found is None and (config.aligned or config.version in ("aligned", "both")):
        raise DataError(f"{wanted[-1]}: no folder of beat-aligned MIDI files here; set the dataset's `aligned`")
    return found


def catalogue(config: EmopiaConfig, remarks: list[str]) -> Mapping[str, Clip]:
    """Return all clips by key, in a fixed order; raises DataError where the corpus is missing or contradicts itself.

    `remarks` gets one line for each thing that was repaired.
    """
    root = root_of(config)
    aligned = aligned_folder(config, root)
    beats = _midi_files(aligned) if aligned else {}
    version = config.version if config.version != "auto" else "aligned" if aligned else "performance"
    performances = {} if version == "aligned" else _midi_files(root / "midis")
    if version == "performance":
        chosen = [(stem, stem, path, False) for stem, path in performances.items()]
    else:
        suffixes = (".aligned", ".performance") if version == "both" else ("", "")
        chosen = [(f"{stem}{suffixes[0]}", stem, path, True) for stem, path in beats.items()]
        chosen += [(f"{stem}{suffixes[1]}", stem, path, False) for stem, path in performances.items()]
    clips = {clip.key: clip for clip in _clips(config, root, sorted(chosen), remarks)}
    if not clips:
        raise DataError(f"{root}: no MIDI files named like Q1_<song>_<number>.mid")
    check_labels(root / "label.csv", {clip.clip: clip.quadrant for clip in clips.values()})
    return clips


def _clips(
    config: EmopiaConfig,
    root: Path,
    chosen: list[tuple[str, str, Path, bool]],
    remarks: list[str],
) -> Iterator[Clip]:
    splits = official_splits(root / "split", remarks) if config.split == "official" else {}
    keys = column(root / "key_mode_tempo.csv", "name", "keyname")
    for key, stem, path, aligned in chosen:
        name = CLIP.fullmatch(stem)
        assert name
        music_key, mode = key_and_mode(keys.get(name["clip"], ""))
        yield Clip(
            key=key,
            clip=name["clip"],
            path=path,
            aligned=aligned,
            quadrant=int(name["quadrant"]),
            song=name["song"],
            split=splits.get(name["song"]) or seeded_split(name["song"], config.seed),
            music_key=music_key,
            mode=mode,
        )


def _midi_files(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.mid")) if CLIP.fullmatch(path.stem)}
