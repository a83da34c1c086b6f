"""A number with its 95% interval, as every figure of an evaluation is given."""

from __future__ import annotations

import math
from collections.abc import Mapping

from attrs import frozen


@frozen(kw_only=True)
class Estimate:
    """A value, its 95% interval, and how many independent units (profiles, takes, songs) it rests on.

    Each of value, low and high is None where the data do not determine it (one unit, no variation).
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0

    @classmethod
    def of(cls, value: float, low: float = math.nan, high: float = math.nan, n: int = 0) -> Estimate:
        """Return the estimate of any floats; what is not finite becomes None."""
        return cls(value=_finite(value), low=_finite(low), high=_finite(high), n=n)

    def json(self) -> dict[str, float | int | None]:
        """Return the estimate as JSON has it."""
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


def shown(estimate: Estimate | Mapping[str, float | int | None] | None, digits: int = 2) -> str:
    """Return "0.83 [0.79, 0.86]", without an interval where there is none, a dash where there is no value."""
    found = estimate.json() if isinstance(estimate, Estimate) else estimate or {}
    value, low, high = (found.get(part) for part in ("value", "low", "high"))
    if value is None:
        return "–"
    if low is None or high is None:
        return f"{value:.{digits}f}".replace("-", "−")
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]".replace("-", "−")


def _finite(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None
