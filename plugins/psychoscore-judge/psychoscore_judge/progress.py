"""A report that draws progress bars on standard error, so that standard output holds verdicts only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click


class Bars:
    """One bar for each label, one after the other; leaving the block ends the last."""

    def __init__(self) -> None:
        self._label = ""
        self._bar: Any = None  # click's type of it is private

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *problem: object) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)

    def progress(self, label: str, done: int, total: int) -> None:
        """Move the bar of this label; a new label or a new round begins a new bar."""
        if label != self._label or done < self._bar.pos:
            self.__exit__()
            self._label = label
            self._bar = click.progressbar(length=total, label=label, file=click.get_text_stream("stderr"))
            self._bar.__enter__()
        self._bar.update(done - self._bar.pos)

    def step(self, step: int, metrics: Mapping[str, float]) -> None:
        """Say nothing: the judge has no steps."""

    def remark(self, text: str) -> None:
        """Say one line."""
        click.echo(text, err=True)
