"""Pieces of HTML; every text that comes from outside is escaped here."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path


def text(value: object) -> str:
    """Return any value as text that is safe in HTML, in attributes too."""
    return escape(str(value), quote=True)


def picture(path: Path, alt: str, caption: str = "", narrow: bool = False) -> str:
    """Return a figure with the PNG in it, so that the page is one file."""
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    image = f'<img src="data:image/png;base64,{data}" alt="{text(alt)}">'
    under = f"<figcaption>{text(caption)}</figcaption>" if caption else ""
    return f"<figure{' class=narrow' if narrow else ''}>{image}{under}</figure>"


def table(header: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[int] = ()) -> str:
    """Return a table; numbers: the columns that are set to the right. A cell may be `Raw`."""

    def cell(tag: str, column: int, value: object) -> str:
        inner = value.markup if isinstance(value, Raw) else text(value)
        return f"<{tag}{' class=number' if column in numbers else ''}>{inner}</{tag}>"

    head = "".join(cell("th", column, name) for column, name in enumerate(header))
    body = "".join("<tr>" + "".join(cell("td", c, value) for c, value in enumerate(row)) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


class Raw:
    """Markup of our own that must not be escaped."""

    def __init__(self, markup: str) -> None:
        self.markup = markup


def judged(value: float | None, shown: str, good: float, weak: float) -> Raw:
    """Return a number coloured by where it lies: good from `good`, weak from `weak`, else bad."""
    grade = "" if value is None else "good" if value >= good else "weak" if value >= weak else "bad"
    return Raw(f'<span class="{grade}">{text(shown)}</span>' if grade else text(shown))


def paragraph(words: str, note: bool = False) -> str:
    """Return a paragraph."""
    return f"<p{' class=note' if note else ''}>{text(words)}</p>"


def section(name: str, title: str, *parts: str) -> str:
    """Return a section that the page's head can link to."""
    return f'<section id="{text(name)}"><h2>{text(title)}</h2>{"".join(parts)}</section>'


def details(summary: str, inner: str) -> str:
    """Return something that is folded away at first."""
    return f"<details><summary>{text(summary)}</summary>{inner}</details>"


def card(number: str, meaning: str) -> str:
    """Return one of the numbers at the top of the page."""
    return f'<div class="card"><b>{text(number)}</b><span>{text(meaning)}</span></div>'
