"""The plugin passes the conformance kit."""

from __future__ import annotations

from psychoscore_compound_word import plugin
from psychoscore_core.testing import conformance

test_conformance = conformance(plugin)
