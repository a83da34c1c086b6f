"""A folder through the whole preparation: killed and taken up again, with a damaged file in it."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from psychoscore_core.stages.prepared_data import FILES

SCRIPT = """
import sys
from pathlib import Path
from psychoscore_core.building import build
from psychoscore_core.report import Silent
from psychoscore_core.stages.prepare import prepare
from psychoscore_core.stages.preparer import Recipe
from psychoscore_midi_folder.plugin import MidiFolderConfig, psyco_datasets
from psychoscore_psychometric.plugin import PsychometricConfig, psyco_profile_encoders
from psychoscore_remi.plugin import RemiConfig, psyco_tokenizers

if __name__ == "__main__":
    root, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(exist_ok=True)
    config = MidiFolderConfig(path=root / "midi", cache=root / "cache")
    encoder, tokenizer, dataset = next(psyco_profile_encoders()), next(psyco_tokenizers()), next(psyco_datasets())
    built = build(tokenizer, RemiConfig(), prefix_tokens=build(encoder, PsychometricConfig()).prefix_tokens)
    (root / "tokenizer").mkdir(exist_ok=True)
    built.save(root / "tokenizer")
    recipe = Recipe(
        encoder=(encoder, PsychometricConfig()),
        tokenizer=(tokenizer, RemiConfig()),
        tokenizer_folder=root / "tokenizer",
        datasets={"mine": (dataset, config)},
    )
    prepare(recipe, {"mine": build(dataset, config).keys()}, {}, out, Silent())
"""


@pytest.fixture
def start(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    return lambda out: subprocess.Popen([sys.executable, str(tmp_path / "script.py"), str(tmp_path), str(out)])


@pytest.mark.long
def test_a_killed_preparation_goes_on_to_the_same_bytes(tmp_path, tiny, start):
    for index in range(1600):
        tiny.write(
            tmp_path / "midi" / f"{index:04d}.mid",
            tiny.score_of([48 + (index >> bit & 1) + bit for bit in range(12)] * 40),
        )
    (tmp_path / "midi" / "0700.mid").write_bytes(b"MThd and no more")
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert start(whole).wait(300) == 0
    first = start(cut)
    while not (cut / "progress.json").exists():
        assert first.poll() is None
        time.sleep(0.02)
    first.kill()
    first.wait()
    assert not (cut / "prepare.json").exists()
    assert start(cut).wait(300) == 0
    assert all((whole / name).read_bytes() == (cut / name).read_bytes() for name in FILES)
    left_out = [json.loads(line) for line in (whole / "report.jsonl").read_text().splitlines()]
    assert [line["id"] for line in left_out if "duplicate" not in line["reason"]] == ["0700.mid"]
