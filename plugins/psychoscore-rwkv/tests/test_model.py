"""The module: equal to the float64 reference and to transformers' own, in every way that it is called."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import RwkvForCausalLM

from psychoscore_core.errors import CheckpointError
from psychoscore_rwkv.configuration import configuration
from psychoscore_rwkv.model import ChunkedRwkvForCausalLM, build, load


@pytest.fixture
def model(make):
    return load(make.base().folder)


def logits(model, ids, **more) -> np.ndarray:
    with torch.no_grad():
        return model(torch.as_tensor(ids), **more).logits.numpy()


def trained(model, ids, **more) -> dict[str, torch.Tensor]:
    """Return the gradients of a training step by name."""
    model.train().zero_grad()
    model(torch.as_tensor(ids), labels=torch.as_tensor(ids), **more).loss.backward()
    return {name: parameter.grad.clone() for name, parameter in model.named_parameters()}


def test_logits_are_those_of_the_reference(make, model, ids):
    found = logits(model, ids)
    for row in range(len(ids)):
        assert np.abs(found[row] - make.reference().of_ids(ids[row])).max() < 1e-4


@pytest.mark.parametrize("cuts", [(1, 45), (16, 45), (7, 20, 21, 45), tuple(range(1, 46))])
def test_a_state_carried_between_calls_gives_the_same(model, ids, cuts):
    found, state, before = [], None, 0
    for cut in cuts:
        with torch.no_grad():
            out = model(torch.as_tensor(ids[:, before:cut]), state=state, use_cache=True)
        found.append(out.logits.numpy())
        state, before = out.state, cut
    assert np.abs(np.concatenate(found, 1) - logits(model, ids)).max() < 1e-4


def test_a_state_is_not_changed(model, ids):
    with torch.no_grad():
        state = model(torch.as_tensor(ids), use_cache=True).state
        before = [part.clone() for part in state]
        model(torch.as_tensor(ids), state=state, use_cache=True)
    assert all(torch.equal(a, b) for a, b in zip(state, before, strict=True))


def test_embeddings_may_be_given(model, ids):
    with torch.no_grad():
        rows = model.get_input_embeddings()(torch.as_tensor(ids))
        assert np.array_equal(model(inputs_embeds=rows).logits.numpy(), logits(model, ids))


def test_ids_and_embeddings_together_are_refused(model, ids):
    with pytest.raises(ValueError, match="exactly one of input_ids and inputs_embeds must be given"):
        model(torch.as_tensor(ids), inputs_embeds=torch.zeros(1, 1, 16))


def test_padding_on_the_right_changes_nothing(model, ids):
    padded = ids.copy()
    padded[1, 20:] = 0
    assert np.abs(logits(model, padded)[1, :20] - logits(model, ids[1:2, :20])[0]).max() < 1e-5


def test_gradients_are_those_of_transformers_own_loop(make, ids):
    model = load(make.base(make.weights(attention=16)).folder)
    own = RwkvForCausalLM(model.config)
    own.load_state_dict(model.state_dict())
    right = trained(own, ids)
    for name, found in trained(model, ids).items():
        assert (found - right[name]).abs().max() < 1e-4 * (1 + right[name].abs().max()), name


def test_checkpointing_gives_the_same_gradients(model, ids):
    right = trained(model, ids)
    model.activation_checkpointing_enable()
    found = trained(model, ids)
    assert all(torch.allclose(found[name], right[name], atol=1e-6) for name in right)


def test_autocast_trains_near_the_same(model, ids):
    right = trained(model, ids)
    with torch.autocast("cpu", torch.bfloat16):
        found = trained(model, ids)
    for name in right:
        assert (found[name] - right[name]).norm() < 0.2 * right[name].norm() + 1e-3, name


def test_adapters_may_stand_in_the_place_of_matrices(model, ids):
    class Twice(torch.nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, x):
            return 2 * self.inner(x)

    before = logits(model, ids)
    for block in model.rwkv.blocks:
        block.attention.key, block.feed_forward.value = Twice(block.attention.key), Twice(block.feed_forward.value)
    assert np.abs(logits(model, ids) - before).max() > 0.1


def test_bfloat16_keeps_decay_and_bonus_exact(make, ids):
    model = load(make.base().folder, torch.bfloat16)
    assert model.head.weight.dtype == torch.bfloat16
    assert model.rwkv.blocks[0].attention.time_decay.dtype == torch.float32
    exact = make.reference().of_ids(ids[0])
    with torch.no_grad():
        found = model(torch.as_tensor(ids)).logits[0].float().numpy()
    assert np.abs(found - exact).mean() < 0.1 * exact.std()


def test_generation_with_transformers_is_greedy_decoding(make, model, ids):
    start, greedy = ids[:1, :5], list(ids[0, :5])
    for _ in range(8):
        greedy.append(int(make.reference().of_ids(greedy)[-1].argmax()))
    prompt = torch.as_tensor(start)
    found = model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=8, eos_token_id=None)
    assert found[0].tolist() == greedy


def test_hidden_states_are_one_more_than_layers(model, ids):
    found = model(torch.as_tensor(ids), output_hidden_states=True).hidden_states
    assert len(found) == 4
    assert torch.allclose(model.head(found[-1]), model(torch.as_tensor(ids)).logits)


def test_loaded_weights_are_free_of_the_file(make, ids):
    base = make.base()
    model = load(base.folder)
    before = logits(model, ids)
    with base.weights.open("r+b") as file:
        file.seek(-4096, 2)
        file.write(b"\x7f" * 4096)
    assert np.array_equal(logits(model, ids), before)


def test_a_fresh_model_adds_nothing_yet(make):
    model = build(make.sizes())
    block = model.rwkv.blocks[1]
    hidden = torch.randn(1, 5, 16)
    assert torch.equal(block(hidden)[0], hidden)


def test_a_fresh_model_remembers_for_all_lengths(make):
    attention = build(make.sizes(attention=64)).rwkv.blocks[0].attention
    assert attention.time_decay[0] == -5
    assert attention.time_decay[-1] == 3
    assert attention.time_first.unique().numel() == 3


def test_a_fresh_model_of_one_layer_is_finite(make):
    assert all(torch.isfinite(p).all() for p in build(make.sizes(layers=1)).parameters())


def test_a_fresh_model_learns(make, ids):
    torch.manual_seed(0)
    model = build(make.sizes(width=32, attention=32, hidden=64)).train()
    optimizer, batch, losses = torch.optim.Adam(model.parameters(), 1e-2), torch.as_tensor(ids), []
    for _ in range(40):
        loss = model(batch, labels=batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_a_model_is_built_without_memory(make):
    with torch.device("meta"):
        model = build(make.sizes())
    assert sum(parameter.numel() for parameter in model.parameters()) == make.sizes().parameters


def test_rescaling_is_refused(make):
    config = configuration(make.sizes())
    config.rescale_every = 6
    with pytest.raises(ValueError, match="rescale_every must be 0"):
        build(config)


def test_weights_that_the_precision_cannot_hold_are_named(make):
    weights = make.weights()
    weights["blocks.1.ffn.key.weight"][3, 3] = 1e6
    folder = make.base(weights).folder
    with pytest.raises(CheckpointError, match=r"blocks.1.feed_forward.key.weight holds numbers that are not finite in"):
        load(folder, torch.float16)


def test_transformers_loads_it_by_itself(make, ids):
    folder = make.base(make.weights(attention=16)).folder
    own = RwkvForCausalLM.from_pretrained(folder)
    assert own.config.rescale_every == 0
    assert np.abs(logits(own, ids, use_cache=False) - logits(load(folder), ids)).max() < 1e-4


def test_ours_loads_through_transformers_too(make, ids):
    folder = make.base().folder
    model = ChunkedRwkvForCausalLM.from_pretrained(folder)
    assert np.array_equal(logits(model, ids), logits(load(folder), ids))
