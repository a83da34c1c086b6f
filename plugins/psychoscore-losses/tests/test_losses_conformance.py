"""The losses pass the conformance kit, and their settings know their ranges."""

import pytest

from psychoscore_core.testing import conformance
from psychoscore_losses import plugin
from psychoscore_losses.plugin import CausalLmConfig, InfoNceConfig

test_conformance = conformance(plugin)


@pytest.mark.parametrize(
    ("config", "options", "message"),
    [
        (CausalLmConfig, {"weight": -1.0}, "'weight' must be >= 0"),
        (CausalLmConfig, {"weight": float("inf")}, "weight must be a finite number, not inf"),
        (CausalLmConfig, {"label_smoothing": 1.0}, "'label_smoothing' must be < 1"),
        (CausalLmConfig, {"z_loss": float("nan")}, "z_loss must be a finite number, not nan"),
        (InfoNceConfig, {"width": 0}, "'width' must be >= 1"),
        (InfoNceConfig, {"temperature": 2.0}, "temperature \\(2\\) must lie between its bounds 0.01 and 1"),
        (InfoNceConfig, {"hard_weight": 0.5}, "'hard_weight' must be >= 1"),
    ],
)
def test_settings_out_of_range_are_refused(config, options, message):
    with pytest.raises(ValueError, match=message):
        config(**options)
