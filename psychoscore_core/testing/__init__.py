"""The conformance kit: what every component must do, as checks that a plugin's own tests run.

In a test module of the plugin:

    from my_plugin import plugin
    from psychoscore_core.testing import conformance

    test_conformance = conformance(plugin)
"""

from psychoscore_core.testing.kit import check_plugin, checks_for
from psychoscore_core.testing.outcome import NotApplicable, Outcome, Outcomes
from psychoscore_core.testing.parametrised import conformance

__all__ = ["NotApplicable", "Outcome", "Outcomes", "check_plugin", "checks_for", "conformance"]
