"""Fetching the archive: resumed where it stopped, never larger than allowed, and only kept if its checksum is right."""

from __future__ import annotations

import hashlib
import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from psychoscore_core.errors import DataError
from psychoscore_emopia.unpacking import unpack

URL = "https://zenodo.org/records/5257995/files/EMOPIA_2.2.zip"
MD5 = "bad5171786a4898f37fc2678e99afd94"
MAX_ARCHIVE = 1 << 30  # bytes
ATTEMPTS = 5  # in a row that bring nothing; every byte that arrives starts the count anew
CHUNK = 1 << 16
TIMEOUT = 30.0  # seconds without a byte

Progress = Callable[[int, int], None]


def _silent(done: int, total: int) -> None:
    return


def fetch_emopia(
    target: Path, url: str = URL, md5: str = MD5, progress: Progress = _silent, pause: float = 1.0
) -> bool:
    """Fetch and unpack the archive so that `target` holds `midis/`; return False where it already does.

    A cut connection is taken up again, in this call and in later ones. Raises DataError, one line with the address
    or the path, on whatever makes it impossible. progress gets bytes done and bytes in all (0 = unknown); pause is
    the first wait in seconds between attempts.
    """
    if (target / "midis").is_dir():
        return False
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DataError(f"{target}: something else is here already; choose another folder")
    archive = target.with_name(f"{target.name}.zip")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        download(url, archive, md5, progress, pause)
        unpack(archive, target)
        archive.unlink(missing_ok=True)
    except OSError as error:
        raise DataError(f"{error.filename or target}: cannot be written: {error.strerror or error}") from None
    return True


def download(url: str, path: Path, md5: str, progress: Progress = _silent, pause: float = 1.0) -> None:
    """Bring the file at the address to `path`, complete and with this checksum; raises DataError otherwise."""
    if not url.lower().startswith(("https://", "http://")):
        raise DataError(f"{url}: not an http or https address")
    if path.exists() and _md5(path) == md5:
        return
    part = path.with_name(f"{path.name}.part")
    failures = 0
    size = _size(part)
    while problem := _attempt(url, part, progress):
        failures, size = (failures + 1 if _size(part) <= size else 1), _size(part)
        if failures == ATTEMPTS:
            raise DataError(f"{url}: failed {ATTEMPTS} times ({problem}); run it again to go on at {size:,} bytes")
        time.sleep(pause * 2 ** (failures - 1))
    found = _md5(part)
    if found != md5:
        part.unlink()
        raise DataError(f"{url}: the file has the MD5 checksum {found}, not {md5}; it was deleted")
    part.replace(path)


def _attempt(url: str, part: Path, progress: Progress) -> str:
    """Go on with the download once and return what went wrong, "" when it is complete.

    Raises DataError where another try is no use.
    """
    start = _size(part)
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        with _opener().open(request, timeout=TIMEOUT) as response:
            return "" if _receive(url, response, part, start, progress) else "the connection was cut"
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416 and start:  # nothing from there on: the part is whole, or not a part of this file
            return "" if _whole_or_nothing(error, part, start) else "the part was of another file"
        if error.code < 500 and error.code not in (408, 429):
            raise DataError(f"{url}: the server says {error.code} {error.reason}") from None
        return f"the server says {error.code} {error.reason}"
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
        return str(getattr(error, "reason", error)) or type(error).__name__


def _opener() -> urllib.request.OpenerDirector:
    """Return an opener of http and https only: a redirection to ftp: leads nowhere."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _whole_or_nothing(error: Any, part: Path, start: int) -> bool:
    if error.headers.get("Content-Range", "") == f"bytes */{start}":
        return True
    part.unlink()
    return False


def _receive(url: str, response: Any, part: Path, start: int, progress: Progress) -> bool:
    """Append what comes, or begin anew where the server sends everything; say whether nothing is missing."""
    place = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    resumed = response.status == 206 and place is not None and int(place[1]) == start
    if response.status == 206 and not resumed:
        raise DataError(f"{url}: the server sent another part of the file than it was asked for")
    done = start if resumed else 0
    length = response.headers.get("Content-Length", "")
    total = done + int(length) if length.isdecimal() else 0
    with part.open("ab" if resumed else "wb") as file:
        while chunk := response.read(CHUNK) if max(done, total) <= MAX_ARCHIVE else b"":
            file.write(chunk)
            done += len(chunk)
            progress(done, total)
    if max(done, total) > MAX_ARCHIVE:
        part.unlink()
        raise DataError(f"{url}: over {MAX_ARCHIVE:,} bytes, which is no EMOPIA archive")
    return done >= total


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
