"""A thousand short pieces in a row, of random minds under random settings, through the pipeline that ships."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychoscore_core.config.layers import load_project
from psychoscore_core.planning.options import CURVES
from psychoscore_core.plugins import Plugins, discover
from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import KEYS, MODES, Take
from psychoscore_evaluation.pipeline import Pipeline
from psychoscore_midi.exporting import MidiExporter
from psychoscore_midi.plugin import MidiConfig
from psychoscore_midi.reading import read_midi

PROJECTS, PIECES = 125, 8  # 1,000 pieces
METRES = ("4/4", "4/4", "3/4", "6/8", "2/4", "5/4", "7/8", "9/8", "12/8", "2/2", "3/2", "15/8", "1/4", "11/8")
PROGRESSIONS = ("Am F C G", "Dm7 G7 | Cmaj7", "Bbm Ebm7 F7 | Gb", ["C", "", "F#dim7 B7", ""], "E5")
SWITCHES = ("scale", "chord_tones", "density", "rhythm", "polyphony", "register", "dynamics")


def maybe(rng: random.Random, chance: float, value: Any) -> Any:
    return value if rng.random() < chance else None


def without_none(table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not None}


def curve(rng: random.Random) -> float | list[float]:
    points = [round(rng.random() * rng.choice((1, 1, 0, 1.3)), 3) for _ in range(rng.randint(1, 6))]
    points = [min(1.0, point) for point in points]
    return points if rng.random() < 0.5 else points[0]


def drawn_plan(rng: random.Random) -> dict[str, Any]:
    plan = {name: maybe(rng, 0.15, curve(rng)) for name in CURVES}
    plan["chords"] = maybe(rng, 0.3, rng.choice(PROGRESSIONS))
    plan["key"] = maybe(rng, 0.2, f"{rng.choice(KEYS)} {rng.choice(MODES)}")
    plan["tempo"] = maybe(rng, 0.2, rng.uniform(10, 400))
    if rng.random() < 0.25:
        names = [rng.choice("AB") for _ in range(rng.randint(1, 3))]
        plan["sections"] = [{"name": name, "bars": rng.randint(1, 3)} for name in names]
    return without_none(plan)


def drawn_sampler(rng: random.Random) -> dict[str, Any]:
    options = {
        "top_k": rng.choice((0, 0, 1, 5, 40)),
        "top_p": rng.choice((1.0, 0.95, 0.5, 0.01)),
        "min_p": rng.choice((0.0, 0.0, 0.05, 0.9)),
        "guidance": rng.choice((1.0, 1.0, 0.0, 3.0)),
        "plan_guidance": rng.choice((None, None, 0.5, 4.0)),
        "repetition_penalty": rng.choice((0.0, 1.0, 50.0)),
        "repetition_length": rng.choice((4, 32)),
        "max_rows_per_bar": rng.choice((400, 12, 4)),
        "max_rows": rng.choice((0, 0, 30)),
        "chord_boost": rng.choice((0.0, 4.0, 20.0)),
        "tension": rng.choice((0.0, 4.0, 20.0)),
        "most_notes": rng.choice((0, 1, 4, 12)),
        "melody": rng.choice((0.0, 0.4, 1.0)),
        "repeats": rng.choice((0.0, 10.0, 20.0)),
    }
    options |= {switch: rng.random() < 0.75 for switch in SWITCHES}
    return {"use": "constrained"} | {key: value for key, value in options.items() if rng.random() < 0.5}


def drawn_project(rng: random.Random) -> dict[str, Any]:
    plan = drawn_plan(rng)
    generation = {
        "bars": None if "sections" in plan else rng.randint(4, 8),
        "seed": rng.randrange(2**40),
        "candidates": rng.choice((1,) * 9 + (2, 3)),
        "key": maybe(rng, 0.2, rng.choice(KEYS)),
        "mode": maybe(rng, 0.2, rng.choice(MODES)),
        "tempo": maybe(rng, 0.2, rng.uniform(10, 400)),
        "time_signature": rng.choice(METRES),
        "plan": plan,
    }
    schedulers: tuple[dict[str, Any], ...] = (
        {"use": "dynamic"},
        {"use": "fixed", "temperature": rng.choice((0.01, 0.7, 1.0, 3.0))},
        {"use": "curve", "points": [rng.uniform(0.2, 2) for _ in range(rng.randint(1, 9))]},
    )
    return {
        "name": "thousand",
        "generation": without_none(generation),
        "sampler": drawn_sampler(rng),
        "temperature": rng.choice(schedulers),
        "model": {"use": "pianist", "warmth": rng.choice((1.2, 0.5, 2.0)), "max_context": rng.choice((1024, 1024, 64))},
        "arrangers": rng.choice(({}, {}, {"instruments": {}}, {"performance": None})),
    }


def made(number: int, folder: Path, plugins: Plugins) -> list[str]:
    """Make the pieces of one project; return what is wrong with them."""
    rng = random.Random(number)
    config = drawn_project(rng)
    profiles = {f"mind-{k}": random_profile(rng) for k in range(PIECES)}
    (folder / "psychoscore.json").write_text(json.dumps(config))
    try:
        takes = Pipeline(load_project(folder, plugins), folder).takes(profiles, 1)
        options = config["sampler"]
        filled = options.get("density", True) and not {"max_rows", "max_rows_per_bar"} & options.keys()
        return [fault for take in takes for fault in faults(take, folder, filled)]
    except Exception as error:  # whatever it is, the other projects are to be made, too
        return [f"{type(error).__name__}: {error}; {json.dumps(config)}"]


def faults(take: Take, folder: Path, filled: bool) -> list[str]:
    """Return what is wrong with a take as a file: its bars, its notes, its reading back.

    filled: whether the settings promise that every bar sounds whose plan wants it to.
    """
    artifact = MidiExporter(MidiConfig(piano_roll=False)).export_take(take, folder)[0]
    score = read_midi(artifact.path, isolate=False)
    notes = [track.notes.numpy() for track in score.tracks if len(track.notes)]
    if not notes:
        silent = not any(bar.density for bar in take.plan.bars)  # a plan may ask for that
        return [] if silent else [f"{take.name}: no notes"]
    beats, unit = take.plan.time_signature
    ends = np.concatenate([table["time"].astype(int) + table["duration"] for table in notes])
    bars = ends.max() * unit / (4 * beats * score.tpq)
    wrong = []
    if bars > len(take.plan.bars):
        wrong.append(f"{take.name}: {bars:.2f} bars instead of {len(take.plan.bars)}")
    if filled and bars <= len(take.plan.bars) - 1 and take.plan.bars[-1].density > 0.1:
        wrong.append(f"{take.name}: silent from bar {bars:.2f} on, of {len(take.plan.bars)}")
    if (score.time_signatures[0].numerator, score.time_signatures[0].denominator) != (beats, unit):
        wrong.append(f"{take.name}: another metre")
    return wrong


@pytest.mark.long
def test_a_thousand_pieces_in_a_row(tmp_path):
    plugins = discover(None, ())
    wrong = {number: found for number in range(PROJECTS) if (found := made(number, tmp_path, plugins))}
    assert not wrong, "\n".join(f"project {number}: {fault}" for number, found in wrong.items() for fault in found)
