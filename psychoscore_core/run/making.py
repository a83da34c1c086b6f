"""The making line of a run: profile, plan, takes, files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import asdict, evolve

from psychoscore_core.config.config_class import plain
from psychoscore_core.profile import Profile
from psychoscore_core.profile_json import profile_to_json
from psychoscore_core.records import Artifact, Take
from psychoscore_core.report import Report
from psychoscore_core.run.learning import Learning
from psychoscore_core.run.parts import Parts
from psychoscore_core.run.steps import Step
from psychoscore_core.stages.arrange import arrange
from psychoscore_core.stages.choose import best_of, candidates_of
from psychoscore_core.stages.encode import Asked, encode, read_profiles, read_scenes
from psychoscore_core.stages.export import export
from psychoscore_core.stages.plan import plan
from psychoscore_core.stages.rate import rate
from psychoscore_core.stages.sample import compose, draw
from psychoscore_core.stages.takes import Wanted, read_takes, with_ratings, write_takes
from psychoscore_core.whole_files import read_json, write_json


class Making:
    """Makes the making steps of a run; `results` gives the values of the steps before."""

    def __init__(self, parts: Parts, learning: Learning, results: Mapping[str, Any]) -> None:
        self.parts, self.learning, self.results = parts, learning, results

    def steps(self) -> tuple[Step, ...]:
        """Return the steps from encode to export."""
        return (self._encode(), self._plan(), self._sample(), self._arrange(), self._rate(), self._export())

    def _encode(self) -> Step:
        parts = self.parts
        generation = parts.project.generation
        profiles = read_profiles(generation, parts.folder, parts.project.name)
        scenes = read_scenes(generation, parts.folder)

        def run(folder: Path, report: Report) -> list[Asked]:
            return encode(parts.encoder, profiles, generation, scenes)

        described = {name: _content(profile) for name, profile in profiles.items()}
        facts = {
            "encoder": parts.identity("encoder"),
            "profiles": described,
            "scenes": [{**plain(asdict(scene, recurse=False)), "profile": _content(scene.profile)} for scene in scenes],
            # the content of profiles and scenes stands above
            "generation": plain(evolve(generation, profile=None, profiles={}, timeline=())),
        }
        return Step(name="encode", run=run, facts=facts)

    def _plan(self) -> Step:
        parts = self.parts

        def run(folder: Path, report: Report) -> list[Wanted]:
            return plan(self.results["encode"], parts.project.generation, parts.slot("planner"))

        return Step(name="plan", run=run, facts={"planner": parts.identity("planner")}, needs=("encode",))

    def _sample(self) -> Step:
        parts = self.parts

        def run(folder: Path, report: Report) -> list[Take]:
            count = len(self.results["plan"])
            report.remark(f"sampling {count} take{'s' if count > 1 else ''}")
            takes = self._takes(self.results["plan"])
            write_takes(takes, folder)
            return takes

        def load(folder: Path) -> list[Take]:
            return read_takes(self.results["plan"], folder)

        slots = ("model", "temperature") if parts.composes else ("model", "temperature", "sampler", "tokenizer")
        facts: dict[str, Any] = {name: parts.identity(name) for name in slots} | self.learning.checkpoint_facts()
        if parts.project.generation.candidates > 1:
            facts["raters"] = parts.identity("raters")
        return Step(name="sample", run=run, load=load, facts=facts, needs=("plan", "train"))

    def _takes(self, wanted: Sequence[Wanted]) -> list[Take]:
        """Return every take that is wanted, the best of its candidates."""
        generation = self.parts.project.generation
        if generation.candidates == 1:
            return self._drawn(wanted)
        candidates = candidates_of(wanted, generation.candidates)
        return best_of(self._drawn(candidates), wanted, self.parts.table("raters"), generation.prefer)

    def _drawn(self, wanted: Sequence[Wanted]) -> list[Take]:
        parts = self.parts
        scheduler = parts.slot("temperature")
        if parts.composes:
            return compose(parts.model, wanted, scheduler)
        self.learning.load_model()
        return draw(
            parts.model,
            wanted,
            scheduler,
            tokenizer=parts.tokenizer,
            encoder=parts.encoder,
            sampler=parts.slot("sampler"),
        )

    def _arrange(self) -> Step:
        def run(folder: Path, report: Report) -> list[Take]:
            arrangers = list(self.parts.table("arrangers").values())
            return arrange(arrangers, self.results["sample"])

        return Step(name="arrange", run=run, facts={"arrangers": self.parts.identity("arrangers")}, needs=("sample",))

    def _rate(self) -> Step:
        def run(folder: Path, report: Report) -> dict[str, dict[str, float]]:
            ratings = rate(self.parts.table("raters"), self.results["arrange"])
            write_json(folder / "ratings.json", ratings)
            return ratings

        def load(folder: Path) -> dict[str, dict[str, float]]:
            return dict(read_json(folder / "ratings.json") or {})

        return Step(
            name="rate", run=run, load=load, facts={"raters": self.parts.identity("raters")}, needs=("arrange",)
        )

    def _export(self) -> Step:
        def run(folder: Path, report: Report) -> list[Artifact]:
            takes = with_ratings(self.results["arrange"], self.results["rate"])
            exporters = self.parts.table("exporters")
            wanted = any(hasattr(exporter, "export_checkpoint") for exporter in exporters.values())
            artifacts = export(exporters, takes, self.learning.checkpoint() if wanted else None, folder)
            record = [
                {"path": str(a.path.relative_to(folder)), "kind": a.kind, "summary": a.summary} for a in artifacts
            ]
            write_json(folder / "artifacts.json", record)
            return artifacts

        def load(folder: Path) -> list[Artifact]:
            record = read_json(folder / "artifacts.json") or []
            return [Artifact(path=folder / a["path"], kind=a["kind"], summary=a["summary"]) for a in record]

        facts = {"exporters": self.parts.identity("exporters")}
        return Step(name="export", run=run, load=load, facts=facts, needs=("arrange", "rate", "train"), share=False)


def _content(profile: Profile) -> list[Any]:
    return [profile_to_json(profile), sorted(profile.given)]
