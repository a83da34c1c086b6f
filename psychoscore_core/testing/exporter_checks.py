"""Checks of exporters: they write inside their folder, whole files only."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest import mock

from psychoscore_core.errors import PsychoscoreError
from psychoscore_core.records import Artifact, Checkpoint, Take
from psychoscore_core.testing import toy
from psychoscore_core.testing.outcome import require
from psychoscore_core.testing.subject import Subject

HOSTILE_NAMES = ("../evil", "a/b", "..", "{parent}/evil", "con\0trol")  # {parent}: the absolute way out


def artifacts_are_what_was_written(subject: Subject) -> None:
    exporter = _exporter(subject)
    with _folder() as folder:
        artifacts = _exported(exporter, folder)
        require(artifacts, "export_take() or export_takes() names no artifacts")
        _check_artifacts(artifacts, folder)
        require(all(a.path.stat().st_size for a in artifacts), "wrote an empty file")


def files_bear_the_takes_name(subject: Subject) -> None:
    exporter = subject.build_with("export_take")
    with _folder() as folder:
        first = {a.path for a in exporter.export_take(toy.take("first"), folder)}
        second = {a.path for a in exporter.export_take(toy.take("second"), folder)}
        require(not first & second, "two takes are written to the same file")


def hostile_names_stay_inside(subject: Subject) -> None:
    exporter = _exporter(subject)
    for name in HOSTILE_NAMES:
        with _folder() as folder:
            try:
                take = toy.take(name.format(parent=folder.parent))
                _check_artifacts(_exported(exporter, folder, take), folder)
            except (PsychoscoreError, ValueError):
                pass  # refusing such a name is as good
            outside = [path for path in folder.parent.iterdir() if path != folder]
            require(not outside, f"a take named {name!r} is written outside the folder")


def failed_export_leaves_nothing(subject: Subject) -> None:
    """An export that fails at its last step, the renaming, leaves no file behind, whole or partial."""
    exporter = _exporter(subject)
    with _folder() as folder, mock.patch("os.replace", _no_space), mock.patch("os.rename", _no_space):
        try:
            artifacts = _exported(exporter, folder)
        except (OSError, PsychoscoreError):
            left = sorted(path.name for path in _files(folder))
            require(not left, f"a failed export leaves {', '.join(left)}")
            return
    names = ", ".join(artifact.path.name for artifact in artifacts)
    raise AssertionError(f"{names} written in place: a reader could meet half a file; write beside it and os.replace")


def exports_are_deterministic(subject: Subject) -> None:
    exporter = _exporter(subject)
    with _folder() as one, _folder() as other:
        first = {a.path.name: a.path.read_bytes() for a in _exported(exporter, one)}
        second = {a.path.name: a.path.read_bytes() for a in _exported(subject.build(), other)}
        differing = sorted(name for name in first | second if first.get(name) != second.get(name))
        require(not differing, f"exporting the same take twice gives another {', '.join(differing)}")


def missing_checkpoint_is_an_error(subject: Subject) -> None:
    exporter = subject.build_with("export_checkpoint")
    with _folder() as folder:
        absent = Checkpoint(folder=folder.parent / "absent", backend="toy", vocabulary="0", space="0")
        try:
            exporter.export_checkpoint(absent, folder)
        except PsychoscoreError:
            require(not list(_files(folder)), "a failed export leaves files")
            return
    raise AssertionError("exporting a checkpoint that is not there raises no error of psychoscore_core.errors")


def foreign_folder_is_not_verified(subject: Subject) -> None:
    exporter = subject.build_with("verify")
    with _folder() as folder:
        (folder / "manifest.json").write_text(json.dumps({"format": subject.component.name}))
        findings = exporter.verify(folder)
    require(any(not finding.ok for finding in findings), "verify() finds nothing wrong with a folder of another making")


def _exporter(subject: Subject) -> Any:
    """Return a new exporter of takes, one by one or all together."""
    return subject.build() if subject.has("export_takes") else subject.build_with("export_take")


def _exported(exporter: Any, folder: Path, take: Take | None = None) -> Sequence[Artifact]:
    """Export one take, the toy one by default."""
    take = toy.take() if take is None else take
    found: Sequence[Artifact] = (
        exporter.export_takes([take], folder)
        if hasattr(exporter, "export_takes")
        else exporter.export_take(take, folder)
    )
    return found


def _check_artifacts(artifacts: Sequence[Artifact], folder: Path) -> None:
    for artifact in artifacts:
        require(isinstance(artifact, Artifact), f"{artifact!r:.80} is no Artifact")
        require(artifact.path.resolve().is_relative_to(folder), f"{artifact.path} lies outside the folder")
        require(artifact.path.is_file(), f"{artifact.path.name} is named as an artifact and was not written")
        require(artifact.kind, f"{artifact.path.name} has no kind")
    unnamed = set(_files(folder)) - {artifact.path.resolve() for artifact in artifacts}
    require(not unnamed, f"left beside the artifacts: {', '.join(sorted(path.name for path in unnamed))}")


@contextmanager
def _folder() -> Iterator[Path]:
    """Give an empty folder alone in another one, so that what is written outside it is seen."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent).resolve() / "artifacts"
        folder.mkdir()
        yield folder


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _no_space(source: Any, target: Any, **options: Any) -> None:
    raise OSError(28, os.strerror(28), str(target))


CHECKS: MappingProxyType[str, Callable[[Subject], None]] = MappingProxyType(
    {
        "artifacts-are-what-was-written": artifacts_are_what_was_written,
        "files-bear-the-takes-name": files_bear_the_takes_name,
        "hostile-names-stay-inside": hostile_names_stay_inside,
        "failed-export-leaves-nothing": failed_export_leaves_nothing,
        "exports-are-deterministic": exports_are_deterministic,
        "missing-checkpoint-is-an-error": missing_checkpoint_is_an_error,
        "foreign-folder-is-not-verified": foreign_folder_is_not_verified,
    }
)
