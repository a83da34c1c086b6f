"""The temperature scheduler: a cosine from dusk to midnight."""

import math


class Nightfall:
    def __init__(self, config):
        self.config = config

    def temperatures(self, profile, bars):
        """Return one temperature per bar; entropy delays the night by up to half of the way."""
        return [self._at(bar / max(1, bars - 1) * (1 - profile.entropy / 2)) for bar in range(bars)]

    def _at(self, hour):
        """Return the temperature at an hour in [0, 1]."""
        dusk, midnight = self.config.dusk, self.config.midnight
        return midnight + (dusk - midnight) * (1 + math.cos(math.pi * hour)) / 2
