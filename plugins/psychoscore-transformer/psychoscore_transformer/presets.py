"""The sizes that a transformer comes in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen


@frozen(kw_only=True)
class Shape:
    """What a preset sets: blocks, width, query heads, key and value heads, feed-forward width, style tokens."""

    layers: int
    width: int
    heads: int
    kv_heads: int
    hidden: int
    style_tokens: int = 16

    def problem(self) -> str:
        """Return what does not divide, or ""."""
        if self.width % self.heads or self.width // self.heads % 2:
            return f"width {self.width} cannot be divided into {self.heads} heads of even size"
        if self.heads % self.kv_heads:
            return f"{self.heads} heads cannot share {self.kv_heads} kv_heads evenly"
        return ""


# Parameters with a vocabulary of 1,000: about 1, 7, 20 and 160 million. "pianist" has no cross-attention and is for
# vocabularies of several families, one row a note: about 5 million with five families of 400 tokens together.
PRESETS: Mapping[str, Shape] = MappingProxyType(
    {
        "pianist": Shape(layers=6, width=256, heads=4, kv_heads=2, hidden=640, style_tokens=0),
        "tiny": Shape(layers=4, width=128, heads=4, kv_heads=1, hidden=256),
        "small": Shape(layers=7, width=256, heads=8, kv_heads=4, hidden=704),
        "medium": Shape(layers=10, width=384, heads=6, kv_heads=2, hidden=1024),
        "large": Shape(layers=12, width=1024, heads=16, kv_heads=4, hidden=2752),
    }
)
