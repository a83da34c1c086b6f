"""The conformance checks as one pytest test per component and check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType

from psychoscore_core.testing.kit import checked_reasons, checks_for, outcome, subjects_of
from psychoscore_core.testing.subject import Subject


def conformance(
    plugin: str | ModuleType, *, skip: Mapping[str, str] | None = None, configs: Mapping[str, object] | None = None
) -> Callable[..., None]:
    """Return a parametrised pytest test; see `check_plugin` for the arguments.

    Assign it to a name that pytest collects: `test_conformance = conformance(plugin)`.
    """
    import pytest

    subjects = subjects_of(plugin, configs)
    reasons = checked_reasons(subjects, skip)
    cases = [
        pytest.param(subject, check, id=f"{subject.name}-{check}")
        for subject in subjects
        for check in checks_for(subject.kind)
    ]

    @pytest.mark.parametrize(("subject", "check"), cases)
    def test(subject: Subject, check: str) -> None:
        result = outcome(subject, check, reasons)
        if result.status == "skipped":
            pytest.skip(f"{result.component} {result.check}: {result.text}")
        assert result.status == "passed", str(result)

    return test
