"""The values and gradients of `info-nce`, and what it refuses to learn from."""

import math
from types import SimpleNamespace

import attrs
import pytest
import torch

from psychoscore_losses.info_nce import InfoNce
from psychoscore_losses.plugin import InfoNceConfig
from psychoscore_losses.retrieval import mean_reciprocal_rank

EAST, NORTH = [1.0, 0.0], [0.0, 1.0]


def identity(**options) -> InfoNce:
    """Return the loss in the plane with projections that change nothing and a temperature of 1."""
    loss = InfoNce(InfoNceConfig(width=2, temperature=1.0, **{"hard_negatives": 0, **options}), 2, 2)
    for projection in (loss.music, loss.profile):
        torch.nn.init.eye_(projection.weight)
        torch.nn.init.zeros_(projection.bias)
    return loss


def example(hidden, vectors, conditioned=None, groups=None, mask=None, stated=None):
    """Return outputs and batch of sequences with two equal hidden states each."""
    states = torch.tensor(hidden)[:, None].repeat(1, 2, 1).requires_grad_()
    mask = torch.ones(len(hidden), 2, dtype=torch.bool) if mask is None else torch.tensor(mask)
    batch = SimpleNamespace(mask=mask, vector=torch.tensor(vectors))
    if conditioned is not None:
        batch.conditioned = torch.tensor(conditioned)
    if groups is not None:
        batch.groups = torch.tensor(groups)
    if stated is not None:
        batch.stated = torch.tensor(stated)
    return SimpleNamespace(logits=[], hidden=states), batch


def test_a_match_has_the_value_computed_by_hand():
    # cosines 1 on the diagonal and 0 beside it: -log(e / (e + 1)) in every row and column
    value = identity()(*example([EAST, NORTH], [EAST, NORTH]))
    assert value.item() == pytest.approx(math.log(1 + math.exp(-1)))


def test_a_swap_has_the_value_computed_by_hand():
    value = identity()(*example([NORTH, EAST], [EAST, NORTH]))
    assert value.item() == pytest.approx(math.log(1 + math.e))


def test_a_hard_negative_counts_as_often_as_it_weighs():
    value = identity(hard_negatives=1, hard_weight=3.0)(*example([EAST, NORTH], [EAST, NORTH]))
    assert value.item() == pytest.approx(math.log(1 + 3 * math.exp(-1)))


def test_only_the_nearest_profile_of_another_group_is_hard():
    vectors = [[1.0, 0.0], [0.9, 0.1], [0.5, 0.5], [0.0, 1.0]]
    contrast = identity(hard_negatives=1).contrast(*example(vectors, vectors, groups=[0, 0, 1, 2]))
    assert contrast.hard[0].tolist() == [False, False, True, False]


def test_nearly_equal_profiles_are_not_pushed_apart():
    outputs, batch = example([EAST, NORTH], [[0.5, 0.5], [0.5, 0.52]])
    value = identity(same_distance=0.05)(outputs, batch)
    value.backward()
    assert value.item() == pytest.approx(0.0, abs=1e-6)
    assert outputs.hidden.grad.abs().max() < 1e-6


def test_profiles_beyond_the_distance_are_pushed_apart():
    value = identity(same_distance=0.01)(*example([EAST, NORTH], [[0.5, 0.5], [0.5, 0.52]]))
    assert value.item() > 0.5


def test_pieces_of_one_group_are_not_pushed_apart():
    value = identity()(*example([EAST, NORTH], [EAST, NORTH], groups=[4, 4]))
    assert value.item() == pytest.approx(0.0, abs=1e-6)


def test_the_hidden_states_of_conditioned_sequences_teach_nothing():
    hidden, vectors = [EAST, NORTH, EAST], [EAST, NORTH, [0.5, -0.5]]
    outputs, batch = example(hidden, vectors, conditioned=[False, False, True])
    identity()(outputs, batch).backward()
    assert outputs.hidden.grad[2].abs().max() == 0
    assert outputs.hidden.grad[:2].abs().max() > 0


def test_copying_the_condition_does_not_lower_the_loss():
    vectors = [EAST, NORTH, [-1.0, 0.0], [0.0, -1.0]]
    conditioned = [True, True, False, False]
    music = [[0.6, 0.8], [0.6, -0.8]]
    copied = identity()(*example([EAST, NORTH, *music], vectors, conditioned))
    ignorant = identity()(*example([NORTH, EAST, *music], vectors, conditioned))
    assert copied.item() == ignorant.item() > 0


def test_profiles_of_conditioned_sequences_are_further_negatives():
    contrast = identity().contrast(*example([EAST, NORTH, EAST], [EAST, NORTH, [0.5, -0.5]], [False, False, True]))
    assert contrast.similarity.shape == (2, 3)
    assert contrast.negative.tolist() == [[False, True, True], [True, False, True]]


def test_sequences_without_a_profile_change_nothing():
    hidden, vectors = [EAST, NORTH, [0.6, 0.8]], [EAST, NORTH, [0.5, -0.5]]
    nothing = [0.0, 0.0]
    whole = example(
        [hidden[0], NORTH, *hidden[1:], EAST],
        [vectors[0], nothing, *vectors[1:], nothing],
        conditioned=[False, False, False, True, True],
        groups=[1, 2, 3, 4, 5],
        stated=[True, False, True, True, False],
    )
    loss = identity(hard_negatives=1)
    value = loss(*whole)
    value.backward()
    stated = loss(*example(hidden, vectors, conditioned=[False, False, True], groups=[1, 3, 4]))
    assert value.item() == pytest.approx(stated.item(), abs=1e-7) and value.item() > 0
    assert whole[0].hidden.grad[[1, 4]].abs().max() == 0


def test_without_any_profile_the_loss_is_zero_and_teaches_nothing():
    loss = identity()
    outputs, batch = example([EAST, NORTH], [[0.0, 0.0], [0.0, 0.0]], stated=[False, False])
    value = loss(outputs, batch)
    value.backward()
    assert value.item() == 0.0
    gradients = [outputs.hidden.grad, *(parameter.grad for parameter in loss.parameters())]
    assert all(gradient.abs().max() == 0 for gradient in gradients)


@pytest.mark.parametrize(
    ("conditioned", "mask"),
    [
        ([True, True], [[True, True], [True, True]]),
        ([False, True], [[True, True], [True, True]]),
        ([False, False], [[False, False], [False, False]]),
        ([False, False], [[True, True], [False, False]]),
    ],
)
def test_fewer_than_two_sequences_give_a_differentiable_zero(conditioned, mask):
    loss = identity()
    outputs, batch = example([EAST, NORTH], [EAST, NORTH], conditioned, mask=mask)
    value = loss(outputs, batch)
    value.backward()
    assert value.item() == 0.0
    assert outputs.hidden.grad.abs().max() == 0
    assert all(parameter.grad is not None for parameter in loss.parameters())


def test_only_music_is_pooled():
    outputs, batch = example([EAST, NORTH], [EAST, NORTH], mask=[[True, False], [True, False]])
    identity()(outputs, batch).backward()
    assert outputs.hidden.grad[:, 1].abs().max() == 0
    assert outputs.hidden.grad[:, 0].abs().max() > 0


def test_zero_hidden_states_have_finite_gradients():
    loss = identity()
    outputs, batch = example([[0.0, 0.0], [0.0, 0.0]], [EAST, NORTH])
    loss(outputs, batch).backward()
    assert torch.isfinite(outputs.hidden.grad).all()
    assert all(torch.isfinite(parameter.grad).all() for parameter in loss.parameters())


def test_the_temperature_is_learned_within_its_bounds():
    loss = identity()
    with torch.no_grad():
        loss.log_temperature.fill_(-50.0)
    loss(*example([NORTH, EAST], [EAST, NORTH])).backward()
    assert float(loss.temperature().detach()) == pytest.approx(0.01)
    assert loss.log_temperature.grad != 0  # it can come back


def test_training_makes_music_find_its_profile():
    torch.manual_seed(3)
    hidden, vectors = torch.randn(12, 6), torch.rand(12, 5)
    outputs, batch = example(hidden.tolist(), vectors.tolist())
    loss = InfoNce(InfoNceConfig(width=8), 6, 5)
    optimizer = torch.optim.Adam(loss.parameters(), lr=0.05)
    before = rank(loss, outputs, batch)
    for _ in range(60):
        optimizer.zero_grad()
        loss(outputs, batch).backward()
        optimizer.step()
    assert before < 0.6 < 0.95 < rank(loss, outputs, batch)


def rank(loss, outputs, batch) -> float:
    with torch.no_grad():
        contrast = loss.contrast(outputs, batch)
    return mean_reciprocal_rank(contrast.similarity, contrast.own, contrast.negative)


def test_the_training_library_says_which_sequences_are_conditioned():
    batches = pytest.importorskip("psychoscore_training.batches", reason="psychoscore-training is not installed")
    assert {"conditioned", "groups", "mask", "stated", "vector"} <= {
        field.name for field in attrs.fields(batches.Batch)
    }


def test_two_losses_start_from_the_same_projections_and_leave_the_generator_alone():
    torch.manual_seed(1)
    first = InfoNce(InfoNceConfig(), 8, 57)
    drawn = torch.rand(1)
    second = InfoNce(InfoNceConfig(), 8, 57)
    assert torch.equal(first.music.weight, second.music.weight)
    torch.manual_seed(1)
    assert torch.equal(drawn, torch.rand(1))
