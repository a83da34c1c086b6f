"""The index of duplicates, fingerprints, and packed names."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import pytest

from psychoscore_core.errors import DataError
from psychoscore_midi_folder import examining
from psychoscore_midi_folder.duplicates import Duplicates
from psychoscore_midi_folder.examining import digests, examine
from psychoscore_midi_folder.fingerprints import Print, fingerprints
from psychoscore_midi_folder.listing import Names
from psychoscore_midi_folder.quality import Limits


def prints(**contents):
    return [Print(name=name, size=1, stamp=2, content=content.encode()) for name, content in contents.items()]


def test_names_are_a_sequence_of_any_text():
    names = Names(["a/b.mid", "ö.mid", os.fsdecode(b"\xff.mid")])
    assert list(names) == ["a/b.mid", "ö.mid", os.fsdecode(b"\xff.mid")]
    assert names[1:] == [names[1], names[2]] and names[-3] == "a/b.mid" and len(Names([])) == 0


def test_the_first_in_order_wins(tmp_path):
    index = Duplicates(tmp_path / "x.sqlite")
    music = {"a": b"m1", "b": b"m2", "c": b"m1", "d": None, "e": None}
    index.update(prints(a="1", b="2", c="3", d="4", e="5", f="1"), lambda names: [music[name] for name in names])
    found = {name: index.first_of(name) for name in "abcdef"}
    assert found == {"a": None, "b": None, "c": "a", "d": None, "e": None, "f": "a"}


def test_only_contents_never_seen_are_examined(tmp_path):
    index, asked = Duplicates(tmp_path / "x.sqlite"), []

    def look(names):
        asked.append(list(names))
        return [name.encode() for name in names]

    index.update(prints(a="1", b="2"), look)
    Duplicates(tmp_path / "x.sqlite").update(prints(moved="1", new="3"), look)
    assert asked == [["a", "b"], ["new"]]


def test_an_interrupted_update_changes_nothing_and_keeps_what_it_found(tmp_path, monkeypatch):
    monkeypatch.setattr("psychoscore_midi_folder.duplicates.BLOCK", 1)
    index = Duplicates(tmp_path / "x.sqlite")
    index.update(prints(a="1", b="2"), lambda names: [b"m" for _ in names])

    def stop(names):
        if "d" in names:
            raise KeyboardInterrupt
        return [b"n" for _ in names]

    with pytest.raises(KeyboardInterrupt):
        index.update(prints(c="3", d="4"), stop)
    again, asked = Duplicates(tmp_path / "x.sqlite"), []
    assert again.first_of("b") == "a"
    again.update(prints(c="3", d="4"), lambda names: asked.extend(names) or [b"n" for _ in names])
    assert asked == ["d"] and again.first_of("d") == "c"


def test_a_damaged_index_is_made_anew(tmp_path):
    (tmp_path / "x.sqlite").write_bytes(b"not a database" * 100)
    assert not Duplicates(tmp_path / "x.sqlite").ready


def test_an_index_that_cannot_be_written_names_the_option(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"the index of duplicates cannot be opened: .*; set `cache`"):
        Duplicates(tmp_path / "file" / "x.sqlite")


def test_a_pool_finds_what_one_process_finds(folder, monkeypatch):
    names = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*.mid"))]
    monkeypatch.setattr(examining, "FEW", 2)
    monkeypatch.setattr(examining, "CHUNK", 4)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert list(examine(folder, Limits(), names)) == digests(folder, Limits(), names, isolate=False)


def test_a_process_that_dies_costs_nothing(folder, monkeypatch):
    names = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*.mid"))]
    monkeypatch.setattr(examining, "FEW", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)

    class Broken(ProcessPoolExecutor):
        def submit(self, *_, **__):
            raise BrokenProcessPool

    monkeypatch.setattr(examining, "ProcessPoolExecutor", Broken)
    assert list(examine(folder, Limits(), names)) == digests(folder, Limits(), names, isolate=False)


def test_the_digest_follows_contents(dataset, folder):
    before = dataset().digest()
    assert dataset().digest() == before == dataset(duplicates="keep").digest()
    path = folder / "album0" / "song0.mid"
    path.write_bytes(path.read_bytes() + b"\0")
    assert dataset().digest() != before


def test_the_digest_follows_names(dataset, folder):
    before = dataset().digest()
    (folder / "album0" / "song0.mid").rename(folder / "album0" / "other.mid")
    assert dataset().digest() != before


def test_stat_reads_nothing_twice(dataset, folder, monkeypatch):
    before = dataset(fingerprint="stat").digest()
    monkeypatch.setattr("psychoscore_midi_folder.fingerprints._hash", None)
    assert dataset(fingerprint="stat").digest() == before
    os.utime(folder / "album0" / "song0.mid", (1, 1))
    monkeypatch.undo()
    assert dataset(fingerprint="stat").digest() != before


def test_a_file_that_is_gone_has_a_fingerprint(tmp_path):
    assert [each.size for each in fingerprints(tmp_path, ["gone.mid"], read=True)] == [-1]


def test_an_emptied_folder_forgets_its_duplicates(dataset, folder):
    shutil.copy(folder / "album0" / "song0.mid", folder / "copy.mid")
    assert dataset().keys()
    (folder / "copy.mid").unlink()
    data = dataset()
    assert len(data.keys()) == 6 and data.load("album0/song0.mid")
