"""With the real composing rules, in this process and in others."""

import hashlib
import subprocess
import sys

import pytest

from psychoscore_core.testing import conformance
from psychoscore_synthetic import plugin, writing
from psychoscore_synthetic.dataset import Synthetic
from psychoscore_synthetic.plugin import SyntheticConfig

pytest.importorskip("psychoscore_rules.composer", reason="psychoscore-rules is not installed")
test_conformance = conformance(plugin)

DIGEST = """
import hashlib
from psychoscore_synthetic.dataset import Synthetic
from psychoscore_synthetic.plugin import SyntheticConfig
(piece,) = Synthetic(SyntheticConfig(seed=3)).load("000011")
print(hashlib.sha256(piece.score.dumps_midi()).hexdigest())
"""


def test_two_processes_compose_the_same_bytes():
    (piece,) = Synthetic(SyntheticConfig(seed=3)).load("000011")
    told = subprocess.run([sys.executable, "-c", DIGEST], capture_output=True, text=True, check=True).stdout
    assert told.strip() == hashlib.sha256(piece.score.dumps_midi()).hexdigest()


def test_two_workers_write_what_one_does(tmp_path):
    config = SyntheticConfig(num_pairs=120, bars_maximum=6)
    for workers in (1, 2):
        list(writing.write(config, tmp_path / str(workers), workers))
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / n).rglob("*.*") if p.is_file()} for n in ("1", "2"))
    assert one == two
    assert len(one) == 2 * 120 + 2


@pytest.mark.parametrize("bars", [1, 128])
def test_the_shortest_and_the_longest_pieces_are_composed(bars):
    (piece,) = Synthetic(SyntheticConfig(bars_minimum=bars, bars_maximum=bars)).load("000000")
    assert piece.score.note_num() > 0
