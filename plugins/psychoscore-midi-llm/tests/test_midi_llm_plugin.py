"""The plugin passes the conformance kit, and its entry point is light."""

from __future__ import annotations

import subprocess
import sys

import pytest

from psychoscore_core.testing import conformance
from psychoscore_midi_llm import plugin
from psychoscore_midi_llm.plugin import MidiLlmConfig

test_conformance_of_the_piano = conformance(plugin)
test_conformance_of_the_band = conformance(
    plugin, configs={"tokenizer:midi-llm": MidiLlmConfig(instruments="band", polyphony=8)}
)


def test_the_entry_point_module_imports_nothing_heavy():
    heavy = ("numpy", "torch", "symusic", "tokenizers")
    code = f"import sys, psychoscore_midi_llm.plugin; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"velocity_bins": 1}, "'velocity_bins' must be >= 2"),
        ({"velocity_exponent": 1.5}, "'velocity_exponent' must be <= 1"),
        ({"longest": 0.5}, "'longest' must be >= 1.0"),
        ({"polyphony": 0}, "'polyphony' must be >= 1"),
        ({"max_seconds": 1e6}, "'max_seconds' must be <= 86400"),
    ],
)
def test_a_config_out_of_range_is_named(options, message):
    with pytest.raises(ValueError) as error:
        MidiLlmConfig(**options)
    assert message in str(error.value)
