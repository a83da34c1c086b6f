"""Tables in JSON that come with a corpus: of unknown origin, within limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from psychoscore_core.corpus_files import text_of
from psychoscore_core.errors import DataError


def json_of(path: Path) -> Any:
    """Return a JSON file's value; raises DataError on a file that is none or is too large."""
    try:
        return json.loads(text_of(path))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not a JSON file: {error}") from None
