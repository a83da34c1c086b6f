"""The decoder's layers, as graph.json describes them: two dense stacks, a GRU, a dense stack, three heads."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen
from attrs.validators import ge, le

from psychoscore_tflite.graphs import VERSION
from psychoscore_timbre.names import HARMONICS, INPUTS, NOISE_BANDS, OUTPUTS


@frozen(kw_only=True)
class Sizes:
    """Widths of the dense layers and of the GRU; 512 and 512 in the paper."""

    dense: int = field(default=128, validator=[ge(8), le(1024)])
    memory: int = field(default=192, validator=[ge(8), le(1024)])


def decoder_graph(sizes: Sizes) -> dict[str, Any]:
    """Return what graph.json holds."""
    wide, memory = sizes.dense, sizes.memory
    layers: list[dict[str, Any]] = []

    def add(name: str, kind: str, inputs: int, outputs: int, *sources: str) -> str:
        layers.append({"name": name, "type": kind, "inputs": inputs, "outputs": outputs, "from": list(sources)})
        return name

    def stack(name: str, width: int, *sources: str) -> str:
        first = add(f"{name}_1", "linear", width, wide, *sources)
        second = add(f"{name}_2", "linear", wide, wide, add(f"{name}_1_relu", "relu", wide, wide, first))
        return add(f"{name}_2_relu", "relu", wide, wide, second)

    heard = stack("f0", 1, INPUTS[0]), stack("loudness", 1, INPUTS[1])
    remembered = add("gru", "gru", 2 * wide, memory, *heard)
    hidden = stack("out", memory + 2 * wide, remembered, *heard)
    heads = []
    for name, width in (("amplitude", 1), ("harmonics", HARMONICS), ("noise", NOISE_BANDS)):
        raw = add(name, "linear", wide, width, hidden)
        heads.append(add(f"{name}_positive", "modified-sigmoid", width, width, raw))
    heads[1] = add("distribution", "share", HARMONICS, HARMONICS, heads[1])
    return {
        "version": VERSION,
        "inputs": dict.fromkeys(INPUTS, 1),
        "layers": layers,
        "outputs": dict(zip(OUTPUTS, heads, strict=True)),
    }
