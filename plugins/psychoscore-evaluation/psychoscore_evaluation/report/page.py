"""The page: one HTML file, no script, nothing from outside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from psychoscore_evaluation.estimate import shown
from psychoscore_evaluation.report.markup import card, details, section, table, text
from psychoscore_evaluation.report.sections import (
    GOOD,
    Pictures,
    control_section,
    emotion_section,
    interpolation_section,
    likelihood_section,
    music_section,
    originality_section,
    sweep_section,
    takes_section,
)
from psychoscore_evaluation.report.style import CSS

_SECTIONS = {
    "control": ("Control", control_section),
    "sweep": ("Dimensions", sweep_section),
    "interpolation": ("Paths", interpolation_section),
    "emotion": ("Emotion", emotion_section),
    "music": ("Music", music_section),
    "likelihood": ("Likelihood", likelihood_section),
    "originality": ("Originality", originality_section),
}


def page(record: Mapping[str, Any], pictures: Pictures, shown_takes: Sequence[Mapping[str, Any]]) -> str:
    """Return the whole page of an evaluation's record."""
    about = record["about"]
    parts = {name: _SECTIONS[name] for name in _SECTIONS if name in record}
    links = "".join(f'<a href="#{name}">{title}</a>' for name, (title, _) in parts.items())
    links += '<a href="#takes">Takes</a>' if shown_takes else ""
    body = "".join(build(record[name], pictures) for name, (_, build) in parts.items())
    body += takes_section(shown_takes) if shown_takes else ""
    title = f"{about['project']}: evaluation"
    lead = (
        f"Does the music of the model “{about['model']}” follow the profile? {about['profiles']} random profiles, "
        f"{about['seeds']} takes of each, {about['bars']} bars a take."
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title><style>{CSS}</style></head><body>"
        f"<header><div><h1>{text(about['project'])}</h1><p>{text(lead)}</p><nav>{links}</nav></div></header>"
        f'<main><div class="cards">{"".join(_cards(record))}</div>{body}{_about(about)}</main>'
        "<footer><p>Every number of this page is in evaluation.json. The pictures are also in figures/.</p></footer>"
        "</body></html>\n"
    )


def _cards(record: Mapping[str, Any]) -> list[str]:
    cards = []
    if "control" in record:
        of = [a["spearman"] for a in record["control"]["attributes"].values() if a["asked"]]
        good = sum((rho["low"] or 0) >= GOOD for rho in of)
        cards.append(card(f"{good} of {len(of)}", f"attributes follow the request: ρ surely above {GOOD}"))
        cards.append(card(_middle([rho["value"] or 0.0 for rho in of]), "median ρ of requested and measured"))
    if "sweep" in record:
        rows = record["sweep"]["map"]
        cards.append(card(f"{rows['with']} of {len(rows['rows'])}", "directions of the control map are heard"))
    if "interpolation" in record:
        of_paths = record["interpolation"]
        cards.append(
            card(f"{of_paths['followed']} of {of_paths['asked']}", "attributes follow a path between profiles")
        )
    if "recognised" in record.get("emotion", {}):
        cards.append(card(shown(record["emotion"]["recognised"]), "quadrants recognised by the judge; chance is 0.25"))
    if "music" in record:
        cards.append(card(shown(record["music"]["takes"]["in_scale"]), "of the notes are in the scale"))
        cards.append(card(shown(record["music"]["takes"]["felt_tension"]), "correlation with the planned tension"))
    if "all" in record.get("likelihood", {}):
        cards.append(card(shown(record["likelihood"]["all"]["nats_per_note"]), "nats a note of held-out songs"))
    for order, of in record.get("originality", {}).get("orders", {}).items():
        if order == "skyline":
            cards.append(card(shown(of["takes"]["notes"], 1), "highest notes in a row shared with the training music"))
    return cards


def _middle(values: Sequence[float]) -> str:
    ordered = sorted(values)
    return f"{(ordered[len(ordered) // 2] + ordered[(len(ordered) - 1) // 2]) / 2:.2f}" if ordered else "–"


def _about(about: Mapping[str, Any]) -> str:
    versions = about["versions"]
    rows = [("command", about["command"]), ("seed", about["seed"]), ("Python", versions["python"])]
    rows += [("platform", versions["platform"]), *versions["plugins"].items(), *versions["packages"].items()]
    config = f"<pre><code>{text(json.dumps(about['config'], indent=2))}</code></pre>"
    inner = details("Versions and command", table(("what", "which"), rows)) + details("Configuration", config)
    return section("about", "How this was measured", inner)
