"""Profiles as files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from psychoscore_core.errors import ProfileError
from psychoscore_core.profile import Profile
from psychoscore_core.profile_json import MAX_BYTES, bundled_profiles, read_profile


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "mind.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_reads_a_file(tmp_path):
    assert read_profile(written(tmp_path, '{"trauma": 0.5}')) == Profile(trauma=0.5)


def test_reads_a_file_with_a_byte_order_mark(tmp_path):
    assert read_profile(written(tmp_path, b'\xef\xbb\xbf{"trauma": 0.5}')) == Profile(trauma=0.5)


def test_a_path_as_text_is_read(tmp_path):
    assert read_profile(str(written(tmp_path, "{}"))) == Profile()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not JSON: Expecting value: line 1 column 1 (char 0)"),
        ('{"trauma": 0.5', "not JSON: Expecting ',' delimiter"),
        ("{'trauma': 0.5}", "not JSON: Expecting property name"),
        (b"\xff\xfe{}", "not JSON: 'utf-8' codec can't decode"),
        (b"\x00" * 50, "not JSON: Expecting value"),
        ("[" * 100_000, "not JSON of a profile: nested too deeply"),
        ('{"a":' * 100_000, "not JSON of a profile: nested too deeply"),
        ("9" * 10_000, "not JSON: Exceeds the limit"),
        ("[]", "a profile must be a JSON object, not []"),
        ('{"trauma": NaN}', "trauma must be a number in [0, 1], not nan"),
        ('{"trauma": 1e999}', "trauma must be a number in [0, 1], not inf"),
        ('{"trauma": -Infinity}', "trauma must be a number in [0, 1], not -inf"),
        ('{"trauma": 0.1, "trauma": 0.2}', "'trauma' is given twice"),
        ('{"disc": {"D": 0.1, "D": 0.1}}', "'D' is given twice"),
        ('{"trauma": ' + "[" * 500 + "]" * 500 + "}", "trauma must be a number in [0, 1], not [[["),
    ],
)
def test_a_bad_file_is_one_line_that_names_it(tmp_path, content, message):
    path = written(tmp_path, content)
    with pytest.raises(ProfileError) as caught:
        read_profile(path)
    assert str(caught.value).startswith(f"{path}: {message}") and len(str(caught.value).splitlines()) == 1


def test_a_huge_file_is_not_read(tmp_path):
    path = written(tmp_path, '{"description": "' + "x" * MAX_BYTES + '"}')
    with pytest.raises(ProfileError, match=r"mind.json: too large for a profile \(over 1,000,000 bytes\)$"):
        read_profile(path)


def test_a_file_of_many_keys_is_read_quickly(tmp_path):
    content = json.dumps({f"k{n}": 0 for n in range(60_000)})
    with pytest.raises(ProfileError, match="unknown field 'k0'"):
        read_profile(written(tmp_path, content))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_a_file_without_end_is_not_read_to_its_end():
    with pytest.raises(ProfileError, match="/dev/zero: too large for a profile"):
        read_profile("/dev/zero")


def test_a_folder_is_no_profile(tmp_path):
    with pytest.raises(ProfileError, match="cannot be read: Is a directory"):
        read_profile(tmp_path)


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_a_name_that_no_file_can_have(name):
    with pytest.raises(ProfileError, match="cannot be read: "):
        read_profile(name)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_permission(tmp_path):
    path = written(tmp_path, "{}")
    path.chmod(0)
    with pytest.raises(ProfileError, match="cannot be read: Permission denied"):
        read_profile(path)


def test_a_missing_file_names_the_bundled_profiles():
    with pytest.raises(
        ProfileError, match=r"^hamlt: no such file or bundled profile \(did you mean 'hamlet'\?\); bundled: "
    ):
        read_profile("hamlt")


def test_a_file_comes_before_a_bundled_profile(tmp_path, monkeypatch):
    (tmp_path / "hamlet").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert read_profile("hamlet") == Profile()


def test_a_folder_does_not_hide_a_bundled_profile(tmp_path, monkeypatch):
    (tmp_path / "hamlet").mkdir()
    monkeypatch.chdir(tmp_path)
    assert read_profile("hamlet").trauma == 0.75


@pytest.mark.parametrize("name", ["../profiles/hamlet", "hamlet.json", ""])
def test_only_a_bare_name_is_a_bundled_profile(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProfileError):
        read_profile(name)
    assert "hamlet" in bundled_profiles()
