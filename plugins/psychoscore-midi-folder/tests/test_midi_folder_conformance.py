"""The conformance kit on the plugin as it is installed; with data it runs in test_midi_folder_dataset.py."""

from psychoscore_core.testing import conformance
from psychoscore_midi_folder import plugin

test_conformance = conformance(plugin)
