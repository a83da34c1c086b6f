"""Composition in order: character, form, harmony, melody, accompaniment, ornaments, articulation, dynamics, score."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen
from symusic.core import ScoreTick

from psychoscore_core.profile import Profile
from psychoscore_core.records import Plan
from psychoscore_rules.accompaniment import compose_accompaniment
from psychoscore_rules.articulation import articulate
from psychoscore_rules.bass import compose_bass
from psychoscore_rules.chord_plan import completed
from psychoscore_rules.dynamics import shape
from psychoscore_rules.engraving import engrave
from psychoscore_rules.harmony import Harmony, harmonize
from psychoscore_rules.inner_voice import compose_inner
from psychoscore_rules.melody import compose_melody
from psychoscore_rules.notes import Layers
from psychoscore_rules.orchestration import Ensemble, ensemble_of
from psychoscore_rules.ornaments import ornament
from psychoscore_rules.percussion import compose_drums, compose_timpani
from psychoscore_rules.setting import Setting, setting_of


@frozen
class Sketch:
    """A composed piece before it is engraved: what it was made from, its harmony and its layers of notes."""

    setting: Setting
    harmony: Harmony
    layers: Layers
    ensemble: Ensemble


def compose_score(
    profile: Profile,
    plan: Plan,
    temperatures: Sequence[float],
    seed: int,
    ritardando: bool = False,
    drums: bool = True,
) -> ScoreTick:
    """Return a score of exactly `len(plan.bars)` bars, 480 ticks a quarter; the same arguments give the same score.

    temperatures: one per bar, above 0. Raises ValueError on a plan without bars, a wrong number of temperatures or
    an unusable time signature, and RunError on a chord of the plan that is no chord symbol.
    """
    sketch = compose_sketch(profile, plan, temperatures, seed, drums)
    return engrave(sketch.setting, sketch.layers, sketch.ensemble, ritardando)


def compose_sketch(
    profile: Profile, plan: Plan, temperatures: Sequence[float], seed: int, drums: bool = True
) -> Sketch:
    """Return the piece as layers of notes, with the harmony that it stands on."""
    setting = _setting(profile, plan, temperatures, seed)
    ensemble = ensemble_of(profile)
    harmony = harmonize(setting)
    melody = compose_melody(setting, harmony, ensemble["melody"])
    bass = compose_bass(setting, harmony, ensemble["bass"])
    layers: Layers = {
        "melody": ornament(setting, harmony, melody),
        "inner": compose_inner(setting, harmony, ensemble["inner"], melody),
        "harmony": compose_accompaniment(setting, harmony, ensemble["harmony"], melody, bass),
        "bass": bass,
    }
    if "timpani" in ensemble:
        layers["timpani"] = compose_timpani(setting, bass)
    if "drums" in ensemble and drums:
        layers["drums"] = compose_drums(setting)
    return Sketch(setting, harmony, shape(setting, articulate(setting, layers)), ensemble)


def _setting(profile: Profile, plan: Plan, temperatures: Sequence[float], seed: int) -> Setting:
    if plan.bars and (len(temperatures) != len(plan.bars) or not all(temperature > 0 for temperature in temperatures)):
        raise ValueError(f"{len(plan.bars)} bars need as many temperatures above 0, not {list(temperatures)[:8]!r}")
    return setting_of(profile, completed(profile, plan, seed), seed, temperatures)
