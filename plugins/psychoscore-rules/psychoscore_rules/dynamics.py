"""Dynamics: a bar's level, shaped by the phrase, the metre's accents, the layers' balance and an uneven hand."""

from __future__ import annotations

from math import pi, sin

from psychoscore_rules.meter import STEP
from psychoscore_rules.notes import Layers, Note
from psychoscore_rules.setting import Setting

BALANCE = {"inner": -6, "harmony": -8, "bass": -2, "timpani": -2, "drums": -6}  # velocity against the bar's level


def shape(setting: Setting, layers: Layers) -> Layers:
    """Return the layers with velocities in 1-127 whose mean follows each bar's dynamics."""
    swell = [_swell(setting, bar) for bar in range(setting.bars)]
    balance = BALANCE | {"melody": round(setting.character.prominence)}
    return {
        layer: [_struck(setting, note, swell, balance[layer], layer) for note in notes]
        for layer, notes in layers.items()
    }


def _swell(setting: Setting, bar: int) -> float:
    """Return a bar's level: the plan's dynamics, rising to the middle of its phrase and falling to its close."""
    phrase = next(p for p in reversed(setting.phrases) if p.start <= bar)
    along = (bar - phrase.start + 0.5) / phrase.length
    depth = 3 + 7 * setting.character.accents
    return 127 * setting.bar(bar).dynamics + depth * (sin(pi * along) - 0.6)


def _struck(setting: Setting, note: Note, swell: list[float], balance: int, layer: str) -> Note:
    bar, rest = divmod(note.onset, setting.meter.ticks)
    weight = setting.meter.weights[rest // STEP] if rest % STEP == 0 else 0.0
    accent = (weight - 0.5) * (4 + 22 * setting.character.accents)
    rng = setting.dice("hand", layer, note.onset) if setting.character.unevenness > 0 else None
    uneven = rng.uniform(-14, 14) * setting.character.unevenness if rng else 0.0
    return note._replace(velocity=min(127, max(1, round(swell[bar] + balance + accent + uneven))))
