"""Several adapters on one base in memory."""

import json
import shutil

import numpy as np
import pytest

from psychoscore_core.errors import CheckpointError
from psychoscore_qlora.switching import Switchboard


def said(decoding, stream):
    state = decoding.start([stream])
    decoding.step(state, np.array([[2]]), np.array([-1]))
    return decoding.step(state, np.array([[4]]), np.array([0]))[0][0]


def test_each_adapter_says_what_it_says_alone(make, adapters):
    board = Switchboard(dict(zip(("dark", "bright"), adapters, strict=True)))
    stream = make.stream(1)
    for name, folder in zip(("dark", "bright", "dark"), (*adapters, adapters[0]), strict=True):
        alone = make.qlora(checkpoint=folder)
        alone.model()
        ours = said(board.use(name), stream)
        np.testing.assert_allclose(ours[:21], said(alone._decoder(), stream)[:21], atol=1e-4)
        assert board.current == name


def test_adapters_differ(make, adapters):
    board = Switchboard(dict(zip(("dark", "bright"), adapters, strict=True)))
    one, two = (said(board.use(name), make.stream(1)) for name in ("dark", "bright"))
    assert np.abs(one - two).max() > 1e-3


def test_a_name_that_is_not_there_is_refused(adapters):
    with pytest.raises(CheckpointError, match=r"none is called 'drak' \(did you mean 'dark'\?\)"):
        Switchboard({"dark": adapters[0]}).use("drak")


def test_an_adapter_of_another_base_is_refused(adapters, tmp_path):
    shutil.copytree(adapters[1], tmp_path / "other")
    facts = json.loads((tmp_path / "other" / "model.json").read_text())
    facts["base"]["hash"] = "0" * 64
    (tmp_path / "other" / "model.json").write_text(json.dumps(facts))
    with pytest.raises(CheckpointError, match="other: trained on a base whose weights have the hash 0000000000000000"):
        Switchboard({"dark": adapters[0], "other": tmp_path / "other"})
