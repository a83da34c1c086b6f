"""What is written means what torch means: an interpreter that shares no code with the exporter agrees."""

import json

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from torch import nn


def test_numpy_reads_the_model_as_torch_means_it(module, exported, interpreted):
    found, wanted = interpreted(exported(module))
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() < 1e-5


def test_the_self_test_is_what_torch_itself_gives(module_named, exported):
    module = module_named("a forward of its own")
    test = load_file(exported(module) / "self-test.safetensors")
    with torch.no_grad():
        wanted = module(torch.from_numpy(test["inputs"])[None])[0].numpy()
    assert np.abs(test["outputs"] - wanted).max() < 1e-6


def test_both_self_tests_hold_the_same_numbers(module_named, exported):
    folder = exported(module_named("gru"), rows=9)
    test, arrays = json.loads((folder / "self-test.json").read_text()), load_file(folder / "self-test.safetensors")
    assert arrays["inputs"].shape == (9, 6)
    for name in ("inputs", "outputs"):
        assert np.array_equal(np.float32(test[name]), arrays[name])


def test_stacked_layers_are_an_entry_each(module_named, exported):
    layers = json.loads((exported(module_named("lstm of three layers")) / "model.json").read_text())["layers"]
    assert [(layer["type"], layer["shape"]) for layer in layers] == [("lstm", [None, None, 5])] * 3


def test_the_state_dict_has_torchs_names_and_numbers(module_named, exported):
    module = module_named("a forward of its own")
    written = json.loads((exported(module) / "state_dict.json").read_text())
    assert list(written) == list(module.state_dict())
    for name, tensor in module.state_dict().items():
        assert np.array_equal(np.float32(written[name]), tensor.numpy())


def test_a_layer_that_stands_twice_is_written_twice(exported, interpreted):
    act = nn.Tanh()
    found, wanted = interpreted(exported(nn.Sequential(nn.Linear(3, 3), act, nn.Linear(3, 3), act)))
    assert np.abs(found - wanted).max() < 1e-5
    assert np.abs(wanted).max() < 1


def test_double_precision_is_rounded_to_single(module_named, exported, interpreted):
    found, wanted = interpreted(exported(module_named("all, nested").double()))
    assert np.abs(found - wanted).max() < 1e-5


def test_the_caller_s_rows_can_be_the_self_test(module_named, exported):
    rows = np.linspace(-1, 1, 30, dtype=np.float32).reshape(5, 6)
    folder = exported(module_named("dense"), sample=rows)
    assert np.array_equal(load_file(folder / "self-test.safetensors")["inputs"], rows)


def test_a_module_in_training_stays_in_training(module_named, exported):
    module = module_named("all, nested").train()
    exported(module)
    assert module.training and module[1].training


def test_an_activation_first_needs_the_width(exported, interpreted):
    found, wanted = interpreted(exported(nn.Sequential(nn.Tanh(), nn.Linear(3, 2)), inputs=3))
    assert np.abs(found - wanted).max() < 1e-5


@pytest.mark.parametrize("name", ["prelu", "batchnorm"])
def test_no_compiled_model_where_torch_helpers_have_no_loader(name, module_named, exported):
    header = (exported(module_named(name)) / "compiled.h").read_text()
    assert f"torch_helpers read no {name}" in header and "HAS_COMPILED_MODEL 0" in header


def test_the_compiled_model_spells_out_the_layers(module_named, exported):
    header = (exported(module_named("a forward of its own")) / "compiled.h").read_text()
    assert "RTNeural::LSTMLayerT<float, 8, 5>" in header
    assert 'th::loadDense<float>(json, "out.", model.get<3>(), json.contains("out.bias"));' in header
