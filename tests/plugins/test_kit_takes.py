"""Every check of arrangers, raters and exporters fails on the fault that it is there for."""

import itertools
from pathlib import Path

import pytest
from attrs import evolve

from psychoscore_core.errors import RunError
from psychoscore_core.records import Artifact
from psychoscore_core.stages.export import Finding
from psychoscore_core.testing import checks_for, toy
from psychoscore_core.testing.kit import CHECKS, outcome

counter = itertools.count()


class Part:
    def __init__(self, config, **facts):
        self.config = config


class Rater(Part):
    def rate(self, take):
        return {"notes": float(len(take.score.tracks[0].notes))}


class NanRater(Rater):
    def rate(self, take):
        return {"notes": float("nan")}


class FickleRater(Rater):
    def rate(self, take):
        return {"notes": float(next(counter))}


class MoodyRater(Rater):
    def rate(self, take):
        return {f"bars_{len(take.plan.bars)}": 1.0}


class MeddlingRater(Rater):
    def rate(self, take):
        take.score.tracks.clear()
        return {"notes": 0.0}


class Arranger(Part):
    def arrange(self, take):
        return evolve(take, score=take.score.copy())


class MeddlingArranger(Arranger):
    def arrange(self, take):
        take.score.tracks.clear()
        return take


class EmptyingArranger(Arranger):
    def arrange(self, take):
        return evolve(take, score=toy.score(0))


class RenamingArranger(Arranger):
    def arrange(self, take):
        return evolve(take, name="mine")


class FickleArranger(Arranger):
    def arrange(self, take):
        return evolve(take, score=toy.score(1 + next(counter)))


class Exporter(Part):
    suffix = ".txt"

    def export_take(self, take, folder):
        path = folder / f"{take.name}{self.suffix}"
        if path.parent != folder or "\0" in take.name:
            raise RunError("no name for a file")
        partial = path.with_suffix(".partial")
        try:
            partial.write_text(self.text(take))
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return [Artifact(path=path, kind="text")]

    def text(self, take):
        return take.name


class LitteringExporter(Exporter):
    def export_take(self, take, folder):
        (folder / "notes.tmp").write_text("x")
        return super().export_take(take, folder)


class OneFileExporter(Exporter):
    def export_take(self, take, folder):
        return super().export_take(evolve(take, name="all"), folder)


class TrustingExporter(Exporter):
    def export_take(self, take, folder):
        path = Path(f"{folder}/{take.name}.txt".replace("\0", ""))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
        return [Artifact(path=path, kind="text")]


class LeavingExporter(Exporter):
    def export_take(self, take, folder):
        partial = folder / "left.partial"
        partial.write_text("x")
        path = folder / "whole.txt"
        partial.replace(path)
        return [Artifact(path=path, kind="text")]


class FickleExporter(Exporter):
    def text(self, take):
        return str(next(counter))


class TogetherExporter(Exporter):
    export_take = None

    def export_takes(self, takes, folder):
        return Exporter.export_take(self, evolve(takes[0], name="all"), folder)


class LitteringTogetherExporter(TogetherExporter):
    def export_takes(self, takes, folder):
        (folder / "notes.tmp").write_text("x")
        return super().export_takes(takes, folder)


class EagerCheckpointExporter(Part):
    def export_checkpoint(self, checkpoint, folder):
        (folder / "model.onnx").write_text("x")
        return []


class TrustingVerifier(Part):
    def verify(self, folder):
        return [Finding(file=path.name, ok=True, text="there") for path in folder.iterdir()]


CATCHES = [
    ("rater", "ratings-are-finite-numbers", NanRater, "notes is nan, no finite number"),
    ("rater", "rating-is-deterministic", FickleRater, "rates the same take"),
    ("rater", "names-are-the-same-for-every-take", MoodyRater, "measures ['bars_1'] of one take"),
    ("rater", "take-is-left-as-it-was", MeddlingRater, "changes the score"),
    ("arranger", "take-is-left-as-it-was", MeddlingArranger, "changes the score"),
    ("arranger", "result-is-a-playable-take", EmptyingArranger, "has no notes"),
    ("arranger", "request-stays-with-the-take", RenamingArranger, "changes the take's name"),
    ("arranger", "arranging-is-deterministic", FickleArranger, "gives other notes"),
    ("exporter", "artifacts-are-what-was-written", LitteringExporter, "left beside the artifacts: notes.tmp"),
    ("exporter", "artifacts-are-what-was-written", LitteringTogetherExporter, "left beside the artifacts: notes.tmp"),
    ("exporter", "files-bear-the-takes-name", OneFileExporter, "written to the same file"),
    ("exporter", "hostile-names-stay-inside", TrustingExporter, "lies outside the folder"),
    ("exporter", "failed-export-leaves-nothing", TrustingExporter, "toy.txt written in place"),
    ("exporter", "failed-export-leaves-nothing", LeavingExporter, "a failed export leaves left.partial"),
    ("exporter", "exports-are-deterministic", FickleExporter, "gives another toy.txt"),
    ("exporter", "missing-checkpoint-is-an-error", EagerCheckpointExporter, "raises no error"),
    ("exporter", "foreign-folder-is-not-verified", TrustingVerifier, "finds nothing wrong"),
]
SOUND = [("rater", Rater), ("arranger", Arranger), ("exporter", Exporter), ("exporter", TogetherExporter)]


@pytest.mark.parametrize(("kind", "check", "cls", "text"), CATCHES, ids=lambda value: getattr(value, "__name__", None))
def test_a_fault_is_caught(kind, check, cls, text, subject_of):
    result = outcome(subject_of(kind, cls), check, {})
    assert (result.status, text in result.text) == ("failed", True), result.text


@pytest.mark.parametrize(("kind", "cls"), SOUND, ids=lambda value: getattr(value, "__name__", value))
def test_a_sound_component_passes(kind, cls, subject_of):
    subject = subject_of(kind, cls)
    outcomes = [outcome(subject, check, {}) for check in checks_for(kind)]
    assert not [str(o) for o in outcomes if o.status == "failed"]


def test_every_check_has_a_fault_that_it_catches():
    wanted = {(kind, check) for kind, _ in SOUND for check in CHECKS[kind]}
    assert wanted - {(kind, check) for kind, check, _, _ in CATCHES} == set()
