"""Names and shapes of all weights of a model, known without torch: what a checkpoint's header must match."""

from __future__ import annotations

from collections.abc import Iterator

from psychoscore_transformer.sizes import Sizes

STYLE_QUERY, STYLE_HEADS, STYLE_WIDTH, STYLE_KEY = 512, 8, 256, 32
EPSILON = 1e-6  # what a norm adds to the mean square
BAR_HIDDEN = 128  # inside the map of a bar's numbers, where there are no style tokens

Shape = tuple[int, ...]


def weights(sizes: Sizes) -> dict[str, Shape]:
    """Return the shape of every weight by its name."""
    return dict(_weights(sizes))


def _weights(sizes: Sizes) -> Iterator[tuple[str, Shape]]:
    width = sizes.width
    for family, size in enumerate(sizes.families):
        if not sizes.widths:
            yield f"embeddings.{family}.weight", (size, width)
            continue
        yield f"embeddings.{family}.table.weight", (size, sizes.widths[family])
        yield f"embeddings.{family}.projection.weight", (width, sizes.widths[family])
    yield from _conditions(sizes)
    for layer in range(sizes.layers):
        for name, shape in _block(sizes):
            yield f"blocks.{layer}.{name}", shape
    yield "norm.weight", (width,)
    for family, size in enumerate(sizes.families[: sizes.heard]):
        yield f"chain.tables.{family}.weight", (size, width)
    for family in range(len(sizes.families) - 1):
        part = f"chain.parts.{family}"
        yield from ((f"{part}.{name}.weight", (width,)) for name in ("norm1", "norm2"))
        yield from ((f"{part}.{name}.weight", (width, width)) for name in ("up", "out"))


def _conditions(sizes: Sizes) -> Iterator[tuple[str, Shape]]:
    added, deep = sizes.layers * sizes.width, not sizes.style_tokens
    if deep:
        yield from (("vector.none", (added,)), ("vector.map.bias", (added,)))
        yield "vector.map.weight", (added, sizes.vector)
    else:
        yield "style.keys", (STYLE_HEADS, STYLE_KEY, sizes.style_tokens)
        yield from (("style.bank", (sizes.style_tokens, STYLE_WIDTH)), ("style.none", (STYLE_HEADS, STYLE_WIDTH)))
        yield from (("style.profile.weight", (STYLE_QUERY, sizes.vector)), ("style.profile.bias", (STYLE_QUERY,)))
        yield "style.query.weight", (STYLE_HEADS * STYLE_KEY, STYLE_QUERY)
        yield "style.norm.weight", (STYLE_KEY,)
    yield "bar.none", (added,)
    if sizes.bar and deep:
        yield from (("bar.first.weight", (BAR_HIDDEN, sizes.bar)), ("bar.first.bias", (BAR_HIDDEN,)))
    if sizes.bar:
        yield "bar.map.weight", (added, BAR_HIDDEN if deep else sizes.bar)
        yield "bar.map.bias", (added,)


def _block(sizes: Sizes) -> Iterator[tuple[str, Shape]]:
    width, keys = sizes.width, 2 * sizes.kv_heads * sizes.head
    yield "norm1.weight", (width,)
    yield "attention.qkv.weight", (width + keys, width)
    yield "attention.out.weight", (width, width)
    if sizes.style_tokens:
        yield "norm2.weight", (width,)
        yield "cross.q.weight", (width, width)
        yield "cross.kv.weight", (keys, STYLE_WIDTH)
        yield "cross.out.weight", (width, width)
    yield "norm3.weight", (width,)
    yield "feed.up.weight", (2 * sizes.hidden, width)
    yield "feed.out.weight", (width, sizes.hidden)
