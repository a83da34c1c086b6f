"""The result of an evaluation in a few lines of text, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from psychoscore_evaluation.estimate import shown
from psychoscore_evaluation.music import FIGURES

QUADRANTS = {"Q1": "happy", "Q2": "tense", "Q3": "sad", "Q4": "calm"}


def spoken(record: Mapping[str, Any]) -> str:
    """Return what a record of an evaluation says, part by part, as text without a line break at its end."""
    parts = {
        "control": _control,
        "sweep": _sweep,
        "interpolation": _interpolation,
        "emotion": _emotion,
        "music": _music,
        "likelihood": _likelihood,
        "originality": _originality,
    }
    return "\n\n".join("\n".join(say(record[name])) for name, say in parts.items() if name in record)


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Return rows as lines with columns of equal width, two blanks apart, indented."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _control(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"Control: {found['profiles']} profiles, {found['seeds']} takes of each; 95% intervals"
    asked = {name: of for name, of in found["attributes"].items() if of["asked"]}
    rows = [("attribute", "rho", "slope", "shuffled", "leakage")]
    for name, of in asked.items():
        others = (shown({"value": e["value"]}) for e in (of["slope"], of["shuffled"], of["leakage"]["mean"]))
        rows.append((name, shown(of["spearman"]), *others))
    yield from aligned(rows)
    known = {name: of["spearman"]["value"] for name, of in asked.items() if of["spearman"]["value"] is not None}
    if known:
        worst = min(known, key=lambda name: known[name])
        yield f"  median rho {median(known.values()):.2f}; worst {worst} {shown(asked[worst]['spearman'])}"
    silent = [name for name in found["attributes"] if name not in asked]
    if silent:
        yield f"  not asked for: {', '.join(silent)}"


def _sweep(found: Mapping[str, Any]) -> Iterator[str]:
    of = found["map"]
    yield (
        f"Dimensions: of {len(of['rows'])} directions of the control map the music goes {of['with']} with it, "
        f"{of['against']} against it, {of['still']} not at all"
    )
    if found["silent"]:
        yield f"  moving nothing: {', '.join(found['silent'])}"


def _interpolation(found: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"Paths between profiles: {found['followed']} of {found['asked']} attributes follow "
        f"({', '.join(found['attributes'])}), {found['followed_of_all']} of {found['asked_of_all']} of all"
    )
    for pair, of in found["pairs"].items():
        courses = {name: of["attributes"][name] for name in found["attributes"]}
        rhos = [
            f"{name} {course['rho']:+.2f}".replace("-", "−")
            for name, course in courses.items()
            if course["apart"] and course["rho"]
        ]
        yield f"  {pair}: {', '.join(rhos) or 'ends alike'}"
        if of["returns"]:
            yield f"    comes back on the way: {', '.join(of['returns'])}"


def _emotion(found: Mapping[str, Any]) -> Iterator[str]:
    if "skipped" in found:
        yield f"Emotion: not judged: {found['skipped']}"
    else:
        yield f"Emotion: the judge recognises {shown(found['recognised'])} of the quadrants; chance is 0.25"
        yield from aligned(list(_verdicts(found)))
        yield f"  arousal right {shown(found['arousal_right'])}, valence right {shown(found['valence_right'])}"
        own = found["judge_accuracy"]
        if own.get("quadrant"):
            yield f"  the judge itself, on clips that people labelled: {shown(own['quadrant'])}"
    yield "From tension 0.2 to 0.9, the same profiles:"
    rows = [(name, *(shown(of[key]) for key in ("0.2", "0.9", "difference"))) for name, of in found["tension"].items()]
    yield from aligned([("", "at 0.2", "at 0.9", "difference"), *rows])


def _verdicts(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    yield "asked for", "recognised", *(f"heard {name}" for name in QUADRANTS)
    for (name, feeling), row in zip(QUADRANTS.items(), found["table"], strict=True):
        yield f"{name} {feeling}", shown(found["quadrants"][name]), *map(str, row)


def _music(found: Mapping[str, Any]) -> Iterator[str]:
    columns = [key for key in ("takes", "rules", "real") if key in found]
    yield "Music: " + (f"real is {found['real_origin']}" if "real" in found else "no real music was named")
    rows = [(name, *(shown(found[key][name]) for key in columns)) for name in FIGURES]
    yield from aligned([("", *columns), *rows])


def _likelihood(found: Mapping[str, Any]) -> Iterator[str]:
    if "skipped" in found:
        yield f"Likelihood: not measured: {found['skipped']}"
        return
    columns = {"all": found["all"], **found["datasets"]}
    yield f"Likelihood of {found['pieces']} pieces of {found['real_origin']}; intervals over songs"
    rows = [(meaning, *(shown(of[name], 3) for of in columns.values())) for name, meaning in found["meaning"].items()]
    yield from aligned([("", *columns), *rows, ("songs", *(str(of["songs"]) for of in columns.values()))])


def _originality(found: Mapping[str, Any]) -> Iterator[str]:
    if "skipped" in found:
        yield f"Originality: not measured: {found['skipped']}"
        return
    yield f"Originality: longest run of notes shared with {found['train_origin']}"
    for order, of in found["orders"].items():
        for key, title in (("takes", "takes"), ("real", "held-out music")):
            if of.get(key):
                runs = of[key]
                high = f"95th percentile {runs['high']:.0f}, longest {runs['longest']['notes']}"
                yield f"  {order}, {title}: mean {shown(runs['notes'], 1)}, median {runs['median']:.0f}, {high}"
