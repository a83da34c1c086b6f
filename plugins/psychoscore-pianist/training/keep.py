"""Take a training run's checkpoint into the package, in float16: `python keep.py runs/<id>/train`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from psychoscore_pianist.plugin import WEIGHTS
from psychoscore_transformer.checkpoint import half


def main(source: Path) -> None:
    half(source, WEIGHTS)
    shutil.copytree(source / "tokenizer", WEIGHTS / "tokenizer", dirs_exist_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
