"""What the graphs are built from: the sizes of a transformer, bounded, because a manifest is read from anywhere."""

from __future__ import annotations

from typing import Any, Literal

from attrs import Attribute, field, frozen

STYLE_QUERY, STYLE_HEADS, STYLE_WIDTH, STYLE_KEY = 512, 8, 256, 32  # as psychoscore_transformer.layout has them
BAR_HIDDEN = 128
BLOCK = 128  # inputs that share a scale in int8


def _bounded(low: int, high: int) -> Any:
    def check(instance: object, attribute: Attribute[int], value: object) -> None:
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"{attribute.name} must be a whole number from {low} to {high}, not {str(value)[:40]}")

    return field(validator=check)


def _families(instance: object, attribute: Attribute[tuple[int, ...]], value: tuple[int, ...]) -> None:
    if not 1 <= len(value) <= 32 or not all(type(size) is int and 1 <= size <= 1 << 20 for size in value):
        raise ValueError(f"families must be 1 to 32 sizes from 1 to {1 << 20}, not {str(value)[:40]}")


def _row_heads(instance: object, attribute: Attribute[str], value: object) -> None:
    if value not in ("chain", "type-first"):
        raise ValueError(f"{attribute.name} must be 'chain' or 'type-first', not {str(value)[:40]!r}")


@frozen(kw_only=True)
class Sizes:
    """Sizes of a model, as psychoscore_transformer has them; context: positions that it has rotations for."""

    families: tuple[int, ...] = field(converter=tuple, validator=_families)
    vector: int = _bounded(1, 4096)
    bar: int = _bounded(0, 1024)
    layers: int = _bounded(1, 64)
    width: int = _bounded(8, 8192)
    heads: int = _bounded(1, 128)
    kv_heads: int = _bounded(1, 128)
    hidden: int = _bounded(8, 32768)
    style_tokens: int = _bounded(0, 256)
    context: int = _bounded(64, 65536)
    row_heads: Literal["chain", "type-first"] = field(default="chain", validator=_row_heads)

    def __attrs_post_init__(self) -> None:
        if self.width % self.heads or self.head % 2 or self.heads % self.kv_heads:
            raise ValueError(f"width {self.width} does not divide into {self.heads} heads, {self.kv_heads} with keys")

    def before(self, family: int) -> int:
        """Return the family whose id, and the state of whose head, a family from 1 on goes on from."""
        return family - 1 if self.row_heads == "chain" else 0

    @property
    def head(self) -> int:
        """Return the width of one head."""
        return self.width // self.heads

    @property
    def room(self) -> int:
        """Return the width of a head in self-attention: ONNX Runtime wants a multiple of 16; the rest is zeros."""
        return -(-self.head // 16) * 16

    @property
    def keys(self) -> int:
        """Return the width of a style's keys, and of its values."""
        return self.kv_heads * self.head

    @property
    def added(self) -> int:
        """Return how many numbers a bar adds to a row, all layers together."""
        return self.layers * self.width


@frozen(kw_only=True)
class Kind:
    """What beside the sizes decides a model's graphs."""

    quantization: Literal["none", "int8"]
    opset: Literal[23, 24]

    def __attrs_post_init__(self) -> None:
        for name, known in (("quantization", ("none", "int8")), ("opset", (23, 24))):
            if (value := getattr(self, name)) not in known:
                raise ValueError(f"{name} must be one of {known}, not {str(value)[:20]!r}")

    @property
    def cache(self) -> Literal["float32", "int8"]:
        """Return the type of the keys and values that are kept."""
        return "int8" if self.quantization == "int8" else "float32"
