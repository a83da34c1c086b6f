"""A file of the size of the public ones."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from psychoscore_core.report import Silent
from psychoscore_rwkv.importing import import_checkpoint
from psychoscore_rwkv.model import load
from psychoscore_rwkv.step import Engine

LARGE = {"vocabulary": 2176, "layers": 12, "width": 1024, "attention": 1024, "hidden": 4096}
IMPORT = """
import resource, sys
from pathlib import Path
from psychoscore_core.report import Silent
from psychoscore_rwkv.importing import import_checkpoint
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
import_checkpoint(Path(sys.argv[1]), Path(sys.argv[2]), Silent())
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


@pytest.mark.long
def test_a_large_file_is_imported_in_the_memory_of_one_copy(make, tmp_path):
    path = make.file("large.pth", make.weights(**LARGE))
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, path, tmp_path / "target"], check=True, capture_output=True, text=True
    )
    assert int(done.stdout) < 1.25 * path.stat().st_size


@pytest.mark.long
def test_a_large_model_decodes_as_the_reference(make, tmp_path):
    base = import_checkpoint(make.file("large.pth", make.weights(**LARGE)), tmp_path / "target", Silent())
    ids = np.random.default_rng(0).integers(0, 2176, 12)
    wanted, engine = make.reference(**LARGE).of_ids(ids), Engine(base)
    state = engine.empty(1)
    found = np.stack([engine.step(state, engine.embed([one]))[0] for one in ids])
    scale = np.abs(wanted).max()
    assert np.abs(found - wanted).max() < 1e-4 * scale
    module = load(base.folder)(torch.as_tensor(ids[None])).logits[0].detach().numpy()
    assert np.abs(module - wanted).max() < 1e-4 * scale
