"""Unpacking an archive of unknown origin: nothing leaves the folder, nothing is a link, nothing grows without end."""

from __future__ import annotations

import shutil
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from psychoscore_core.errors import DataError

MAX_FILES = 20_000
MAX_BYTES = 1 << 30  # unpacked; the real archive has less than a tenth of it
CHUNK = 1 << 16


def unpack(archive: Path, target: Path) -> None:
    """Unpack a zip file so that `target` is the folder in it that holds `midis/`; complete or absent.

    Raises DataError where it is no zip file, holds no such folder, or holds a member with an absolute path, a path
    out of the folder, a link, a password, or more than 20,000 files or 1 GiB in all.
    """
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        with zipfile.ZipFile(archive) as opened:
            _extract(opened, archive, work)
        root = _root(work, archive)
        if target.is_dir():
            target.rmdir()  # empty, as the caller has seen; renaming onto it fails on some systems
        root.replace(target)
        target.chmod(0o755)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise DataError(f"{archive}: damaged, or not a zip file: {error}") from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _extract(opened: zipfile.ZipFile, archive: Path, work: Path) -> None:
    members = opened.infolist()
    if len(members) > MAX_FILES:
        raise DataError(f"{archive}: {len(members):,} files in it; at most {MAX_FILES:,} are unpacked")
    if sum(member.file_size for member in members) > MAX_BYTES:
        raise DataError(f"{archive}: it would unpack to over {MAX_BYTES:,} bytes")
    paths = [(member, _path(member, archive)) for member in members]  # all are checked before the first is written
    budget = MAX_BYTES
    for member, path in paths:
        place = work.joinpath(*path.parts)
        if member.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        budget -= _write(opened, member, place, budget, archive)


def _path(member: zipfile.ZipInfo, archive: Path) -> PurePosixPath:
    """Return where a member goes below the folder; raises DataError on one that would go elsewhere."""
    name = member.orig_filename
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name or not path.parts:
        raise DataError(f"{archive}: the member {name[:100]!r} would leave the folder; nothing was unpacked")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise DataError(f"{archive}: the member {name[:100]!r} is a link or a device; nothing was unpacked")
    if member.flag_bits & 1:
        raise DataError(f"{archive}: the member {name[:100]!r} is encrypted; nothing was unpacked")
    return path


def _write(opened: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path, budget: int, archive: Path) -> int:
    """Write one member and return its true size, whatever size it declares."""
    size = 0
    with opened.open(member) as source, place.open("xb") as sink:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > min(budget, member.file_size):
                raise DataError(f"{archive}: the member {member.filename[:100]!r} is larger than it says")
            sink.write(chunk)
    return size


def _root(work: Path, archive: Path) -> Path:
    """Return the one folder that holds `midis/`: the top, or one below it."""
    found = [path.parent for path in (work / "midis", *sorted(work.glob("*/midis"))) if path.is_dir()]
    found = [path for path in found if path.name != "__MACOSX"]
    if len(found) != 1:
        raise DataError(f"{archive}: no EMOPIA in it (a folder midis/ was expected)")
    return found[0]
