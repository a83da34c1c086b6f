"""Writing it all: evaluation.json, the pictures, a few takes, and the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from psychoscore_core.records import Take
from psychoscore_core.whole_files import replacing, write_json
from psychoscore_evaluation.evaluation import Evaluated
from psychoscore_evaluation.report.control_figures import draw_leakage, draw_scatter, draw_spearman
from psychoscore_evaluation.report.drawing import save
from psychoscore_evaluation.report.emotion_figures import draw_at_tensions, draw_emotion
from psychoscore_evaluation.report.other_figures import draw_runs, draw_sweep, draw_tension
from psychoscore_evaluation.report.page import page
from psychoscore_evaluation.report.path_figures import draw_paths

FIGURES, TAKES = "figures", "takes"


def write_report(evaluated: Evaluated, out: Path) -> list[Path]:
    """Write the results into a folder that is there; returns the paths of evaluation.json and index.html."""
    record = evaluated.record
    write_json(out / "evaluation.json", record)
    chosen = chosen_takes(evaluated.takes)
    pictures = _pictures(evaluated, chosen, out / FIGURES)
    written = [_take(title, take, out) for title, take in chosen.items()]
    with replacing(out / "index.html") as part:
        part.write_text(page(record, pictures, written), "utf-8")
    return [out / "evaluation.json", out / "index.html"]


def chosen_takes(takes: Any) -> dict[str, Take]:
    """Return takes to show, by title: of the calmest, the tensest, the slowest and the fastest plan, each once."""
    found: dict[str, Take] = {}
    for title, worth in (
        ("Calmest", lambda take: -_tension(take)),
        ("Tensest", _tension),
        ("Slowest", lambda take: -float(np.mean(take.plan.tempos))),
        ("Fastest", lambda take: float(np.mean(take.plan.tempos))),
    ):
        left = [
            take for take in takes if all(take.condition.profile != other.condition.profile for other in found.values())
        ]
        if left:
            found[title] = max(left, key=worth)
    return found


def _tension(take: Take) -> float:
    return float(np.mean([bar.tension for bar in take.plan.bars]))


def _pictures(evaluated: Evaluated, chosen: Mapping[str, Take], folder: Path) -> dict[str, Path]:
    folder.mkdir(exist_ok=True)
    record = evaluated.record
    figures: dict[str, Figure] = {}
    if evaluated.control:
        figures |= {"scatter": draw_scatter(evaluated.control), "spearman": draw_spearman(evaluated.control)}
        figures["leakage"] = draw_leakage(evaluated.control)
    if evaluated.moves:
        figures["sweep"] = draw_sweep(evaluated.moves)
    if "interpolation" in record:
        figures["paths"] = draw_paths(record["interpolation"])
    figures |= _of_emotion(record.get("emotion", {}))
    if chosen:
        figures["tension"] = draw_tension(chosen)
    if "orders" in record.get("originality", {}):
        figures["runs"] = draw_runs(record["originality"]["orders"])
    return {name: save(figure, folder / f"{name}.png") for name, figure in figures.items()}


def _of_emotion(emotion: Mapping[str, Any]) -> dict[str, Figure]:
    figures = {"emotion": draw_emotion(emotion)} if "table" in emotion else {}
    return figures | ({"at_tensions": draw_at_tensions(emotion["tension"])} if "tension" in emotion else {})


def _take(title: str, take: Take, out: Path) -> dict[str, Any]:
    """Write one take as MIDI and as a piano roll; a WAV file of the same name is played on the page."""
    from psychoscore_midi.piano_roll import draw

    folder = out / TAKES
    folder.mkdir(exist_ok=True)
    name = re.sub(r"[^\w-]", "-", take.name)
    midi, roll, sound = (folder / f"{name}{ending}" for ending in (".mid", ".png", ".wav"))
    with replacing(midi) as part:
        take.score.dump_midi(part)
    plan = take.plan
    line = f"{plan.key} {plan.mode}, {plan.tempo:.0f} quarter notes a minute, mean tension {_tension(take):.2f}"
    draw(take.score, roll, title=f"{title}: {take.name}", lines=(line,), bars=len(plan.bars))
    heard = f"{TAKES}/{sound.name}" if sound.is_file() else ""
    return {"title": f"{title}: {line}", "picture": roll, "audio": heard, "midi": f"{TAKES}/{midi.name}"}
