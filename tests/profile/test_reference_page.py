"""docs/reference/profile.md against the code."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

from psychoscore_core.profile import DIMENSIONS
from psychoscore_core.profile_json import MAX_BYTES, bundled_profiles, profile_from_json, read_profile
from psychoscore_core.rule_table import complete, dynamics_of

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "profile.md").read_text("utf-8")
BUNDLED, TABLE = (
    [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("| ")][1:]
    for part in PAGE.split("## Bundled profiles")[1].split("## The 57 dimensions")
)
SPELLINGS = [(row[1].strip("`"), path) for row in TABLE for path in re.findall(r"`(.+?)`", row[4] + row[5])]


def test_the_table_lists_the_dimensions_in_order():
    assert [(int(row[0]), row[1]) for row in TABLE] == [(n, f"`{d.name}`") for n, d in enumerate(DIMENSIONS, 1)]


@pytest.mark.parametrize(
    ("row", "dimension"), list(zip(TABLE, DIMENSIONS, strict=True)), ids=lambda x: getattr(x, "name", "")
)
def test_ranges_and_neutral_values_are_the_codes(row, dimension):
    low, high = (float(x) for x in re.split(" to | or ", row[2]))
    assert (low, high, float(Fraction(row[3]))) == (dimension.low, dimension.high, dimension.neutral)


@pytest.mark.parametrize(("name", "path"), SPELLINGS)
def test_every_spelling_is_read_as_its_dimension(name, path):
    value = {"physics.spin": "-", "physics.exponent": -0.25}.get(name, 1 if name.startswith("bias.") else 0.25)
    form: dict = {}
    place, keys = form, path.split(".")
    for key in keys[:-1]:
        place = place.setdefault(key, {})
    place[keys[-1]] = value
    if name.startswith("rsi."):
        others = [n for n in ("real", "symbolic", "imaginary") if n != name.removeprefix("rsi.")]
        place |= dict(zip(others, (0.5, 0.25), strict=True))
    vector = dict(zip((d.name for d in DIMENSIONS), profile_from_json(form).to_vector(), strict=True))
    assert vector[name] == (-1 if value == "-" else value)


def test_the_example_on_the_page_is_a_whole_profile():
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert len(profile_from_json(json.loads(example)).given) == 57


def test_the_bundled_profiles_are_listed_with_what_they_ask_for():
    rows = []
    for name in bundled_profiles():
        profile = read_profile(name)
        facts = complete(profile)
        music = f"{facts.key} {facts.mode}, {facts.tempo:g}, {dynamics_of(profile)[0]}"
        rows.append([f"`{name}`", f"{profile.trauma:g}", f"{profile.entropy:g}", music])
    assert rows == BUNDLED


def test_the_size_limit_is_the_codes():
    assert f"A file may have {MAX_BYTES:,} bytes." in PAGE
