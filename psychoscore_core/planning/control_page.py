"""The reference page of the control map, written from its rows: `python -m psychoscore_core.planning.control_page`."""

from __future__ import annotations

import random
from collections.abc import Iterator

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.planning.control_map import CONTROLS, NEUTRAL, REFERENCES, SILENT, Control
from psychoscore_core.planning.targets import targets_of
from psychoscore_core.random_profile import random_profile

PROFILES = 500
HEAD = """# The control map

What a profile asks of the music: which of its dimensions moves which measurable attribute, which way, how far, and
where that comes from. Every model is asked for the same, and every evaluation measures the same attributes
(`psychoscore_core/attributes.py`). This page is written from `psychoscore_core/planning/control_map.py`:

    python -m psychoscore_core.planning.control_page > docs/reference/control-map.md

A target is where the neutral profile stands plus the effect of every dimension, each in proportion to how far it lies
from its neutral value. `effect` is the way from the low end of the dimension to the high end (for a bias: from absent
to active) in the attribute's unit. "steps" are the rule table's: tempo, mode and dynamic mark jump there.
Irregularity is kept within what so many onsets a bar allow on sixteenths.
Openness chooses the key, too, which is none of the attributes.
"""


def control_page() -> str:
    """Return the page as Markdown; the percentiles are those of 500 random profiles of seed 0."""
    return "\n".join([HEAD, *_attributes(), "", *_rows(), "", *_silent(), "", *_references(), ""])


def percentiles() -> dict[str, tuple[float, float]]:
    """Return the 5th and 95th percentile of every target over 500 random profiles."""
    rng = random.Random(0)
    targets = [targets_of(random_profile(rng)) for _ in range(PROFILES)]
    cut = PROFILES // 20
    ordered = {name: sorted(target[name] for target in targets) for name in ATTRIBUTES}
    return {name: (values[cut], values[-cut - 1]) for name, values in ordered.items()}


def _attributes() -> Iterator[str]:
    yield "## Attributes\n"
    yield "| attribute | unit | music spans | neutral | 5 to 95% of random profiles | moved by |"
    yield "|---|---|---|---|---|---|"
    spread = percentiles()
    for name, attribute in ATTRIBUTES.items():
        movers = ", ".join(f"{'-' if c.effect < 0 else '+'} {_short(c)}" for c in _movers(name))
        low, high = spread[name]
        start = f"{NEUTRAL[name]:g}" if name in NEUTRAL else "rule table"
        yield (
            f"| {name} | {attribute.unit} | {attribute.low:g} to {attribute.high:g} | {start} "
            f"| {low:.2f} to {high:.2f} | {movers} |"
        )


def _movers(attribute: str) -> list[Control]:
    rows = [c for c in CONTROLS if c.attribute == attribute and not c.dimension.startswith("bias.")]
    return sorted(rows, key=lambda c: -abs(c.effect))


def _short(control: Control) -> str:
    return control.dimension.rpartition(".")[2].replace("_", " ")


def _rows() -> Iterator[str]:
    yield "## Dimensions\n"
    yield "| dimension | attribute | effect | source | why |"
    yield "|---|---|---|---|---|"
    for c in CONTROLS:
        steps = " (steps)" if c.shape == "steps" else ""
        yield f"| `{c.dimension}` | {c.attribute} | {c.effect:+g}{steps} | {c.source} | {c.why} |"


def _silent() -> Iterator[str]:
    yield "## Silent\n"
    yield f"{', '.join(f'`{name}`' for name in SILENT)} move nothing: no honest musical counterpart was found."


def _references() -> Iterator[str]:
    yield "## Sources\n"
    yield from (f"- {mark}: {text}." for mark, text in REFERENCES.items())


if __name__ == "__main__":
    print(control_page(), end="")
