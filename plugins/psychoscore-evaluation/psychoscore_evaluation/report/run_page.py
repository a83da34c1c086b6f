"""The page about the takes of one run: what was asked for, and what is heard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_evaluation.estimate import shown
from psychoscore_evaluation.report import charts
from psychoscore_evaluation.report.markup import Raw, card, details, judged, paragraph, section, table, text
from psychoscore_evaluation.report.style import CSS
from psychoscore_evaluation.requested import OWN_UNIT

GOOD, WEAK = 0.8, 0.5  # correlations from which a number is coloured as good, as weak
CARDS = {
    "in_scale": "of the notes are in the scale",
    "strong_beats_in_chord": "of the notes on strong beats belong to the chord",
    "felt_tension": "correlation of tension, planned and heard as a whole",
    "harmonic_tension": "correlation of tension, planned and heard in the harmony",
}
UNFOLDED = 8  # takes that are not folded away at first


def run_page(record: Mapping[str, Any], folder: Path) -> str:
    """Return the whole page of a run's record; the folder is where it will lie, beside the takes' own files."""
    takes = record["takes"]
    names = list(takes)
    title = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    about = record["about"]
    lead = (
        "What the profile's plan asked for, and what is heard in the notes. "
        f"{about['takes']} take{'s' * (about['takes'] != 1)} of {about['profiles']} "
        f"profile{'s' * (about['profiles'] != 1)}; intervals are {about['interval']}."
    )
    body = (_together(record) if len(names) > 1 else "") + "".join(
        _take(number, name, of, folder, folded=len(names) > UNFOLDED) for number, (name, of) in enumerate(takes.items())
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}: asked and heard</title><style>{CSS}{charts.CSS}</style></head><body>"
        f"<header><div><h1>{text(title)}</h1><p>{text(lead)}</p></div></header>"
        f"<main>{body}</main><footer><p>Every number of this page is in report.json. Intervals within a take are over "
        "its bars, which resemble their neighbours: they say how steady it is, not how sure.</p></footer>"
        "</body></html>\n"
    )


def _together(record: Mapping[str, Any]) -> str:
    found, takes, control = record["together"], record["takes"], record["control"]
    rows = [
        (
            Raw(f'<a href="#take-{number}">{text(name)}</a>'),
            f"{of['plan']['key']} {of['plan']['mode']}",
            f"{of['plan']['tempo']:.0f}",
            of["plan"]["bars"],
            *(shown({"value": of["figures"][figure]["value"]}) for figure in CARDS),
        )
        for number, (name, of) in enumerate(takes.items())
    ]
    header = ("take", "key", "tempo", "bars", "in scale", "strong beats", "tension, whole", "tension, harmony")
    cards = [_exact(found["figures"]["exact_length"]["value"], len(takes))]
    cards += [_card(found["figures"][name], meaning) for name, meaning in CARDS.items()]
    return section(
        "together",
        "All takes together",
        f'<div class="cards">{"".join(cards)}</div>',
        table(header, rows, numbers=range(2, len(header))),
        _control(control) if "attributes" in control else "",
    )


def _exact(share: float | None, takes: int) -> str:
    return card(f"{round((share or 0.0) * takes)} of {takes}", "takes have exactly the bars that were asked for")


def _card(of: Mapping[str, Any], meaning: str) -> str:
    interval = "" if of["low"] is None else f" [{of['low']:.2f}, {of['high']:.2f}]".replace("-", "−")
    return card(shown({"value": of["value"]}), f"{meaning}{interval}")


def _control(control: Mapping[str, Any]) -> str:
    rows = [
        (name, judged(of["spearman"]["value"], shown(of["spearman"]), GOOD, WEAK), shown(of["of_profile"]))
        for name, of in control["attributes"].items()
        if of
    ]
    return "<h3>Does the music go with the request, from profile to profile?</h3>" + table(
        ("attribute", "Spearman's ρ of asked and measured", "ρ of the profile's target and measured"),
        rows,
        numbers=(1, 2),
    )


def _take(number: int, name: str, of: Mapping[str, Any], folder: Path, folded: bool) -> str:
    plan, figures = of["plan"], of["figures"]
    line = (
        f"{plan['key']} {plan['mode']}, {plan['tempo']:.0f} quarter notes a minute, {plan['time_signature']}, "
        f"{plan['bars']} bars, seed {of['seed']}"
    )
    right = figures["exact_length"]["value"] == 1
    cards = [card(f"{plan['bars']} bars" if right else "not exact", "as many bars as asked for")]
    cards += [_card(figures[figure], meaning) for figure, meaning in CARDS.items()]
    inner = "".join(
        (
            paragraph(line, note=True),
            _files(name, folder),
            f'<div class="cards">{"".join(cards)}</div>',
            "<h3>Asked and measured</h3>",
            paragraph(
                "A ring is what the plan asks for, the dot what is heard, its line the interval over the bars; the "
                "strip is the range of real music. A dashed ring is asked for on a scale of its own, 0 to 1."
            ),
            _attributes(of["attributes"]),
            "<h3>Over the bars</h3>",
            _courses(of),
        )
    )
    return section(f"take-{number}", name, details(line, inner) if folded else inner)


def _files(name: str, folder: Path) -> str:
    """Return the take's picture, its sound and its notes, as far as they are there."""
    parts = []
    if (folder / f"{name}.png").is_file():
        alt = text(f"piano roll of {name}")
        parts.append(f'<figure class="roll"><img loading="lazy" src="{quote(name)}.png" alt="{alt}"></figure>')
    if (folder / f"{name}.wav").is_file():
        parts.append(f'<audio controls preload="none" src="{quote(name)}.wav"></audio>')
    if (folder / f"{name}.mid").is_file():
        parts.append(f'<p class="note"><a href="{quote(name)}.mid">{text(name)}.mid</a></p>')
    return "".join(parts)


def _attributes(attributes: Mapping[str, Any]) -> str:
    rows = []
    for name, of in attributes.items():
        attribute, same = ATTRIBUTES[name], name in OWN_UNIT
        digits = 1 if attribute.high - attribute.low > 5 else 2  # tempos want fewer than shares
        asked = shown({"value": of["asked"]}, digits if same else 2)
        asked += "" if same or of["asked"] is None else " of 1"
        picture = Raw(charts.strip(attribute, of["asked"], of["measured"], same))
        rows.append((name, picture, asked, shown(of["measured"], digits), attribute.unit))
    return table(("attribute", "", "asked", "measured", "unit"), rows, numbers=(2, 3))


def _courses(of: Mapping[str, Any]) -> str:
    sections, tension = of["plan"]["sections"], of["tension"]
    lines = {"asked": tension["planned"], "first": tension["harmonic"], "second": tension["felt"]}
    parts = [
        '<p class="note"><span class="key asked">planned</span><span class="key">heard</span>'
        '<span class="key second">tension as a whole: harmony, loudness, onsets, height</span></p>',
        "<h4>tension</h4>",
        charts.over_bars("tension, bar by bar", lines, sections, (0.0, 1.0)),
    ]
    for name, course in of["bars"].items():
        lines = {"asked": course["asked"], "first": course["measured"]}
        parts += [f"<h4>{text(name)}, {text(ATTRIBUTES[name].unit)}</h4>", charts.over_bars(name, lines, sections)]
    return f"<figure>{''.join(parts)}</figure>"
