"""Every size of a model, bounded, because a checkpoint's model.json is read from anywhere."""

from __future__ import annotations

from typing import Any, Literal

from attrs import Attribute, field, fields, frozen

from psychoscore_transformer.presets import Shape

ROW_HEADS = ("chain", "type-first")


def _bounded(low: int, high: int) -> Any:
    def check(instance: object, attribute: Attribute[int], value: object) -> None:
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"{attribute.name} must be a whole number from {low} to {high}, not {str(value)[:40]}")

    return field(validator=check)


def _families(instance: object, attribute: Attribute[tuple[int, ...]], value: tuple[int, ...]) -> None:
    if not 1 <= len(value) <= 32 or not all(type(size) is int and 1 <= size <= 1 << 20 for size in value):
        raise ValueError(f"families must be 1 to 32 sizes from 1 to {1 << 20}, not {str(value)[:40]}")


def _share(instance: object, attribute: Attribute[float], value: float) -> None:
    if type(value) not in (int, float) or not 0 <= value < 1:
        raise ValueError(f"{attribute.name} must be a number from 0 to below 1, not {str(value)[:40]}")


def _row_heads(instance: object, attribute: Attribute[str], value: object) -> None:
    if value not in ROW_HEADS:
        raise ValueError(f"{attribute.name} must be one of {ROW_HEADS}, not {str(value)[:40]!r}")


def _widths(instance: Any, attribute: Attribute[tuple[int, ...]], value: tuple[int, ...]) -> None:
    good = all(type(width) is int and 1 <= width <= 8192 for width in value)
    if not good or len(value) not in (0, len(instance.families)):
        raise ValueError(f"widths must be a width from 1 to 8192 for each family, or none, not {str(value)[:40]}")


@frozen(kw_only=True)
class Sizes:
    """What a model is built from.

    families: sizes of the token families. vector, bar: numbers in a profile vector and in a bar's condition.
    layers, width, heads, kv_heads, hidden: as in presets. style_tokens: in the bank; 0 = no cross-attention, the vector
    is added to every layer instead. dropout: in training. row_heads: whether a family of a row is predicted from all
    those before it ("chain"), or from the first one alone ("type-first"). widths: of each family's own embedding, which
    is then projected to the model's width; () = all have that width.
    """

    families: tuple[int, ...] = field(converter=tuple, validator=_families)
    vector: int = _bounded(1, 4096)
    bar: int = _bounded(0, 1024)
    layers: int = _bounded(1, 64)
    width: int = _bounded(8, 8192)
    heads: int = _bounded(1, 128)
    kv_heads: int = _bounded(1, 128)
    hidden: int = _bounded(8, 32768)
    style_tokens: int = _bounded(0, 256)
    dropout: float = field(validator=_share)
    row_heads: Literal["chain", "type-first"] = field(default="chain", validator=_row_heads)
    widths: tuple[int, ...] = field(default=(), converter=tuple, validator=_widths)

    def __attrs_post_init__(self) -> None:
        shape = Shape(**{f.name: getattr(self, f.name) for f in fields(Shape)})
        if problem := shape.problem():
            raise ValueError(problem)

    @property
    def heard(self) -> int:
        """Return how many families, from the first on, the families after them are predicted from."""
        others = len(self.families) - 1
        return others if self.row_heads == "chain" else min(others, 1)

    @property
    def head(self) -> int:
        """Return the width of one head."""
        return self.width // self.heads
