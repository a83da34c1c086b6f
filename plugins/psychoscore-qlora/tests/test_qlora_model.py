"""A language model that is told a profile and a plan, and adapters that others can read."""

import numpy as np
import pytest
import torch
from attrs import evolve
from peft import PeftModel

from psychoscore_core.report import Silent
from psychoscore_core.stages.train import Term
from psychoscore_losses.info_nce import InfoNce
from psychoscore_losses.plugin import InfoNceConfig
from psychoscore_qlora.base_model import load_base, open_base
from psychoscore_qlora.conditioner import Conditioner, Shape
from psychoscore_qlora.lora import linears, quantise, round_to_nf4, widen
from psychoscore_qlora.optimizer import optimizer_of
from psychoscore_training.batches import collate
from psychoscore_training.data import open_prepared
from psychoscore_training.windows import window_table

SHAPE = Shape(vector=3, bar=2, width=16, tokens=4, rows=2)


@pytest.fixture
def batch(corpus):
    data = open_prepared(corpus, 3)
    table = window_table(data, data.split("train"), 32)
    return collate(data, [table.window(i, 0.5) for i in range(4)], np.zeros((4, 3), bool))


def test_without_a_profile_it_is_the_learned_none():
    conditioner = Conditioner(SHAPE)
    vectors = torch.rand(2, 3)
    styles = conditioner.styles(vectors, torch.tensor([True, False]))
    assert torch.equal(styles[1], conditioner.none) and not torch.equal(styles[0], conditioner.none)


def test_profiles_differ_from_the_beginning():
    torch.manual_seed(0)
    conditioner = Conditioner(Shape(vector=57, bar=0, width=64, tokens=10, rows=4)).requires_grad_(False)
    styles = conditioner.styles(torch.rand(40, 57), torch.ones(40) > 0)
    assert float(styles.std(0).mean() / styles.std()) > 0.1


def test_bars_say_nothing_at_first():
    table = Conditioner(SHAPE).bars(torch.rand(2, 5, 2))
    assert table.shape == (2, 7, 16) and not table.any()


def test_a_conditioner_without_style_tokens_has_no_rows():
    conditioner = Conditioner(evolve(SHAPE, tokens=0, bar=0))
    assert conditioner.rows == 0 and conditioner.styles(torch.rand(1, 3), torch.tensor([True])) is None
    assert conditioner.bars(torch.rand(1, 2, 0)) is None


def test_profiles_may_begin_as_none():
    conditioner = Conditioner(SHAPE)
    before = (conditioner.styles(torch.rand(1, 3), torch.tensor([True])) - conditioner.none).abs().mean()
    conditioner.begin_as_none()
    assert (conditioner.styles(torch.rand(1, 3), torch.tensor([True])) - conditioner.none).abs().mean() < 0.2 * before


def test_a_wider_model_says_the_same_of_what_it_knew(rwkv_base):
    core, ids = load_base(open_base(rwkv_base)), torch.tensor([[1, 5, 9]])
    with torch.no_grad():
        before = core(ids).logits
        widen(core, 30)
        after = core(ids).logits
    assert after.shape[-1] == 30 and torch.allclose(after[..., :21], before, atol=1e-6)


def test_rounding_gives_what_four_bits_say(rwkv_base):
    four, rounded = load_base(open_base(rwkv_base)), load_base(open_base(rwkv_base))
    ids = torch.tensor([[1, 5, 9]])
    quantise(four, torch.device("cpu"))
    round_to_nf4(rounded)
    assert all(type(layer).__name__ == "Linear4bit" for layer in linears(four).values())
    with torch.no_grad():
        assert torch.allclose(four(ids).logits, rounded(ids).logits, atol=1e-4)


def test_peft_reads_an_adapter_as_we_do(make, corpus, terms, training, rwkv_base, tmp_path):
    ours = make.qlora(base=rwkv_base, quantization="none")
    ours.train(corpus, terms, training, tmp_path / "t", Silent())
    core = load_base(open_base(rwkv_base))
    widen(core, 24)
    with pytest.warns(FutureWarning, match="is_gradient_checkpointing"):  # peft's own
        theirs = PeftModel.from_pretrained(core, tmp_path / "t").eval()
    ids = torch.tensor([[1, 5, 9, 22]])
    with torch.no_grad():
        assert torch.allclose(theirs(ids).logits, ours.model().core(ids).logits, atol=1e-4)


def test_checkpointing_changes_no_gradient(make, batch, rwkv_base, training):
    model = make.qlora(base=rwkv_base, quantization="none", dropout=0.0)._trainee(
        training, torch.device("cpu"), Silent()
    )
    gradients = []
    for wanted in (False, True):
        model.model.train().gradient_checkpointing = wanted
        model.model.zero_grad()
        model.model(batch).logits[0].square().mean().backward()
        gradients.append([p.grad.clone() for p in model.model.parameters() if p.grad is not None])
        assert model.model.gradient_checkpointing == wanted
    assert all(torch.allclose(a, b, atol=1e-7) for a, b in zip(*gradients, strict=True))


def test_info_nce_reaches_the_hidden_states(make, corpus, terms, training, rwkv_base, tmp_path):
    loss = InfoNce(InfoNceConfig(), hidden_size=64, vector_size=3)
    both = {**terms, "info-nce": Term(name="info-nce", weight=1.0, loss=loss)}
    backend = make.qlora(base=rwkv_base)
    backend.train(corpus, both, evolve(training, condition_dropout=0.5), tmp_path / "t", Silent())
    assert (tmp_path / "t" / "losses.safetensors").exists()


def test_on_cpu_the_optimizer_is_torchs(training):
    parameter = torch.nn.Parameter(torch.zeros(2, 2))
    assert type(optimizer_of({"p": parameter}, training, paged=True)) is torch.optim.AdamW


@pytest.mark.parametrize("wrong", [{"tokens": 300}, {"rows": 0}, {"width": "8"}, {"vector": True}])
def test_sizes_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="must be a whole number from"):
        evolve(SHAPE, **wrong)
