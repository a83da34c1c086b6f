"""A public checkpoint's way: imported, fine-tuned by QLoRA, chosen by name, and heard."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from symusic import Score

PSYCO = Path(sys.executable).parent / "psyco"
WORDS = 2176  # of the public piano checkpoint
TRAINING = {"steps": 2, "batch_size": 2, "accumulate": 1, "context": 64, "evaluate_every": 2, "save_every": 2}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with a base imported from a file of the public names, and an adapter in use."""
    folder = tmp_path_factory.mktemp("adapters")
    torch.save(_checkpoint(WORDS, 32), folder / "RWKV-tiny-ctx64.pth")
    _psyco(folder, "models", "import", "RWKV-tiny-ctx64.pth", "--name", "tiny")
    config = {
        "preset": "rwkv-qlora",
        "model": {"base": "models/bases/tiny", "rank": 4},
        "datasets": {"synthetic": {"num_pairs": 8}},
        "training": TRAINING,
        "generation": {"bars": 2, "seed": 3},
        "exporters": {"midi": {"piano_roll": False}, "report": None},
    }
    (folder / "psychoscore.json").write_text(json.dumps(config))
    _psyco(folder, "run", "--until", "train")
    (run,) = folder.glob("runs/*/train")
    _psyco(folder, "models", "add", run, "--name", "made-up")
    _psyco(folder, "models", "use", "made-up")
    return folder


def test_the_adapter_is_small_and_knows_its_base(project):
    (adapter,) = json.loads(_psyco(project, "models", "list", "--json"))["adapters"]
    base = json.loads((project / "models" / "bases" / "tiny" / "base.json").read_text())
    assert adapter["base"]["hash"] == base["hash"] and adapter["base"]["vocabulary"] == WORDS


def test_the_current_adapter_plays_exactly_its_bars(project):
    made = _psyco(project, "run", "--set", "model.adapter=current", "--set", "datasets=null").split()
    score = Score(project / next(path for path in made if path.endswith(".mid")))
    assert 0 < score.end() <= 2 * 4 * score.tpq


def test_another_tokenizer_is_refused_by_the_base(project):
    done = _run(project, "run", "--set", "tokenizer.instruments=band")
    assert done.returncode == 2
    assert "the base knows 2176 tokens, but the tokenizer writes" in done.stderr and "Traceback" not in done.stderr


def _psyco(folder: Path, *arguments: object) -> str:
    done = _run(folder, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PSYCO, *map(str, arguments)], cwd=folder, capture_output=True, text=True, check=False)


def _checkpoint(words: int, width: int) -> dict[str, torch.Tensor]:
    """Return one layer of RWKV-4 under the names of the public checkpoints."""
    torch.manual_seed(0)
    square, wide = (lambda: 0.1 * torch.randn(width, width)), 4 * width
    tensors = {"emb.weight": 0.1 * torch.randn(words, width), "head.weight": 0.1 * torch.randn(words, width)}
    for norm in ("blocks.0.ln0", "blocks.0.ln1", "blocks.0.ln2", "ln_out"):
        tensors |= {f"{norm}.weight": torch.ones(width), f"{norm}.bias": torch.zeros(width)}
    att, ffn = "blocks.0.att.", "blocks.0.ffn."
    tensors |= {f"{att}time_mix_{kind}": torch.full((1, 1, width), 0.5) for kind in "kvr"}
    tensors |= {f"{ffn}time_mix_{kind}": torch.full((1, 1, width), 0.5) for kind in "kr"}
    tensors |= {f"{att}time_decay": torch.linspace(-5, 3, width), f"{att}time_first": torch.full((width,), -1.2)}
    tensors |= {f"{att}{name}.weight": square() for name in ("key", "value", "receptance", "output")}
    tensors |= {f"{ffn}key.weight": 0.1 * torch.randn(wide, width), f"{ffn}receptance.weight": square()}
    return tensors | {f"{ffn}value.weight": 0.1 * torch.randn(width, wide)}
