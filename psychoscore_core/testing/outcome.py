"""What the checks of a plugin came to."""

from __future__ import annotations

from typing import Literal

from attrs import frozen


class NotApplicable(Exception):
    """Raised by a check that cannot be carried out on this component, with the reason."""


def require(condition: object, text: str) -> None:
    """Fail the check with this text unless the condition holds; unlike `assert`, also under `python -O`."""
    if not condition:
        raise AssertionError(text)


@frozen(kw_only=True)
class Outcome:
    """One check on one component; text says what failed, or why it was skipped."""

    component: str
    check: str
    status: Literal["passed", "failed", "skipped"]
    text: str = ""

    def __str__(self) -> str:
        line = f"{self.status:<8}{self.component}  {self.check}"
        return f"{line}: {self.text}" if self.text else line


@frozen(kw_only=True)
class Outcomes:
    """Every check of a plugin, in the order in which they ran; printing it shows one line each."""

    plugin: str
    outcomes: tuple[Outcome, ...]

    @property
    def failures(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.status == "failed")

    @property
    def ok(self) -> bool:
        return not self.failures

    def raise_for_failures(self) -> None:
        """Raise AssertionError that lists the failed checks, if there are any."""
        require(self.ok, "\n".join(str(outcome) for outcome in self.failures))

    def __str__(self) -> str:
        counts = {s: sum(o.status == s for o in self.outcomes) for s in ("passed", "failed", "skipped")}
        summary = ", ".join(f"{count} {status}" for status, count in counts.items())
        return "\n".join([*map(str, self.outcomes), f"{self.plugin}: {summary}"])
