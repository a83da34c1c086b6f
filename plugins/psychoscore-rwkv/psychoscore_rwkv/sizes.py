"""Every size of an RWKV-4 model, bounded, because they are read from anywhere; no torch."""

from __future__ import annotations

from typing import Any

from attrs import Attribute, field, frozen


def _bounded(high: int) -> Any:
    def check(instance: object, attribute: Attribute[int], value: object) -> None:
        if type(value) is not int or not 1 <= value <= high:
            raise ValueError(f"{attribute.name} must be a whole number from 1 to {high}, not {str(value)[:40]}")

    return field(validator=check)


@frozen(kw_only=True)
class Sizes:
    """What a model is built from.

    vocabulary: ids. layers: blocks. width: of the hidden state. attention: channels of time mixing, mostly `width`.
    hidden: of channel mixing, mostly four times `width`.
    """

    vocabulary: int = _bounded(1 << 20)
    layers: int = _bounded(256)
    width: int = _bounded(16384)
    attention: int = _bounded(16384)
    hidden: int = _bounded(65536)

    @property
    def parameters(self) -> int:
        """Return how many numbers the model's weights hold."""
        time = 4 * self.width * self.attention + 2 * self.attention + 3 * self.width
        channel = 2 * self.width * self.hidden + self.width**2 + 2 * self.width
        return 2 * self.vocabulary * self.width + 4 * self.width + self.layers * (time + channel + 4 * self.width)
