"""Adapters of peft and 4-bit matrices of bitsandbytes in the place of ours, where they are installed."""

from __future__ import annotations

import pytest
import torch
from transformers import BitsAndBytesConfig, RwkvForCausalLM
from transformers.utils import logging

from psychoscore_rwkv.model import ChunkedRwkvForCausalLM

SIZES = {"width": 64, "attention": 64, "hidden": 128}
NF4 = BitsAndBytesConfig(
    load_in_4bit=True,
    bnb_4bit_quant_type="nf4",
    bnb_4bit_use_double_quant=True,
    bnb_4bit_compute_dtype=torch.float32,
)
pytestmark = pytest.mark.filterwarnings("ignore")  # both packages warn at import, each version otherwise


@pytest.fixture(params=[None, NF4], ids=["fp32", "nf4"])
def trained(request, make, ids):
    """Return what trains an adapter on a model of this class, and gives its gradients by name."""
    peft = pytest.importorskip("peft", reason="peft is not installed")
    if request.param is not None:
        pytest.importorskip("bitsandbytes", reason="bitsandbytes is not installed")
    folder, batch = make.base(make.weights(**SIZES)).folder, torch.as_tensor(ids)
    logging.disable_progress_bar()

    def train(kind: type, checkpointing: bool = False) -> dict[str, torch.Tensor]:
        torch.manual_seed(0)
        model = kind.from_pretrained(folder, quantization_config=request.param)
        targets = ["key", "value", "receptance", "output"]
        adapted = peft.get_peft_model(model, peft.LoraConfig(r=4, target_modules=targets, init_lora_weights=False))
        if checkpointing:
            model.activation_checkpointing_enable()
            model.enable_input_require_grads()
        adapted.train()(input_ids=batch, labels=batch).loss.backward()
        return {name: p.grad for name, p in adapted.named_parameters() if p.requires_grad}

    return train


def test_gradients_of_adapters_are_those_of_transformers_own_loop(trained):
    found, right = trained(ChunkedRwkvForCausalLM), trained(RwkvForCausalLM)
    assert len(found) == 3 * 7 * 2
    assert all((found[name] - right[name]).abs().max() < 1e-4 * (1 + right[name].abs().max()) for name in right)


def test_checkpointing_gives_adapters_the_same_gradients(trained):
    found, right = trained(ChunkedRwkvForCausalLM, checkpointing=True), trained(ChunkedRwkvForCausalLM)
    assert all(torch.allclose(found[name], right[name], atol=1e-6) for name in right)
