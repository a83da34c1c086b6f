"""Rows a second of a training step (forward and backward) of RWKV-4: ours, transformers' own loop, GPT-2 of that size.

    python benchmarks/rwkv/training.py [--shapes 1x256,4x512] [--layers 4] [--time 512] [--rounds 3]

A shape is batch x width. Weights are random and the same for both RWKVs, whose losses and gradients are compared first.
All three run in turns, and each one's best round counts. Threads: as OMP_NUM_THREADS says; 1 is the fair comparison.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from torch import Tensor
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedModel, RwkvForCausalLM
from transformers.utils import logging

from psychoscore_rwkv.model import build
from psychoscore_rwkv.sizes import Sizes

VOCABULARY = 2176


def models(width: int, layers: int, length: int) -> dict[str, PreTrainedModel]:
    """Return the three; GPT-2 has about as many parameters (12 width^2 a layer, RWKV-4 13)."""
    torch.manual_seed(0)
    sizes = Sizes(vocabulary=VOCABULARY, layers=layers, width=width, attention=width, hidden=4 * width)
    ours = build(sizes)
    for parameter in ours.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.05)
    own = RwkvForCausalLM(ours.config)
    own.load_state_dict(ours.state_dict())
    config = GPT2Config(
        vocab_size=VOCABULARY,
        n_positions=length,
        n_embd=width,
        n_layer=layers,
        n_head=max(1, width // 64),
        bos_token_id=0,
        eos_token_id=0,
    )
    return {"ours": ours.train(), "transformers": own.train(), "GPT-2": GPT2LMHeadModel(config).train()}


def train(model: PreTrainedModel, ids: Tensor) -> float:
    """Return the seconds of a step without its optimizer; gradients stay."""
    model.zero_grad()
    start = time.perf_counter()
    model(input_ids=ids, labels=ids).loss.backward()
    return time.perf_counter() - start


def difference(ours: PreTrainedModel, own: PreTrainedModel) -> float:
    """Return the largest difference of any gradient, as a share of that gradient's largest number."""
    right = {name: parameter.grad for name, parameter in own.named_parameters()}
    pairs = [(parameter.grad, right[name]) for name, parameter in ours.named_parameters()]
    return max(float((a - b).abs().max() / b.abs().max().clamp(min=1e-12)) for a, b in pairs)


def compare(batch: int, width: int, layers: int, length: int, rounds: int) -> None:
    """Print one line of figures."""
    found = models(width, layers, length)
    ids = torch.randint(0, VOCABULARY, (batch, length))
    best = {name: train(model, ids) for name, model in found.items()}
    apart = difference(found["ours"], found["transformers"])
    for _ in range(rounds):
        best = {name: min(best[name], train(model, ids)) for name, model in found.items()}
    rates = ", ".join(f"{name} {batch * length / seconds:,.0f}" for name, seconds in best.items())
    gain = best["transformers"] / best["ours"]
    print(f"batch {batch}, width {width}: rows/s {rates}; {gain:.1f} times transformers', gradients {apart:.0e} apart")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", default="1x256,8x256,1x512,4x512,8x512,1x1024,4x1024")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--time", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    logging.set_verbosity_error()
    print(f"{options.layers} layers, {options.time} rows a sequence, {torch.get_num_threads()} thread(s)")
    for shape in options.shapes.split(","):
        batch, width = map(int, shape.split("x"))
        compare(batch, width, options.layers, options.time, options.rounds)


if __name__ == "__main__":
    main()
