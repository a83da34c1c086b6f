"""What all test suites share: real corpora are not optional where CI runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ["PSYCO_USER_DATA"] = os.devnull  # models of whoever runs the tests are none of theirs
CORPORA = Path(__file__).resolve().parent.parent / "shared" / "data"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse to run in CI without the corpora: a skipped test proves nothing there."""
    if os.environ.get("CI") == "true" and not CORPORA.is_dir():
        raise pytest.UsageError(f"the corpora must lie at {CORPORA} when CI runs the tests")
