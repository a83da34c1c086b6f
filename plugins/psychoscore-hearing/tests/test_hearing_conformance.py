"""The plugin passes the conformance kit."""

from __future__ import annotations

from psychoscore_core.testing import conformance
from psychoscore_hearing import plugin

test_conformance = conformance(plugin)
