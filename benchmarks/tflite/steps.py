"""Size, parity and microseconds a step of exported nets in LiteRT, beside NumPy and torch on the same net.

    python benchmarks/tflite/steps.py [--rounds 5] [--steps 500]

Three nets: the emotion model and the timbre decoder that ship, and a decoder of the published size (512 and 512) with
drawn weights. In every round each side walks the same steps, its own state going round; the best round counts. Error:
the largest difference of any output (the state left out) from NumPy in double precision on the numbers that the model
holds. Rounding: how far those numbers move the outputs from those of the float32 weights. Exits with 1 where an error
is over 1e-4.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Mapping

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch

from psychoscore_emotion.net import CHECKPOINT as EMOTION
from psychoscore_tflite import selftest
from psychoscore_tflite.checkpoints import Net, read_net
from psychoscore_tflite.constants import KINDS, stored
from psychoscore_tflite.flatbuffer import packed
from psychoscore_tflite.graphs import read_graph
from psychoscore_tflite.lowering import lowered
from psychoscore_tflite.runtime import LiteStep
from psychoscore_tflite.stepping import NumpyStep
from psychoscore_timbre.architecture import Sizes, decoder_graph
from psychoscore_timbre.decoder import CHECKPOINT as TIMBRE

LIMIT = 1e-4
Walk = Callable[[], None]


def published() -> Net:
    """Return a decoder of the size in the paper, with drawn weights."""
    graph, random = read_graph(decoder_graph(Sizes(dense=512, memory=512))), np.random.default_rng(0)
    weights = {n: (random.standard_normal(s) / np.sqrt(s[-1])).astype(np.float32) for n, s in graph.shapes().items()}
    return Net(graph, weights, "")


def in_torch(net: Net, given: Mapping[str, np.ndarray]) -> Walk:
    """Return a walk in torch, eager, a step at a time: linear and recurrent layers, and their plain functions."""
    kinds = {"linear": torch.nn.Linear, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    modules = {x.name: kinds[x.type](x.inputs, x.outputs) for x in net.graph.layers if x.type in kinds}
    for name, module in modules.items():
        own = {n.split(".", 1)[1]: torch.from_numpy(w) for n, w in net.weights.items() if n.startswith(f"{name}.")}
        module.load_state_dict(own)
    plain = {
        "tanh": torch.tanh,
        "relu": torch.relu,
        "modified-sigmoid": lambda x: 2 * torch.sigmoid(x) ** 2.302585 + 1e-7,
        "share": lambda x: x / x.sum(-1, keepdim=True),
    }
    tensors = {name: torch.from_numpy(array) for name, array in given.items()}

    @torch.no_grad()
    def walk() -> None:
        states: dict[str, object] = {}
        for row in range(len(next(iter(tensors.values())))):
            found = {name: tensor[row] for name, tensor in tensors.items()}
            for one in net.graph.layers:
                x = torch.cat([found[source] for source in one.sources], -1)
                if one.type in ("lstm", "gru"):
                    found[one.name], states[one.name] = modules[one.name](x, states.get(one.name))
                else:
                    found[one.name] = modules[one.name](x) if one.type == "linear" else plain[one.type](x)

    return walk


def measure(title: str, net: Net, steps: int, rounds: int) -> float:
    """Print a line for each side, and return the largest error."""
    given = selftest.inputs_of(net.graph, steps, 1, 0)
    walks: dict[str, Walk] = {"torch, eager": in_torch(net, given)}
    numpy = NumpyStep(net.graph, stored(net, "float32"))
    walks["NumPy"] = lambda: (numpy.reset(), selftest.walked(numpy, given))
    said, largest = {}, 0.0
    exact = stored(net, "float32")
    for kind in KINDS:
        constants = stored(net, kind)
        data = packed(lowered(net.graph, kind, 1), constants)
        lite = LiteStep(data)
        found = selftest.walked(lite, given)
        wanted = selftest.walked(NumpyStep(net.graph, constants, 1, np.float64), given)
        error = max(float(np.abs(found[name] - wanted[name]).max()) for name in net.graph.outputs)
        moved = selftest.drift(net.graph, exact, constants, given)
        said[f"LiteRT {kind}"] = f"{len(data):>10,} bytes, error {error:.1e}, rounding {moved:.1e}"
        walks[f"LiteRT {kind}"] = lambda lite=lite: (lite.reset(), selftest.walked(lite, given))
        largest = max(largest, error)
    best = dict.fromkeys(walks, float("inf"))
    for _ in range(rounds):
        for name, walk in walks.items():
            start = time.perf_counter()
            walk()
            best[name] = min(best[name], (time.perf_counter() - start) / steps * 1e6)
    print(f"{title}: {sum(w.size for w in net.weights.values()):,} parameters")
    for name, micros in best.items():
        ratio = micros / best["torch, eager"]
        print(f"  {name:15} {micros:8.1f} us a step, {ratio:.2f} times torch's  {said.get(name, '')}")
    return largest


def main() -> None:
    """Measure the three nets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=500)
    options = parser.parse_args()
    torch.set_num_threads(1)
    nets = {"emotion": read_net(EMOTION), "timbre": read_net(TIMBRE), "timbre of the published size": published()}
    largest = max(measure(title, net, options.steps, options.rounds) for title, net in nets.items())
    raise SystemExit(largest > LIMIT)


if __name__ == "__main__":
    main()
