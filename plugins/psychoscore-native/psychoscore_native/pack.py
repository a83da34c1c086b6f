"""Fused weights become one block of bytes, in the order in which the library reads them (c/pack.c).

A matrix lies in groups of 32 outputs, each group from its first input to its last. As "int8" an output's weights are
whole numbers from -127 to 127 times one scale, four inputs beside each other, and the sum of an output's whole numbers
is kept too. Tables and norms stay float32.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from psychoscore_transformer.fused import Fused, Layer
from psychoscore_transformer.sizes import Sizes

MAGIC, VERSION, ALIGNED, LANE, MOST_FAMILIES = 0x4E435350, 2, 64, 32, 32
FORMATS = {"fp32": 0, "fp16": 1, "int8": 2}


def pack(sizes: Sizes, fused: Fused, precision: str) -> np.ndarray:
    """Return the pack (bytes,) uint8, aligned; raises ValueError on weights that float16 cannot hold."""
    parts = [np.ascontiguousarray(part) for part in _parts(sizes, fused, precision)]
    places = np.cumsum([0, *(-(-part.nbytes // ALIGNED) * ALIGNED for part in parts)])
    found = aligned(int(places[-1]))
    found[:] = 0
    for place, part in zip(places[:-1].tolist(), parts, strict=True):
        found[place : place + part.nbytes] = part.reshape(-1).view(np.uint8)
    return found


def pack_matrix(matrix: np.ndarray, precision: str) -> Iterator[np.ndarray]:
    """Yield the parts of a matrix (inputs, outputs): its weights and, of bytes, their scales and sums.

    Raises ValueError on weights that float16 cannot hold.
    """
    if precision == "int8":
        yield from _bytes(_padded(matrix, 4))
        return
    groups = _padded(matrix, 1).reshape(len(matrix), -1, LANE).transpose(1, 0, 2)
    if precision == "fp16" and not np.abs(matrix).max() <= np.finfo(np.float16).max:
        raise ValueError("the weights hold numbers that float16 cannot: use the precision 'fp32'")
    yield groups.astype(np.float16 if precision == "fp16" else np.float32)


def aligned(size: int) -> np.ndarray:
    """Return so many bytes that begin at a cache line; raises MemoryError."""
    block = np.empty(size + ALIGNED, np.uint8)
    first = -block.ctypes.data % ALIGNED
    return block[first : first + size]


def _parts(sizes: Sizes, fused: Fused, precision: str) -> Iterator[np.ndarray]:
    yield _header(sizes, precision)
    yield fused.embeddings
    for layer in fused.layers:
        for matrix in _matrices(layer):
            yield from pack_matrix(matrix, precision)
    yield fused.norm
    yield from pack_matrix(fused.first, precision)
    for number, head in enumerate(fused.heads):
        if number == 0 or not _type_first(sizes):
            yield head.table
        for matrix in (head.gate, head.out, head.head):
            yield from pack_matrix(matrix, precision)


def _header(sizes: Sizes, precision: str) -> np.ndarray:
    shape = (sizes.layers, sizes.width, sizes.heads, sizes.kv_heads, sizes.hidden, int(sizes.style_tokens > 0))
    shape = (*shape, int(_type_first(sizes)))
    families = (*sizes.families, *(0,) * (MOST_FAMILIES - len(sizes.families)))
    return np.array((MAGIC, VERSION, FORMATS[precision], *shape, len(sizes.families), *families), np.int32)


def _type_first(sizes: Sizes) -> bool:
    """Say whether families are predicted from the first one alone, as in compound words, not from all before them."""
    return sizes.row_heads == "type-first"


def _matrices(layer: Layer) -> Iterator[np.ndarray]:
    yield from (layer.qkv, layer.out)
    if layer.cross is not None:
        yield from (layer.cross.q, layer.cross.out)
    gate, value = (_padded(matrix, 1).reshape(len(matrix), -1, 1, LANE) for matrix in (layer.gate, layer.value))
    yield np.concatenate([gate, value], axis=2).reshape(len(gate), -1)
    yield layer.down


def _bytes(matrix: np.ndarray) -> Iterator[np.ndarray]:
    scale = np.abs(matrix).max(axis=0) / np.float32(127)
    whole = np.rint(matrix / np.where(scale > 0, scale, 1)).astype(np.int8)
    yield whole.reshape(len(matrix) // 4, 4, -1, LANE).transpose(2, 0, 3, 1)
    yield scale
    yield whole.sum(axis=0, dtype=np.int32)


def _padded(matrix: np.ndarray, inputs: int) -> np.ndarray:
    """Return a matrix with zeros up to whole groups of outputs and a multiple of `inputs`."""
    rows, columns = matrix.shape
    return np.pad(matrix, ((0, -rows % inputs), (0, -columns % LANE)))
