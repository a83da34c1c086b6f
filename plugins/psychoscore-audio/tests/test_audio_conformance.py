"""The plugin passes the conformance kit, with a soundfont of its own."""

from __future__ import annotations

import runpy
import tempfile
from pathlib import Path

from psychoscore_audio import plugin
from psychoscore_core.testing import conformance

FOLDER = tempfile.TemporaryDirectory(prefix="psychoscore-audio-tests-")  # goes when the process ends
SOUNDFONT = Path(FOLDER.name) / "sine.sf2"
SOUNDFONT.write_bytes(runpy.run_path(str(Path(__file__).with_name("sine_soundfont.py")))["sine_soundfont"]())

test_conformance = conformance(plugin, configs={"exporter:audio": plugin.AudioConfig(soundfont=SOUNDFONT)})
