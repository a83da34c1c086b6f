"""How well and how fast the forms play: control by `psyco evaluate`, and the seconds of 32 bars."""

from __future__ import annotations

import random
import time

import numpy as np
from attrs import frozen
from training import Trained, psyco

from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import Plan, Stream
from psychoscore_core.rule_table import plan_of
from psychoscore_core.stages.sample import Request
from psychoscore_core.whole_files import read_json
from psychoscore_rules.chord_plan import completed
from psychoscore_sampler.constrained import ConstrainedSampler
from psychoscore_sampler.plugin import ConstrainedConfig


@frozen(kw_only=True)
class Control:
    """Spearman between what plans ask and what is measured: at the median attribute, and at the worst two."""

    median: float
    worst: str
    of: dict[str, float]


def control(form: Trained, profiles: int, seeds: int, bars: int) -> Control:
    """Return the control of a form with the default sampler and all its steering."""
    counts = ("--profiles", profiles, "--seeds", seeds, "--bars", bars)
    out = form.project / f"control-{profiles}-{seeds}-{bars}"
    if not (out / "evaluation.json").exists():
        psyco("evaluate", "-C", form.project, "--only", "control", *counts, "--out", out, "-q")
    attributes = read_json(out / "evaluation.json")["control"]["attributes"]
    found = {name: facts["spearman"]["value"] for name, facts in attributes.items() if facts["asked"]}
    worst = sorted(found, key=lambda name: found[name])[:2]
    said = ", ".join(f"{name} {found[name]:.2f}" for name in worst)
    return Control(median=float(np.median(list(found.values()))), worst=said, of=found)


def plans(count: int, bars: int) -> list[tuple[int, Plan]]:
    """Return completed plans of random profiles, each with a seed."""
    rng, found = random.Random(1), []
    for seed in range(count):
        profile = random_profile(rng)
        found.append((seed, completed(profile, plan_of(profile, bars), seed)))
    return found


@frozen(kw_only=True)
class Speed:
    """Of the pieces: rows and notes a bar, both a second of processor time, seconds a piece (wall, processor)."""

    rows_a_bar: float
    notes_a_bar: float
    rows_a_second: float
    notes_a_second: float
    wall: float
    processor: float


def speeds(forms: list[Trained], pieces: int, bars: int) -> dict[str, Speed]:
    """Return each form's speed; the forms take turns piece by piece, so that other work hits all of them."""
    table: dict[str, list[tuple[float, ...]]] = {form.name: [] for form in forms}
    for form in forms:
        _drawn(form, plans(1, 2)[0][1], 0)  # loads the weights
    for seed, plan in plans(pieces, bars):
        for form in forms:
            table[form.name].append(_drawn(form, plan, seed))
    return {name: _speed(np.array(drawn), bars) for name, drawn in table.items()}


def _drawn(form: Trained, plan: Plan, seed: int) -> tuple[float, ...]:
    """Return (rows, notes, wall seconds, processor seconds) of one piece, with all steering."""
    parts = form.parts
    request = Request(
        stream=Stream(rows=parts.tokenizer.prompt(), vector=None, bars=parts.encoder.encode_plan(plan)),
        grammar=parts.tokenizer.grammar(len(plan.bars), plan),
        temperatures=(0.85,),
        seed=seed,
        plan=plan,
    )
    wall, processor = time.perf_counter(), time.process_time()
    drawn = [rows for _, rows in ConstrainedSampler(ConstrainedConfig()).stream(parts.model, [request])]
    seconds = time.perf_counter() - wall, time.process_time() - processor
    rows = np.concatenate(drawn)
    return float(len(rows)), float(parts.tokenizer.decode(rows).note_num()), *seconds


def _speed(table: np.ndarray, bars: int) -> Speed:
    rows, notes, wall, processor = table.T
    return Speed(
        rows_a_bar=float(rows.mean() / bars),
        notes_a_bar=float(notes.mean() / bars),
        rows_a_second=float(rows.sum() / processor.sum()),
        notes_a_second=float(notes.sum() / processor.sum()),
        wall=float(np.median(wall)),
        processor=float(np.median(processor)),
    )
