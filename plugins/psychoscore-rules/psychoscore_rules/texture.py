"""Texture: which voices sound in a bar and how many notes each may spend of the bar's density."""

from __future__ import annotations

from attrs import frozen

from psychoscore_rules.setting import Setting

NOTES = 32  # that all voices together may spend on a bar of four quarters of density 1
ENTRY = ("melody", "harmony", "bass", "inner", "timpani", "drums")  # the order in which voices join


@frozen(kw_only=True)
class Texture:
    """Notes per layer in one bar; 0 = silent."""

    melody: int
    inner: int
    harmony: int
    bass: int


def texture_of(setting: Setting, bar: int) -> Texture:
    """Share out density x 32 notes (for a bar of four quarters) over the voices; a late one keeps its share."""
    budget = setting.bar(bar).density * NOTES * setting.meter.quarters / 4
    if setting.character.sparseness:
        budget *= 0.7
    melody = _melody(setting, budget)
    inner, bass = _inner(setting, melody), _bass(setting, budget)
    harmony = max(1, round(budget - melody - inner - bass))
    return Texture(
        melody=melody,
        inner=inner if enters(setting, "inner") <= bar else 0,
        harmony=harmony if enters(setting, "harmony") <= bar else 0,
        bass=bass if enters(setting, "bass") <= bar else 0,
    )


def enters(setting: Setting, voice: str) -> int:
    """Return the bar in which a voice joins: a high threshold waits for others to go first."""
    patience = max(0.0, setting.character.threshold - 0.4) / 0.6
    room = min(4.0, setting.bars / 12)
    return int(ENTRY.index(voice) * patience * room)


def has_inner(setting: Setting) -> bool:
    """Say whether there is a voice between melody and accompaniment."""
    character = setting.character
    return character.adoption > 0.6 or character.doubling > 0.6 or character.chromatic_line > 0.05


def _melody(setting: Setting, budget: float) -> int:
    beats, steps = len(setting.meter.beats), setting.meter.steps
    share = 0.2 if setting.character.sparseness else 0.34
    return int(max(1, min(round(share * budget + 0.5), 0.6 * steps, 3 * beats)))


def _inner(setting: Setting, melody: int) -> int:
    if not has_inner(setting):
        return 0
    return melody if setting.character.doubling > 0.6 else 2


def _bass(setting: Setting, budget: float) -> int:
    beats = len(setting.meter.beats)
    wanted = budget / 9 + 2 * (setting.character.motion - 0.5)
    notes = 1 if wanted < 1.2 else 2 if wanted < 2.4 else beats
    return min(beats, notes) * (2 if setting.character.octaves else 1)
