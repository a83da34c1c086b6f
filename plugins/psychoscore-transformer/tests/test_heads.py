"""Chained heads: a family's logits follow the ids before it, and nothing else of its row."""

import numpy as np
import torch

from psychoscore_transformer.decoding import family_logits

FAMILIES = (21, 7, 11)


def test_a_family_sees_the_ids_before_it_alone(make):
    model, hidden = make.model(families=FAMILIES), torch.randn(3, 32)
    ids = torch.tensor([[1, 2, 3], [4, 5, 6], [7, 0, 8]])
    before = model.logits(hidden, ids)
    for family in range(3):
        changed = ids.clone()
        changed[:, family] = (changed[:, family] + 1) % FAMILIES[family]
        same = [torch.equal(a, b) for a, b in zip(before, model.logits(hidden, changed), strict=True)]
        assert same == [later <= family for later in range(3)]


def test_drawing_a_row_gives_what_training_saw(make):
    model, hidden = make.model(families=FAMILIES), torch.randn(3, 32)
    ids = torch.tensor([[1, 2, 3], [4, 5, 6], [7, 0, 8]])
    expected = model.logits(hidden, ids)
    first, *later = family_logits(model, hidden)
    np.testing.assert_allclose(first, expected[0].detach(), atol=1e-6)
    for family, logits in enumerate(later, 1):
        np.testing.assert_allclose(logits(ids[:, :family].numpy()), expected[family].detach(), atol=1e-5)


def test_with_type_first_a_family_sees_the_first_id_alone(make):
    model, hidden = make.model(families=FAMILIES, row_heads="type-first"), torch.randn(3, 32)
    ids = torch.tensor([[1, 2, 3], [4, 5, 6], [7, 0, 8]])
    before = model.logits(hidden, ids)
    for family in range(3):
        changed = ids.clone()
        changed[:, family] = (changed[:, family] + 1) % FAMILIES[family]
        same = [torch.equal(a, b) for a, b in zip(before, model.logits(hidden, changed), strict=True)]
        assert same == [True, family > 0, family > 0]


def test_type_first_heads_have_one_table(make):
    model = make.model(families=FAMILIES, row_heads="type-first")
    tables = [name for name, _ in model.named_parameters() if name.startswith("chain.tables.")]
    assert tables == ["chain.tables.0.weight"]


def test_ignored_targets_are_no_error(make):
    model = make.model(families=FAMILIES)
    logits = model.logits(torch.randn(2, 4, 32), torch.full((2, 4, 3), -100))
    assert all(table.isfinite().all() for table in logits)


def test_one_family_has_no_chain(make):
    assert not any(name.startswith("chain.") for name, _ in make.model().named_parameters())
