"""The sections of the page, each from its part of the record and the pictures drawn for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_evaluation.emotion import AT_TENSIONS
from psychoscore_evaluation.estimate import shown
from psychoscore_evaluation.report.markup import details, judged, paragraph, picture, section, table, text

Pictures = Mapping[str, Path]
COLUMNS = {"takes": "these takes", "rules": "rules", "real": "real music"}
GOOD, WEAK = 0.8, 0.5  # Spearman's rho from which control is coloured as good, as weak


def control_section(found: Mapping[str, Any], pictures: Pictures) -> str:
    """Return the section on control and leakage."""
    rows = [_control_row(name, of) for name, of in found["attributes"].items() if of["asked"]]
    silent = [name for name, of in found["attributes"].items() if not of["asked"]]
    header = ("attribute", "unit", "Spearman's ρ", "of the profile", "slope", "shuffled", "leakage, mean", "most onto")
    return section(
        "control",
        "Does the music do what the profile asks?",
        paragraph(
            f"{found['profiles']} random profiles, {found['seeds']} takes of each. Requested is what the plan that "
            "follows from a profile says; measured is what the notes of the take say. Intervals are 95%, "
            "bootstrapped over profiles. “Of the profile” correlates the measured with what the control map says of "
            "the profile itself, before the planner. Shuffled is the same correlation with the profiles mixed up: it "
            "must be near 0."
        ),
        picture(pictures["spearman"], "Spearman's rank correlation of each attribute with its interval", narrow=True),
        table(header, rows, numbers=(2, 3, 4, 5, 6)),
        paragraph(f"Not asked for by these plans: {', '.join(silent)}.", note=True) if silent else "",
        picture(
            pictures["scatter"],
            "Requested against measured, one panel an attribute",
            "Each dot is a take; the orange line runs through the medians of what was measured, the dashed line is "
            "where requested and measured are equal. Panels without it are asked for in another unit.",
        ),
        "<h3>Leakage</h3>",
        paragraph(
            "Standardised effects of every request (across) on every attribute (down), all requests being in one "
            "regression of ranks. The framed cells are what was asked for; anything else that is coloured moves "
            f"without having been asked to. Shuffled profiles give a mean of {found['leakage']['floor']:.2f} by chance."
        ),
        picture(pictures["leakage"], "Map of the effects of requests on measured attributes"),
    )


def _control_row(name: str, of: Mapping[str, Any]) -> list[object]:
    rho, leak = of["spearman"], of["leakage"]
    return [
        name,
        ATTRIBUTES[name].unit,
        judged(rho["value"], shown(rho), GOOD, WEAK),
        shown(of["of_profile"]),
        shown(of["slope"]),
        shown(of["shuffled"]),
        shown(leak["mean"]),
        f"{leak['onto']} ({leak['max']:.2f})",
    ]


def sweep_section(found: Mapping[str, Any], pictures: Pictures) -> str:
    """Return the section on the 57 dimensions."""
    of = found["map"]
    header = ("dimension", "attribute", "map", "plan", "music, low to high", "")
    rows = [_map_row(row) for row in of["rows"]]
    still = ", ".join(found["silent"]) or "none"
    return section(
        "sweep",
        "What does each dimension move?",
        paragraph(
            f"Each of the 57 dimensions from its lowest to its highest value, all others neutral, {found['seeds']} "
            f"seeds. Of the {len(of['rows'])} directions of the control map the music goes {of['with']} ways with it, "
            f"{of['against']} against it, and in {of['still']} it does not move by {found['least']:.0%} of the "
            "attribute's usual range with an interval that excludes 0."
        ),
        paragraph(f"Dimensions that move nothing: {still}.", note=True),
        details("The control map, row by row", table(header, rows, numbers=(2, 3, 4))),
        picture(
            pictures["sweep"],
            "What each dimension moves",
            "Red is up, blue is down, as shares of each attribute's usual range. A dark frame: the plan asks for it "
            "and the music follows; an orange frame: the plan asks and the music does not follow.",
        ),
    )


def _map_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    moved = shown({**row, "value": row["moved"]})
    return row["dimension"], row["attribute"], f"{row['effect']:+g}", f"{row['asked']:+.2f}", moved, row["music"]


def interpolation_section(found: Mapping[str, Any], pictures: Pictures) -> str:
    """Return the section on the paths between profiles."""
    rows = [
        (pair, name, f"{of['targets'][0]:.2f} to {of['targets'][-1]:.2f}", _rho(of), "yes" if of["follows"] else "no")
        for pair, courses in found["pairs"].items()
        for name, of in courses["attributes"].items()
        if of["apart"]
    ]
    back = [f"{pair}: {', '.join(of['returns'])}" for pair, of in found["pairs"].items() if of["returns"]]
    return section(
        "interpolation",
        "Is the way between two profiles even?",
        paragraph(
            f"{found['steps']} steps from one profile to another, {found['seeds']} seeds each. Where the targets of "
            "the two ends differ by more than 15% of the attribute's usual range, the music should go the same way "
            f"(ρ of place and measurement at least 0.9): it does in {found['followed']} of {found['asked']} cases of "
            f"{', '.join(found['attributes'])}, in {found['followed_of_all']} of {found['asked_of_all']} of all "
            "attributes."
        ),
        paragraph(f"Keys or modes that come back on the way: {'; '.join(back) or 'none'}.", note=True),
        picture(
            pictures["paths"],
            "The attributes along the paths",
            "Dashed is what the control map asks for, dots are measured. Orange should follow and does not; grey is "
            "not asked to.",
        ),
        details("Every attribute", table(("pair", "attribute", "targets", "ρ", "follows"), rows, numbers=(2, 3))),
    )


def _rho(course: Mapping[str, Any]) -> str:
    return "–" if course["rho"] is None else f"{course['rho']:+.2f}".replace("-", "−")


def emotion_section(found: Mapping[str, Any], pictures: Pictures) -> str:
    """Return the section on quadrants, and on the same profiles at two tensions."""
    verdicts = [paragraph(f"Not measured: {found['skipped']}.")] if "skipped" in found else _verdicts(found, pictures)
    return section("emotion", "Is the emotion heard?", *verdicts, *_at_tensions(found["tension"], pictures))


def _verdicts(found: Mapping[str, Any], pictures: Pictures) -> list[str]:
    shares = {"all": found["recognised"], **found["quadrants"]}
    shares |= {"arousal": found["arousal_right"], "valence": found["valence_right"]}
    rows = [(name, shown(share), share["n"]) for name, share in shares.items()]
    return [
        paragraph(
            "A judge that learned from people's labels of EMOPIA says which quadrant of valence and arousal it hears "
            f"in takes of profiles of the four quadrants. Its own accuracy on labelled clips: {_accuracy(found)}. "
            "Q1 is happy, Q2 tense, Q3 sad, Q4 calm. Intervals are Wilson's, 95%."
        ),
        picture(pictures["emotion"], "Recognised quadrants and table of verdicts", narrow=True),
        table(("asked for", "recognised", "takes"), rows, numbers=(1, 2)),
    ]


def _at_tensions(tension: Mapping[str, Any], pictures: Pictures) -> list[str]:
    rows = [(name, AT_TENSIONS[name], *(shown(value) for value in of.values())) for name, of in tension.items()]
    return [
        "<h3>The same profiles, calm and tense</h3>",
        paragraph("Tension 0.2 and 0.9 in every bar, the same profiles and seeds; means with Student's intervals."),
        picture(pictures["at_tensions"], "The music at tension 0.2 and 0.9"),
        table(("", "unit", "at 0.2", "at 0.9", "difference"), rows, numbers=(2, 3, 4)),
    ]


def _accuracy(found: Mapping[str, Any]) -> str:
    own = found["judge_accuracy"]
    rates = ", ".join(f"{name} {shown(own[name])}" for name in ("quadrant", "arousal", "valence"))
    return f"{rates} ({own['clips']} clips of {own['songs']} songs, {own['how']})"


def music_section(found: Mapping[str, Any], pictures: Pictures) -> str:
    """Return the section on the figures of music, beside real music and the rules backend."""
    columns = [(key, title) for key, title in COLUMNS.items() if key in found]
    rows = [(meaning, *(shown(found[key][name]) for key, _ in columns)) for name, meaning in found["meaning"].items()]
    beside = (
        f"Real music: {found['real_pieces']} pieces of {found['real_origin']}."
        if "real" in found
        else "No real music was named."
    )
    return section(
        "music",
        "Is it music?",
        paragraph(
            f"{beside} Chords are the {found['chords']} ones in the takes and estimated from the notes in real music. "
            "Intervals are over profiles, and over songs in real music."
        ),
        table(("figure", *(title for _, title in columns)), rows, numbers=range(1, len(columns) + 1)),
        picture(pictures["tension"], "Planned and measured tension of a few takes", "Tension, bar by bar.")
        if "tension" in pictures
        else "",
    )


def likelihood_section(found: Mapping[str, Any], pictures: Pictures) -> str:
    """Return the section on the likelihood of real songs, or on why there is none."""
    if "skipped" in found:
        return section("likelihood", "Does it know real music?", paragraph(f"Not measured: {found['skipped']}."))
    columns = {"all": found["all"], **found["datasets"]}
    rows = [(meaning, *(shown(of[name], 3) for of in columns.values())) for name, meaning in found["meaning"].items()]
    rows.append(("songs", *(str(of["songs"]) for of in columns.values())))
    return section(
        "likelihood",
        "Does it know real music?",
        paragraph(
            f"Nats that the model needs for real music that it has not seen, fewer being better: {found['pieces']} "
            f"pieces of {found['real_origin']}. Intervals are over songs."
        ),
        table(("figure", *columns), rows, numbers=range(1, len(columns) + 1)),
    )


def originality_section(found: Mapping[str, Any], pictures: Pictures) -> str:
    """Return the section on shared runs, or on why there is none."""
    if "skipped" in found:
        return section("originality", "Is it new?", paragraph(f"Not measured: {found['skipped']}."))
    rows = []
    for order, of in found["orders"].items():
        for key, title in (("takes", "these takes"), ("real", "real, held out")):
            runs = of.get(key)
            if runs:
                longest = f"{runs['longest']['notes']} of {runs['longest']['of']} ({runs['longest']['source']})"
                rows.append(
                    (
                        *(order, title, shown(runs["notes"], 1), f"{runs['median']:.0f}", f"{runs['high']:.0f}"),
                        *(shown(runs["share"]), longest),
                    )
                )
    header = ("notes", "of", "longest run, mean", "median", "95th percentile", "share of the piece", "longest of all")
    return section(
        "originality",
        "Is it new?",
        paragraph(
            "The longest run of notes that a piece shares with the training music, in any key: the same intervals at "
            f"the same distances in sixteenths. Training music: {found['train_origin']}."
        ),
        picture(pictures["runs"], "Histograms of the longest shared runs"),
        table(header, rows, numbers=(2, 3, 4, 5)),
    )


def takes_section(shown_takes: Sequence[Mapping[str, Any]]) -> str:
    """Return the section with a few takes: their pictures, and players where there is sound."""
    parts = []
    for take in shown_takes:
        links = f'<p class="note"><a href="{text(take["midi"])}">{text(take["midi"])}</a></p>'
        sound = f'<audio controls preload="none" src="{text(take["audio"])}"></audio>' if take["audio"] else ""
        parts.append(
            f"<div><h3>{text(take['title'])}</h3>{picture(take['picture'], take['title'])}{sound}{links}</div>"
        )
    return section("takes", "A few of the takes", '<div class="takes">', *parts, "</div>")
