"""What a plugin's `plugin.py` needs: the hook marker, the component descriptor and the profile."""

from psychoscore_core.component import Component, Preset, ShippedModel
from psychoscore_core.hookspecs import hookimpl
from psychoscore_core.profile import Profile

__all__ = ["Component", "Preset", "Profile", "ShippedModel", "hookimpl"]
__version__ = "0.1.0"
