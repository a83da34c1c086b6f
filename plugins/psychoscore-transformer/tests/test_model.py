"""The model's parts against their formulas."""

import numpy as np
import pytest
import torch
from attrs import asdict
from torch.nn import functional

from psychoscore_training.batches import collate
from psychoscore_training.windows import Window
from psychoscore_transformer.model import Model, RMSNorm, rope_table, rotate
from psychoscore_transformer.plugin import TransformerConfig

CPU = torch.device("cpu")


def batch_of(corpus, count=3, drop=False):
    return collate(corpus, [Window(i, 0, int(corpus.music[i]), 0) for i in range(count)], np.full((count, 3), drop))


def test_rms_norm_is_its_formula():
    norm, x = RMSNorm(6), torch.randn(2, 3, 6)
    torch.nn.init.normal_(norm.weight)
    expected = x / (x.square().mean(-1, keepdim=True) + 1e-6).sqrt() * norm.weight
    assert torch.allclose(norm(x), expected, atol=1e-6)


def test_rotary_products_depend_on_the_distance_alone():
    q, k = torch.randn(1, 1, 1, 16), torch.randn(1, 1, 1, 16)
    rope = rope_table(64, 16, CPU)

    def product(i, j):
        return (rotate(q, (rope[0][i], rope[1][i])) * rotate(k, (rope[0][j], rope[1][j]))).sum().item()

    assert product(7, 3) == pytest.approx(product(60, 56), abs=1e-4)
    assert product(7, 3) != pytest.approx(product(7, 5), abs=1e-3)


def test_rotation_is_that_of_complex_numbers():
    x, rope = torch.randn(1, 2, 5, 8), rope_table(5, 8, CPU)
    angle = torch.arange(5.0)[:, None] * 10000.0 ** (-torch.arange(0, 8, 2) / 8)
    turned = torch.complex(x[..., :4], x[..., 4:]) * torch.polar(torch.ones_like(angle), angle)
    assert torch.allclose(rotate(x, rope), torch.cat([turned.real, turned.imag], -1), atol=1e-6)


def test_grouped_queries_equal_repeated_keys(make):
    attention, x = make.model().blocks[0].attention, torch.randn(2, 5, 32)
    rope = rope_table(5, 8, CPU)
    q, k, v = attention.qkv(x).view(2, 5, 8, 8).transpose(1, 2).split((4, 2, 2), dim=1)
    q, k = rotate(q, rope), rotate(k, rope).repeat_interleave(2, dim=1)
    scores = (q @ k.transpose(-1, -2) / 8**0.5).masked_fill(torch.ones(5, 5).triu(1).bool(), -torch.inf)
    mixed = scores.softmax(-1) @ v.repeat_interleave(2, dim=1)
    assert torch.allclose(
        attention(x, rope, 0, None), attention.out(mixed.transpose(1, 2).reshape(2, 5, 32)), atol=1e-5
    )


def test_cross_attention_equals_torch(make):
    cross, x, style = make.model().blocks[0].cross, torch.randn(2, 5, 32), torch.randn(2, 8, 256)
    keys, values = (t.repeat_interleave(2, dim=1) for t in cross.keys_values(style))
    q = cross.q(x).view(2, 5, 4, 8).transpose(1, 2)
    mixed = functional.scaled_dot_product_attention(q, keys, values)
    assert torch.allclose(
        cross(x, cross.keys_values(style)), cross.out(mixed.transpose(1, 2).reshape(2, 5, 32)), atol=1e-5
    )


def test_a_profile_becomes_eight_styles_of_256_numbers(make):
    style = make.model().style
    styles = style(torch.rand(2, 3), torch.tensor([True, True]))
    assert styles.shape == (2, 8, 256) and not torch.allclose(styles[0], styles[1])
    assert styles.abs().max() <= 1  # mixtures of the bank's tokens, which tanh bounds


def test_without_a_profile_the_styles_are_the_learned_ones(make):
    style = make.model().style
    styles = style(torch.rand(2, 3), torch.tensor([False, True]))
    assert torch.equal(styles[0], style.none) and not torch.allclose(styles[1], style.none)


def test_the_bar_table_ends_with_no_condition_and_nothing(make):
    bar = make.model().bar
    conditions = torch.rand(2, 4, 2)
    table = bar(conditions)
    assert table.shape == (2, 6, 2, 32) and not table[:, 5].any()
    assert torch.equal(table[0, 4].flatten(), bar.none)
    assert torch.allclose(table[1, 2].flatten(), bar.map(conditions[1, 2]), atol=1e-6)


def test_later_rows_do_not_change_earlier_logits(make, corpus):
    model, batch = make.model(), batch_of(corpus)
    before = model(batch).logits[0]
    batch.rows[:, 5:] = 7
    after = model(batch).logits[0]
    assert torch.allclose(before[:, :5], after[:, :5], atol=1e-6) and not torch.allclose(before[:, 5:], after[:, 5:])


def test_each_row_follows_its_own_bar(make, corpus):
    model, batch = make.model(), batch_of(corpus)
    before = model(batch).logits[0]
    batch.bar_conditions[:, 1] += 1.0
    changed = (model(batch).logits[0] - before).abs().amax(-1) > 1e-5
    assert not changed[:, :4].any() and changed[:, 4:].all()  # prefix, then bar 0: rows 2 and 3


@pytest.mark.parametrize("change", ["vector", "bar_conditions"])
def test_dropped_conditions_leak_nothing(make, corpus, change):
    model, batch = make.model(), batch_of(corpus, drop=True)
    before = model(batch)
    corpus.vectors[:], corpus.bar_conditions[:] = 9.0, 9.0
    after = model(batch_of(corpus, drop=True))
    assert torch.equal(before.hidden, after.hidden)
    assert not torch.equal(model(batch_of(corpus)).hidden, before.hidden)


def test_checkpointing_changes_no_gradient(make, corpus):
    gradients = []
    for flag in (False, True):
        model = make.model(dropout=0.2).train()
        model.gradient_checkpointing = flag
        torch.manual_seed(3)
        model(batch_of(corpus)).logits[0].square().mean().backward()
        gradients.append([p.grad for p in model.parameters() if p.grad is not None])
    assert all(torch.allclose(a, b, atol=1e-7) for a, b in zip(*gradients, strict=True))


def test_several_families_are_summed_and_have_their_own_heads(make, corpus):
    model = make.model(families=(21, 5))
    rows = torch.cat([batch_of(corpus).rows, batch_of(corpus).rows % 5], dim=-1)
    embedded = model.embed(rows)
    expected = model.embeddings[0](rows[..., 0]) + model.embeddings[1](rows[..., 1])
    assert torch.allclose(embedded, expected, atol=1e-6)
    assert [logits.shape[-1] for logits in model.logits(embedded, rows)] == [21, 5]


def test_a_space_without_bar_numbers_works(make, corpus):
    model = make.model(bar=0)
    corpus.bar_offsets[:] = 0
    assert model(batch_of(corpus)).logits[0].isfinite().all()


@pytest.mark.parametrize(
    ("size", "millions"), [("pianist", 4.8), ("tiny", 1.0), ("small", 7.0), ("medium", 20.0), ("large", 160.0)]
)
def test_presets_have_the_promised_size(make, size, millions):
    shape = asdict(TransformerConfig(size=size).shape())
    with torch.device("meta"):
        model = Model(make.sizes(**{"families": (1000,), "vector": 57, "bar": 4, **shape}))
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(millions, rel=0.1)


def test_without_style_tokens_the_vector_is_added_to_every_row(make, corpus):
    model = make.model(style_tokens=0)
    batch = batch_of(corpus)
    table, styles = model.conditions(batch.bar_conditions, batch.vector, batch.vector_seen)
    plain, added = model.bar(batch.bar_conditions), model.vector(batch.vector, batch.vector_seen)
    assert styles == [None, None] and not any(".cross." in name for name, _ in model.named_parameters())
    assert torch.allclose(table - plain, added.view(3, 1, 2, 32).expand_as(table), atol=1e-6)


def test_without_style_tokens_dropped_conditions_leak_nothing(make, corpus):
    model = make.model(style_tokens=0)
    before = model(batch_of(corpus, drop=True)).hidden
    corpus.vectors[:], corpus.bar_conditions[:] = 9.0, 9.0
    assert torch.equal(before, model(batch_of(corpus, drop=True)).hidden)
    assert not torch.equal(model(batch_of(corpus)).hidden, before)
