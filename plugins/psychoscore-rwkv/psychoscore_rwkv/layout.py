"""The tensors of an RWKV-4 model: their names in public files, in transformers and here, and their shapes; no torch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from psychoscore_rwkv.sizes import Sizes

Shape = tuple[int, ...]
Shapes = dict[str, Shape]

# What only files of later versions hold, the latest first.
_LATER = ((7, r"\.att\.(x_r|r_k)$"), (6, r"\.att\.time_maa_"), (5, r"\.att\.(time_faaaa|ln_x\.weight|gate\.weight)$"))
_PARTS = {
    "emb": "rwkv.embeddings",
    "ln_out": "rwkv.ln_out",
    "ln0": "pre_ln",
    "att": "attention",
    "ffn": "feed_forward",
    "time_mix_k": "time_mix_key",
    "time_mix_v": "time_mix_value",
    "time_mix_r": "time_mix_receptance",
}


def weights(sizes: Sizes) -> Shapes:
    """Return the shape of every tensor by transformers' name."""
    found: Shapes = {"rwkv.embeddings.weight": (sizes.vocabulary, sizes.width)}
    found |= _norm("rwkv.blocks.0.pre_ln", sizes.width)
    for layer in range(sizes.layers):
        found |= _block(f"rwkv.blocks.{layer}.", sizes)
    found |= _norm("rwkv.ln_out", sizes.width)
    return found | {"head.weight": (sizes.vocabulary, sizes.width)}


def later_version(names: Iterable[str]) -> int:
    """Return which later version of RWKV tensors of these names are of: 7, 6 or 5; 0 for none."""
    known = list(names)
    return next((version for version, mark in _LATER if any(re.search(mark, name) for name in known)), 0)


def renamed(name: str) -> str:
    """Return transformers' name of a tensor that has its public one; other names stay as they are."""
    if name.startswith(("rwkv.", "head.")):
        return name
    parts = [_PARTS.get(part, part) for part in name.split(".")]
    return ".".join(["rwkv", *parts] if parts[0] == "blocks" else parts)


def sizes_of(shapes: Mapping[str, Shape]) -> Sizes:
    """Return the sizes that tensors of these shapes (transformers' names) belong to.

    Raises ValueError, with the name, when a tensor is missing, has another shape, or is none of RWKV-4's.
    """
    layers = [int(match[1]) for name in shapes if (match := re.match(r"rwkv\.blocks\.(\d{1,6})\.", name))]
    table = _found(shapes, "rwkv.embeddings.weight", 2)
    (attention,) = _found(shapes, "rwkv.blocks.0.attention.time_decay", 1)
    sizes = Sizes(
        vocabulary=table[0],
        layers=max(layers) + 1,
        width=table[1],
        attention=attention,
        hidden=_found(shapes, "rwkv.blocks.0.feed_forward.key.weight", 2)[0],
    )
    check_shapes(shapes, sizes)
    return sizes


def check_shapes(shapes: Mapping[str, Shape], sizes: Sizes) -> None:
    """Raise ValueError that names the first tensor that is missing, surplus or of another shape than the sizes' own."""
    expected = weights(sizes)
    for name, shape in expected.items():
        if name not in shapes:
            raise ValueError(f"{name} is missing")
        if tuple(shapes[name]) != shape:
            raise ValueError(f"{name} has the shape {_text(shapes[name])}, not {_text(shape)}")
    for name in shapes:
        if name not in expected:
            raise ValueError(f"{name[:80]!r} is no tensor of RWKV-4")


def _found(shapes: Mapping[str, Shape], name: str, rank: int) -> Shape:
    if name not in shapes:
        raise ValueError(f"{name} is missing")
    if len(shapes[name]) != rank:
        raise ValueError(f"{name} has the shape {_text(shapes[name])}, not one of {rank} numbers")
    return shapes[name]


def _text(shape: Iterable[int]) -> str:
    return " x ".join(map(str, shape)) or "of a single number"


def _norm(name: str, width: int) -> Shapes:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _block(name: str, sizes: Sizes) -> Shapes:
    width, channels, hidden = sizes.width, sizes.attention, sizes.hidden
    mix, matrix = (1, 1, width), (channels, width)
    return {
        **_norm(name + "ln1", width),
        **_norm(name + "ln2", width),
        **{f"{name}attention.{part}": (channels,) for part in ("time_decay", "time_first")},
        **{f"{name}attention.time_mix_{part}": mix for part in ("key", "value", "receptance")},
        **{f"{name}attention.{part}.weight": matrix for part in ("key", "value", "receptance")},
        f"{name}attention.output.weight": (width, channels),
        **{f"{name}feed_forward.time_mix_{part}": mix for part in ("key", "receptance")},
        f"{name}feed_forward.key.weight": (hidden, width),
        f"{name}feed_forward.receptance.weight": (width, width),
        f"{name}feed_forward.value.weight": (width, hidden),
    }
