"""The descriptor and its options."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from psychoscore_sampler.plugin import ConstrainedConfig, FamilyDraw, psyco_samplers


def test_offers_the_sampler_by_name():
    (component,) = psyco_samplers()
    assert (component.name, component.config) == ("constrained", ConstrainedConfig)


def test_is_found_through_its_entry_point():
    (entry,) = entry_points(group="psychoscore", name="constrained")
    assert entry.value == "psychoscore_sampler.plugin"


def test_naming_the_options_imports_nothing_heavy():
    code = (
        "import sys, psychoscore_sampler.plugin; sys.exit(' '.join({'numpy', 'torch', 'symusic'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.strip() == ""


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("top_k", -1),
        ("top_p", 0.0),
        ("top_p", 1.1),
        ("min_p", -0.1),
        ("guidance", -1.0),
        ("guidance", float("nan")),
        ("repetition_penalty", -1.0),
        ("repetition_length", 0),
        ("repetition_window", 1),
        ("max_rows_per_bar", 0),
        ("max_rows", -1),
        ("batch_size", 0),
    ],
)
def test_options_have_ranges(option, value):
    with pytest.raises(ValueError, match=option):
        ConstrainedConfig(**{option: value})


@pytest.mark.parametrize(
    ("option", "value"), [("temperature", 0.0), ("temperature", float("nan")), ("top_p", 0.0), ("top_p", 1.1)]
)
def test_a_familys_options_have_ranges(option, value):
    with pytest.raises(ValueError, match=option):
        FamilyDraw(**{option: value})
