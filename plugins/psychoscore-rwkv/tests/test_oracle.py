"""Another implementation, the package `rwkv`, where it is installed."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

from psychoscore_rwkv.model import load
from psychoscore_rwkv.step import Engine


@pytest.fixture
def oracle(make, monkeypatch):
    monkeypatch.setenv("RWKV_JIT_ON", "0")
    monkeypatch.setenv("RWKV_CUDA_ON", "0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = pytest.importorskip("rwkv.model", reason="the package rwkv is not installed")
        return module.RWKV(model=str(make.file(weights=make.weights(attention=16))), strategy="cpu fp32", verbose=False)


def test_all_three_agree(make, oracle, ids):
    base = make.base(make.weights(attention=16))
    wanted, _ = oracle.forward(ids[0].tolist(), None, full_output=True)
    module = load(base.folder)(torch.as_tensor(ids[:1])).logits[0].detach()
    engine = Engine(base)
    stepped = engine.read(engine.empty(1), engine.embed(ids[:1]))[0]
    assert (module - wanted).abs().max() < 1e-4
    assert np.abs(stepped - wanted[-1].numpy()).max() < 1e-4
