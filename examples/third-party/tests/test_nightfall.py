"""The plugin does what every plugin must, and what is its own."""

import pytest

from psychoscore_core import Profile
from psychoscore_core.testing import conformance
from psychoscore_nightfall import plugin
from psychoscore_nightfall.nightfall import Nightfall

test_conformance = conformance(plugin)


def test_the_temperature_sinks_from_dusk_to_midnight():
    temperatures = Nightfall(plugin.NightfallConfig()).temperatures(Profile(entropy=0.0), 3)
    assert temperatures == pytest.approx([1.1, 0.85, 0.6])


def test_entropy_delays_the_night():
    calm, wild = (Nightfall(plugin.NightfallConfig()).temperatures(Profile(entropy=e), 8) for e in (0.0, 1.0))
    assert wild[-1] > calm[-1]
