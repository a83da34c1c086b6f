"""The schedulers: a profile and a number of bars become one temperature per bar."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from psychoscore_core.profile import Profile
from psychoscore_temperature.plugin import CurveConfig, DynamicConfig, FixedConfig


@frozen
class Fixed:
    """The same temperature for every bar."""

    config: FixedConfig

    def temperatures(self, profile: Profile, bars: int) -> Sequence[float]:
        """Return the configured temperature once per bar."""
        return (self.config.temperature,) * bars


@frozen
class Dynamic:
    """One temperature per piece, from the profile's entropy, trauma and imaginary register."""

    config: DynamicConfig

    def temperatures(self, profile: Profile, bars: int) -> Sequence[float]:
        """Return the profile's temperature once per bar."""
        return (self._temperature(profile),) * bars

    def _temperature(self, profile: Profile) -> float:
        config = self.config
        value = config.base_temperature
        value += config.entropy_weight * profile.entropy + config.trauma_weight * profile.trauma
        if profile.rsi.imaginary > config.imaginary_threshold:
            value += config.imaginary_bonus
        return min(config.maximum, max(config.minimum, value))


@frozen
class Curve:
    """Temperatures that run along the piece, whoever the profile describes."""

    config: CurveConfig

    def temperatures(self, profile: Profile, bars: int) -> Sequence[float]:
        """Return the curve at every bar: the first point at the first bar, the last at the last."""
        return tuple(_at(self.config.points, bar, bars) for bar in range(bars))


def _at(points: Sequence[float], bar: int, bars: int) -> float:
    if bars == len(points):
        return points[bar]  # exactly, with no rounding from the interpolation
    position = bar * (len(points) - 1) / max(1, bars - 1)
    left = min(int(position), len(points) - 1)
    right = min(left + 1, len(points) - 1)
    return points[left] + (position - left) * (points[right] - points[left])
