"""The plugin passes the conformance kit, and its entry point is light."""

from __future__ import annotations

import subprocess
import sys

import pytest

from psychoscore_core.testing import conformance
from psychoscore_midi_llm import plugin
from psychoscore_midi_llm.plugin import MidiLlmConfig

test_conformance = conformance(plugin)


def test_the_band_passes_too():
    test_band = conformance(plugin, configs={"tokenizer:midi-llm": MidiLlmConfig(instruments="band")})
    assert test_band
