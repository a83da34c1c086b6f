"""The download against a server on loopback, and hostile archives."""

from __future__ import annotations

import hashlib
import io
import json
import socket
import stat
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from click.testing import CliRunner

from psychoscore_core.errors import DataError
from psychoscore_core.profile_json import read_profile
from psychoscore_emopia import downloading, unpacking
from psychoscore_emopia.commands import emopia
from psychoscore_emopia.downloading import fetch_emopia
from psychoscore_emopia.quadrants import quadrant_profile
from psychoscore_emopia.unpacking import unpack


def archive(*members: tuple[str, bytes], top: str = "EMOPIA_2.2/") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(f"{top}midis/Q1_a_0.mid", bytes(200_000))
        for name, data in members:
            file.writestr(name, data)
    return out.getvalue()


DATA = archive(("EMOPIA_2.2/noise.bin", hashlib.shake_128(b"noise").digest(300_000)))
MD5 = hashlib.md5(DATA, usedforsecurity=False).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Serves DATA; /cut breaks off halfway through what is asked for, /whole knows no ranges."""

    def do_GET(self) -> None:
        self.server.asked.append(self.headers.get("Range"))
        if self.path == "/gone":
            return self.send_error(404, "Not Found")
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "ftp://127.0.0.1/x.zip")
            return self.end_headers()
        begin = 0 if self.path == "/whole" else int((self.headers.get("Range") or "bytes=0-")[6:-1])
        if begin >= len(DATA):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(DATA)}")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        body = DATA[begin:]
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(DATA) - 1}/{len(DATA)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut = self.path == "/cut" and len(body) > 1000
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = True
        return None

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def server(monkeypatch) -> Iterator[Any]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        found.asked = []
        found.url = f"http://127.0.0.1:{found.server_port}"
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def test_the_archive_is_fetched_unpacked_and_removed(server, tmp_path):
    target, seen = tmp_path / "EMOPIA_2.2", []
    assert fetch_emopia(target, server.url, MD5, lambda *at: seen.append(at))
    assert (target / "midis" / "Q1_a_0.mid").stat().st_size == 200_000
    assert seen[-1] == (len(DATA), len(DATA))
    assert [path.name for path in tmp_path.iterdir()] == ["EMOPIA_2.2"]


def test_what_is_there_is_not_fetched_again(server, tmp_path):
    (tmp_path / "EMOPIA_2.2" / "midis").mkdir(parents=True)
    assert not fetch_emopia(tmp_path / "EMOPIA_2.2", server.url, MD5)
    assert server.asked == []


def test_a_cut_connection_is_taken_up_where_it_broke(server, tmp_path):
    assert fetch_emopia(tmp_path / "EMOPIA_2.2", f"{server.url}/cut", MD5, pause=0)
    assert server.asked[:2] == [None, f"bytes={len(DATA) // 2}-"]


def test_a_later_call_goes_on_from_the_part_file(server, tmp_path):
    (tmp_path / "EMOPIA_2.2.zip.part").write_bytes(DATA[:70_000])
    assert fetch_emopia(tmp_path / "EMOPIA_2.2", server.url, MD5)
    assert server.asked == ["bytes=70000-"]


def test_a_whole_part_file_needs_no_more(server, tmp_path):
    (tmp_path / "EMOPIA_2.2.zip.part").write_bytes(DATA)
    assert fetch_emopia(tmp_path / "EMOPIA_2.2", server.url, MD5, pause=0)


def test_a_server_without_ranges_sends_all_of_it_again(server, tmp_path):
    (tmp_path / "EMOPIA_2.2.zip.part").write_bytes(b"x" * 70_000)
    assert fetch_emopia(tmp_path / "EMOPIA_2.2", f"{server.url}/whole", MD5)


def test_a_wrong_checksum_leaves_nothing(server, tmp_path):
    with pytest.raises(DataError, match=f"the file has the MD5 checksum {MD5}, not {'0' * 32}; it was deleted"):
        fetch_emopia(tmp_path / "EMOPIA_2.2", server.url, "0" * 32)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("/gone", "/gone: the server says 404 Not Found"),
        ("/elsewhere", r"elsewhere: failed 5 times \(unknown url type: ftp\)"),
    ],
)
def test_a_refusal_is_named(server, tmp_path, place, message):
    with pytest.raises(DataError, match=message):
        fetch_emopia(tmp_path / "EMOPIA_2.2", server.url + place, MD5, pause=0)


def test_a_refused_connection_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(DataError, match="failed 5 times .*refused.*; run it again to go on at 0 bytes"):
        fetch_emopia(tmp_path / "EMOPIA_2.2", url, MD5, pause=0)


def test_only_http_is_fetched(tmp_path):
    with pytest.raises(DataError, match="file:///etc/passwd: not an http or https address"):
        fetch_emopia(tmp_path / "EMOPIA_2.2", "file:///etc/passwd", MD5)


def test_too_large_a_file_is_refused(server, tmp_path, monkeypatch):
    monkeypatch.setattr(downloading, "MAX_ARCHIVE", 1000)
    with pytest.raises(DataError, match="over 1,000 bytes, which is no EMOPIA archive"):
        fetch_emopia(tmp_path / "EMOPIA_2.2", server.url, MD5)


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("EMOPIA_2.2/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("member", "message"),
    [
        ("../out.txt", "would leave the folder"),
        ("/out.txt", "would leave the folder"),
        ("a/../../out.txt", "would leave the folder"),
        ("C:out.txt", "would leave the folder"),
        ("..\\out.txt", "would leave the folder"),
        (link(), "is a link or a device"),
    ],
)
def test_a_hostile_member_is_refused_and_nothing_is_left(tmp_path, member, message):
    file = tmp_path / "in" / "x.zip"
    file.parent.mkdir()
    file.write_bytes(archive((member, b"/etc/passwd")))
    with pytest.raises(DataError, match=message):
        unpack(file, tmp_path / "in" / "EMOPIA_2.2")
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "x.zip"]


def test_an_archive_that_declares_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_BYTES", 100_000)
    (tmp_path / "x.zip").write_bytes(archive())
    with pytest.raises(DataError, match="it would unpack to over 100,000 bytes"):
        unpack(tmp_path / "x.zip", tmp_path / "EMOPIA_2.2")


def test_an_archive_that_lies_about_a_size_is_refused(tmp_path):
    data = archive()
    lie = data.replace((200_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    (tmp_path / "x.zip").write_bytes(lie)
    with pytest.raises(DataError, match=r"larger than it says|damaged"):
        unpack(tmp_path / "x.zip", tmp_path / "EMOPIA_2.2")
    assert not (tmp_path / "EMOPIA_2.2").exists()


@pytest.mark.parametrize("data", [b"no zip", DATA[:1000], DATA[:-30]])
def test_a_damaged_archive_is_named(tmp_path, data):
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(DataError, match=r"x\.zip: damaged, or not a zip file"):
        unpack(tmp_path / "x.zip", tmp_path / "EMOPIA_2.2")


def test_another_archive_is_named(tmp_path):
    (tmp_path / "x.zip").write_bytes(archive(top="a/b/"))
    with pytest.raises(DataError, match="no EMOPIA in it"):
        unpack(tmp_path / "x.zip", tmp_path / "EMOPIA_2.2")


def test_the_command_downloads(server, tmp_path):
    arguments = ["download", "--into", str(tmp_path), "--url", server.url, "--md5", MD5]
    result = CliRunner().invoke(emopia, arguments, catch_exceptions=False)
    assert result.exit_code == 0 and "EMOPIA_2.2: ready" in result.output


def test_the_command_writes_the_quadrants(tmp_path):
    CliRunner().invoke(emopia, ["quadrants", "--into", str(tmp_path)], catch_exceptions=False)
    profiles = [read_profile(tmp_path / f"q{number}.profile.json") for number in (1, 2, 3, 4)]
    assert [(p.trauma, p.entropy) for p in profiles] == [(0.2, 0.8), (0.75, 0.7), (0.8, 0.2), (0.2, 0.3)]
    assert profiles == [quadrant_profile(number) for number in (1, 2, 3, 4)]
    assert all(p.given == {"trauma", "entropy", "disc.dominance", "ocean.extraversion"} for p in profiles)
    assert "rsi" not in json.loads((tmp_path / "q1.profile.json").read_text())
