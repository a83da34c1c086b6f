"""Which token form is best: `notes`, `remi`, `compound-word` and others, on the same songs with the same body.

    python benchmarks/forms/run.py [DATA] [--out forms] [--forms remi,compound-word] [--steps 400] [--profiles 40]

DATA holds pop909/ and jsb_chorales/, by default beside the checkout. Every form sees the same songs, rewritten so that
each says all of them exactly (corpus.py), and as many notes in as many steps; a window of music is as long in each. The
folder OUT keeps songs, trainings and evaluations: the same command goes on where it was stopped. `notes`, `remi` and
`remi-bpe`, the default, take about 25 minutes of one core that has nothing else to do. `compound-word` draws the type
first, with embeddings of several widths; `compound-word-chained` has the heads and embeddings of the other forms.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from corpus import write_corpus
from likelihood import Likelihood, likelihood
from playing import Control, Speed, control, speeds
from training import FORMS, Budget, Trained, parameters, train

from psychoscore_core.whole_files import write_json

BARS = 32  # of each piece that is timed
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=Path("forms"), help="what is made, and kept for the next time")
    parser.add_argument("--forms", default="notes,remi,remi-bpe", help=f"of {', '.join(FORMS)}")
    parser.add_argument("--steps", type=int, default=400, help="optimizer steps of every form")
    parser.add_argument("--batch", type=int, default=4, help="windows a step")
    parser.add_argument("--window", type=int, default=320, help="notes a window")
    parser.add_argument("--every", type=int, default=3, help="every n-th validation piece is scored")
    parser.add_argument("--profiles", type=int, default=40, help="random profiles for control")
    parser.add_argument("--seeds", type=int, default=1, help="takes of each profile")
    parser.add_argument("--bars", type=int, default=16, help="bars of each take")
    parser.add_argument("--pieces", type=int, default=6, help="pieces of 32 bars for speed")
    return parser.parse_args()


def learned(form: Trained, found: Likelihood) -> dict[str, Any]:
    """Return the rows of the table on size, training and likelihood."""
    return {
        "vocabulary": " + ".join(str(size) for size in form.data.families),
        "parameters": f"{parameters(form.parts) / 1e6:.2f} M",
        "rows a note": f"{form.rows_per_note:.2f}",
        f"nats a note ({found.notes:,} held-out notes)": f"{found.everything:.3f}",
        "of it metre, tempo, key": "-" if found.facts is None else f"{found.facts:.3f}",
        "notes seen": f"{form.notes:,}",
        "rows seen": f"{form.rows:,}",
        "training, processor s (wall)": f"{form.processor:.0f} ({form.wall:.0f})",
    }


def playing(found: Control, speed: Speed) -> dict[str, Any]:
    """Return the rows on control and speed."""
    return {
        "control, median": f"{found.median:.2f}",
        "control, worst": found.worst,
        "rows a bar played": f"{speed.rows_a_bar:.1f}",
        "notes a bar played": f"{speed.notes_a_bar:.1f}",
        "rows a second (notes)": f"{speed.rows_a_second:.0f} ({speed.notes_a_second:.0f})",
        "32 bars, processor s (wall)": f"{speed.processor:.2f} ({speed.wall:.2f})",
        "a bar, processor ms": f"{1000 * speed.processor / BARS:.0f}",
    }


def table(columns: dict[str, dict[str, Any]]) -> str:
    """Return a Markdown table with a column for each form."""
    rows = [["", *columns], ["---"] * (1 + len(columns))]
    first = next(iter(columns.values()))
    rows += [[what, *(str(of[what]) for of in columns.values())] for what in first]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    given = options()
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    out = given.out.resolve()
    write_corpus(given.data.resolve(), out / "songs")
    budget = Budget(steps=given.steps, batch=given.batch, window=given.window)
    forms = [train(name, out / "songs", out, budget) for name in given.forms.split(",")]
    controls = {form.name: control(form, given.profiles, given.seeds, given.bars) for form in forms}
    timed = speeds(forms, given.pieces, BARS)
    likely = {form.name: likelihood(form, given.every) for form in forms}
    columns = {
        form.name: learned(form, likely[form.name]) | playing(controls[form.name], timed[form.name]) for form in forms
    }
    write_json(out / "forms.json", {"columns": columns, "control": {name: c.of for name, c in controls.items()}})
    print(table(columns))


if __name__ == "__main__":
    main()
