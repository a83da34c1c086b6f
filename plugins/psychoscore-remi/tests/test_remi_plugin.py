import subprocess
import sys

import pytest

from psychoscore_core.testing import conformance
from psychoscore_remi import plugin
from psychoscore_remi.plugin import RemiConfig

test_conformance = conformance(plugin)


def test_the_entry_point_module_imports_nothing_heavy():
    heavy = ("numpy", "torch", "miditok", "symusic", "tokenizers")
    code = f"import sys, psychoscore_remi.plugin; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"positions": 0}, "'positions' must be >= 1"),
        ({"bpe_vocabulary": 30_001}, "'bpe_vocabulary' must be <= 30000"),
        ({"pitches": (60, 60)}, "pitches must be two rising numbers within 0 to 127"),
        ({"tempos": (0, 250, 40)}, "tempos must be (lowest, highest, number of bins) with 10 <= lowest"),
        ({"time_signatures": ("3/4",)}, "time_signatures must be different signatures like '6/8'"),
        ({"time_signatures": ("4/4", "4/3")}, "time_signatures must be different signatures like '6/8'"),
        ({"durations": ((4, 1), (8, 5))}, "durations must be (up to beat, step in positions)"),
    ],
)
def test_a_config_out_of_range_is_named(options, message):
    with pytest.raises(ValueError) as error:
        RemiConfig(**options)
    assert message in str(error.value)
