"""One step of the transformer as an ONNX Runtime session, for native.py: a row and its cache in, all logits out."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from torch.nn import functional

from psychoscore_transformer.model import Model, rope_table, rotate
from psychoscore_transformer.sizes import Sizes
from psychoscore_transformer.torch_engine import build

LAST = 2048  # positions that the rotations are made for


class Step(nn.Module):
    """A model without style tokens that reads one row a stream; heads are untied, so that int8 may have its own."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model, self.sizes = model, model.sizes
        self.heads = nn.ModuleList(nn.Linear(model.sizes.width, size, bias=False) for size in model.sizes.families)
        for head, table in zip(self.heads, model.embeddings, strict=True):
            head.weight = nn.Parameter(table.weight.detach().clone())
        cos, sin = rope_table(LAST, model.sizes.head, torch.device("cpu"))
        self.register_buffer("cos", cos)
        self.register_buffer("sin", sin)

    def forward(self, rows: Tensor, ids: Tensor, place: Tensor, added: Tensor, *cache: Tensor) -> list[Tensor]:
        """rows, ids: (batch, families). place: (1,). added: (layers, width). cache: keys, values of each layer."""
        sizes, x, grown = self.sizes, self.model.embed(rows[:, None]), []
        rope = (self.cos[place], self.sin[place])
        for layer, block in enumerate(self.model.blocks):
            x = x + added[layer]
            qkv = block.attention.qkv(block.norm1(x)).view(rows.shape[0], 1, -1, sizes.head).transpose(1, 2)
            turned, v = rotate(qkv[:, : -sizes.kv_heads], rope), qkv[:, -sizes.kv_heads :]
            q, k = turned.split((sizes.heads, sizes.kv_heads), dim=1)
            k, v = torch.cat([cache[2 * layer], k], 2), torch.cat([cache[2 * layer + 1], v], 2)
            grown += [k, v]
            mixed = functional.scaled_dot_product_attention(q, k, v, enable_gqa=True)
            x = x + block.attention.out(mixed.transpose(1, 2).reshape(rows.shape[0], 1, sizes.width))
            x = x + block.feed(block.norm3(x))
        states = self.model.chain.states(self.model.norm(x)[:, 0], ids)
        return [head(state) for head, state in zip(self.heads, states, strict=False)] + grown


def session_timers(
    sizes: Sizes, arrays: Any, threads: int
) -> Iterator[tuple[str, Callable[[int, int, int], float], tuple[int, int]]]:
    """Yield names, timers as native.py wants them, and the bytes of a weight and of a cached number."""
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "step.onnx", Path(folder) / "small.onnx"
        _export(build(sizes, arrays, "cpu"), plain)
        kinds = {"weight_type": QuantType.QInt8, "op_types_to_quantize": ["MatMul"], "per_channel": True}
        quantize_dynamic(plain, small, **kinds)
        for name, path, weight in (("ORT int8", small, 1), ("ORT fp32", plain, 4)):
            yield name, _timer(_session(path, threads), sizes), (weight, 4)


def _export(model: Model, path: Path) -> None:
    sizes, step = model.sizes, Step(model).eval()
    names = [f"{kind}{layer}" for layer in range(sizes.layers) for kind in ("k", "v")]
    row = torch.ones((2, len(sizes.families)), dtype=torch.long)
    cache = [torch.zeros(2, sizes.kv_heads, 5, sizes.head) for _ in names]
    torch.onnx.export(
        step,
        (row, row, torch.tensor([5]), torch.zeros(sizes.layers, sizes.width), *cache),
        str(path),
        dynamo=True,
        opset_version=23,
        verbose=False,
        external_data=False,
        input_names=["rows", "ids", "place", "added", *names],
        output_names=[*(f"logits{f}" for f in range(len(sizes.families))), *(f"new_{name}" for name in names)],
        dynamic_shapes=({0: "batch"}, {0: "batch"}, None, None, tuple({0: "batch", 2: "past"} for _ in names)),
    )


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _timer(session: onnxruntime.InferenceSession, sizes: Sizes) -> Callable[[int, int, int], float]:
    names = [given.name for given in session.get_inputs()][4:]

    def best(batch: int, position: int, steps: int) -> float:
        shape = (batch, sizes.kv_heads, position, sizes.head)
        cache, found = {name: np.zeros(shape, np.float32) for name in names}, float("inf")
        row, added = np.ones((batch, len(sizes.families)), np.int64), np.zeros((sizes.layers, sizes.width), np.float32)
        for n in range(steps):
            given = {"rows": row, "ids": row, "place": np.array([position + n]), "added": added, **cache}
            start = time.perf_counter()
            results = session.run(None, given)
            found = min(found, time.perf_counter() - start)
            cache = dict(zip(names, results[len(sizes.families) :], strict=True))
        return found

    return best
