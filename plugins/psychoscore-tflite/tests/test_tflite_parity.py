"""What LiteRT gives, step after step with the state going round, is what torch gives for the whole sequence."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from psychoscore_core.errors import CheckpointError
from psychoscore_tflite.constants import stored
from psychoscore_tflite.flatbuffer import constants_in, packed
from psychoscore_tflite.lowering import lowered
from psychoscore_tflite.runtime import LiteStep
from psychoscore_tflite.selftest import inputs_of, walked
from psychoscore_tflite.stepping import NumpyStep

KINDS = ("float32", "float16", "int8")


def model_of(net, kind="float32", streams=1):
    return packed(lowered(net.graph, kind, streams), stored(net, kind))


def apart(found, wanted):
    return max(float(np.abs(found[name] - wanted[name]).max()) for name in wanted)


def test_numpy_gives_what_torch_gives(net, torch_gives):
    given = inputs_of(net.graph, 50, 1, 0)
    found = walked(NumpyStep(net.graph, stored(net, "float32")), given)
    wanted = torch_gives(net, {name: array[:, 0] for name, array in given.items()})
    assert apart({name: found[name][:, 0] for name in wanted}, wanted) < 1e-5


def test_500_steps_in_litert_give_what_torch_gives(net, torch_gives):
    given = inputs_of(net.graph, 500, 1, 0)
    found = walked(LiteStep(model_of(net)), given)
    wanted = torch_gives(net, {name: array[:, 0] for name, array in given.items()})
    assert apart({name: found[name][:, 0] for name in wanted}, wanted) < 1e-4


@pytest.mark.parametrize("kind", ["float16", "int8"])
def test_smaller_weights_compute_what_they_say(kind, net):
    given, constants = inputs_of(net.graph, 500, 1, 0), stored(net, kind)
    found = walked(LiteStep(model_of(net, kind)), given)
    assert apart(found, walked(NumpyStep(net.graph, constants, 1, np.float64), given)) < 1e-4


@pytest.mark.parametrize(("kind", "most"), [("float16", 0.002), ("int8", 0.05)])
def test_smaller_weights_are_near_the_large_ones(kind, most, make_net):
    net = make_net("as the emotion model")
    given = inputs_of(net.graph, 200, 1, 0)
    found, wanted = (walked(NumpyStep(net.graph, stored(net, one)), given) for one in (kind, "float32"))
    assert 0 < apart(found, wanted) < most


def test_smaller_weights_are_smaller(make_net):
    sizes = [len(model_of(make_net("as the emotion model"), kind)) for kind in KINDS]
    assert sizes[1] < 0.52 * sizes[0] and sizes[2] < 0.4 * sizes[0]


def test_streams_do_not_hear_each_other(make_net):
    net = make_net("branches")
    given = inputs_of(net.graph, 20, 3, 0)
    found = walked(LiteStep(model_of(net, streams=3)), given)
    alone = walked(LiteStep(model_of(net)), {name: array[:, 1:2] for name, array in given.items()})
    assert apart({name: array[:, 1:2] for name, array in found.items()}, alone) < 1e-5


def test_it_remembers_until_it_is_reset(make_net):
    net, given = make_net("gru"), {"row": np.ones((1, 6), np.float32)}
    step = LiteStep(model_of(net))
    first = step.step(given)["output"]
    assert not np.array_equal(step.step(given)["output"], first)
    step.reset()
    assert np.array_equal(step.step(given)["output"], first)


@pytest.mark.parametrize("kind", KINDS)
def test_every_operation_is_built_in(kind, net):
    interpreter = Interpreter(model_content=model_of(net, kind))
    names = {one["op_name"] for one in interpreter._get_ops_details()}
    assert names <= {
        *("ADD", "CONCATENATION", "DEQUANTIZE", "DIV", "ELU", "FULLY_CONNECTED", "LOGISTIC", "MUL", "POW", "RELU"),
        *("SPLIT", "SPLIT_V", "SUB", "SUM", "TANH", "DELEGATE"),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_says_what_its_constants_are(kind, net):
    data, constants = model_of(net, kind), stored(net, kind)
    found = constants_in(data, net.graph, kind, 1)
    assert all(np.array_equal(found[name].numbers(), constants[name].numbers()) for name in constants)
    assert packed(lowered(net.graph, kind, 1), found) == data


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"row": np.ones((2, 6))}, r"row \(2, 6\)"),
        ({"row": np.ones((1, 7))}, r"row \(1, 7\)"),
        ({"line": np.ones((1, 6))}, r"line \(1, 6\)"),
        ({}, ""),
    ],
)
def test_inputs_of_other_shapes_are_refused(given, said, make_net):
    step = LiteStep(model_of(make_net("lstm")))
    with pytest.raises(CheckpointError, match=rf"^the model takes row \(1, 6\), and was given {said}$"):
        step.step(given)


@pytest.mark.parametrize("data", [b"", b"no model at all", b"\0" * 500])
def test_what_is_no_model_is_one_line(data):
    with pytest.raises(CheckpointError, match=r"^LiteRT cannot use the model \([^\n]+\)$"):
        LiteStep(data)
