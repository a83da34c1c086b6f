"""What a training takes is told beforehand, and what does not fit is refused with a figure."""

import pytest
import torch
from attrs import evolve

from psychoscore_core.errors import RunError
from psychoscore_core.records import Training
from psychoscore_core.report import Silent
from psychoscore_qlora.conditioner import Shape
from psychoscore_qlora.lora import Lora
from psychoscore_qlora.memory import Prediction, check_fits, predict, size

TARGETS = ("key", "value", "receptance", "output")
LORA = Lora(quantization="nf4", rank=32, alpha=64.0, dropout=0.05, targets=TARGETS, embeddings=True)
SHAPE = Shape(vector=57, bar=68, width=1024, tokens=10, rows=4)


@pytest.fixture(scope="module")
def piano():
    """Return the public piano checkpoint's shape, without weights."""
    from psychoscore_rwkv.model import build
    from psychoscore_rwkv.sizes import Sizes

    with torch.device("meta"):
        return build(Sizes(vocabulary=2176, layers=12, width=1024, attention=1024, hidden=4096))


def test_rank_32_on_the_piano_is_786_thousand_numbers_a_layer(piano):
    bare = predict(piano, evolve(LORA, embeddings=False), SHAPE, 2176, Training(), 2.0)
    less = predict(piano, evolve(LORA, embeddings=False, rank=16), SHAPE, 2176, Training(), 2.0)
    assert 2 * (bare.trainable - less.trainable) == 7_864_320


def test_an_adapter_on_the_piano_is_under_100_mb(piano):
    assert predict(piano, LORA, SHAPE, 2400, Training(), 2.0).adapter < 100e6


def test_four_bits_take_a_sixth(piano):
    four, whole = (
        predict(piano, evolve(LORA, quantization=q), SHAPE, 2400, Training(), 2.0).weights for q in ("nf4", "none")
    )
    assert 0.14 < four / whole < 0.22  # embeddings, head and norms stay as they are


def test_checkpointing_takes_less(piano):
    kept, again = (
        predict(piano, LORA, SHAPE, 2400, Training(gradient_checkpointing=on), 2.0).activations for on in (False, True)
    )
    assert again < 0.3 * kept


def test_on_cpu_the_base_is_there_whole_before_it_is_small(piano):
    file = 4 * 170_000_000
    told = predict(piano, LORA, SHAPE, 2400, Training(batch_size=1, context=64), 2.0, file)
    assert told.total == told.loading > file + 4 * sum(p.numel() for p in piano.parameters())


def test_what_does_not_fit_is_refused_with_figures():
    prediction = Prediction(
        weights=20 << 30, trained=1 << 30, activations=4 << 30, adapter=1, trainable=1, parameters=2
    )
    with pytest.raises(RunError, match=r"takes about 28\.75 GiB \(21\.00 GiB of them for weights\), but cpu has 16"):
        check_fits(prediction, torch.device("cpu"), 16 << 30)


def test_a_training_that_cannot_fit_loads_nothing(make, corpus, terms, training, rwkv_base, tmp_path, monkeypatch):
    monkeypatch.setattr("psychoscore_qlora.memory.free_on", lambda device: 1 << 20)
    monkeypatch.setattr("psychoscore_qlora.trainee.load_base", lambda base: pytest.fail("the base was loaded"))
    with pytest.raises(RunError, match="but cpu has 1.0 MiB free"):
        make.qlora(base=rwkv_base).train(corpus, terms, training, tmp_path / "t", Silent())
    assert not (tmp_path / "t").exists()


def test_missing_bitsandbytes_says_what_to_do(make, training, rwkv_base, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "bitsandbytes", None)
    with pytest.raises(RunError, match=r"pip install 'psychoscore-qlora\[nf4\]', or set model.quantization to 'none'"):
        make.qlora(base=rwkv_base)._trainee(training, torch.device("cpu"), Silent())


@pytest.mark.parametrize(("count", "text"), [(5 << 20, "5.0 MiB"), (3 << 30, "3.00 GiB")])
def test_sizes_read_well(count, text):
    assert size(count) == text
