"""The whole evaluation: takes once, every part that was asked for, and the record of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from attrs import field, frozen

from psychoscore_core.config.explain import Resolved
from psychoscore_core.config.layers import load_project
from psychoscore_core.errors import RunError
from psychoscore_core.plugins import Plugins
from psychoscore_core.profile import Profile
from psychoscore_core.records import Take
from psychoscore_core.report import Report
from psychoscore_core.run.versions import versions
from psychoscore_evaluation import emotion, interpolation, sweep
from psychoscore_evaluation.comparing import compare, runs_of
from psychoscore_evaluation.control import Control, control, random_profiles
from psychoscore_evaluation.likelihood import likelihood
from psychoscore_evaluation.originality import MAX_NOTES
from psychoscore_evaluation.pipeline import Pipeline
from psychoscore_evaluation.real import MOST_PIECES, RealMusic, music_in_folder, split_of_datasets
from psychoscore_evaluation.settings import Settings

RULES = "rules"  # the backend that every other one is set beside


@frozen(kw_only=True, eq=False)
class Evaluated:
    """What came of it. record: evaluation.json. control: with its tables, for the pictures. takes: of all profiles."""

    record: Mapping[str, Any]
    control: Control | None = None
    moves: sweep.Moves | None = None
    takes: Sequence[Take] = field(factory=tuple)


class Evaluation:
    """An evaluation of one project; every part makes the takes that it needs, once."""

    def __init__(
        self,
        resolved: Resolved,
        folder: Path,
        plugins: Plugins,
        settings: Settings,
        report: Report,
        sets: Sequence[str] = (),
    ) -> None:
        self.resolved, self.folder, self.plugins = resolved, folder, plugins
        self.settings, self.report, self.sets = settings, report, tuple(sets)
        self.seed = resolved.project.generation.seed
        self.pipeline = Pipeline(resolved, folder, report)
        self._heard: list[Take] = []

    def evaluate(self) -> Evaluated:
        """Return every part that the settings name; a part that lacks what it needs says so instead of figures."""
        parts = self.settings.parts
        self._gather()
        found = control(self.takes, self.settings.seeds, self.seed) if "control" in parts else None
        moves = self._moves() if "sweep" in parts else None
        record: dict[str, Any] = {"about": self._about()}
        if found:
            record["control"] = found.json()
        if moves:
            record["sweep"] = sweep.summary(moves, self._sweep_seeds)
        for name, part in (
            ("interpolation", self._interpolation),
            ("emotion", self._emotion),
            ("music", self._music),
            ("likelihood", self._likelihood),
            ("originality", self._originality),
        ):
            if name in parts:
                record[name] = part()
        shown = self.takes if "takes" in vars(self) else self._heard  # none are made only to be shown
        return Evaluated(record=record, control=found, moves=moves, takes=shown)

    def _gather(self) -> None:
        """Get what lies outside of the project before any take is made: what is wrong there is said at once."""
        parts = self.settings.parts
        _ = "emotion" in parts and self.judge
        _ = {"music", "likelihood", "originality"} & set(parts) and self.real
        _ = "originality" in parts and self.seen

    @cached_property
    def judge(self) -> emotion.Judge | None:
        """The judge of emotion, None where no path to EMOPIA is given."""
        return _judge(self.settings.emopia, self.report) if self.settings.emopia else None

    @cached_property
    def seen(self) -> RealMusic | None:
        """The training music: the folder that was named, or the training split of the project's datasets."""
        most = MAX_NOTES // 50  # pieces; the corpus itself counts the notes
        if self.settings.train:
            return music_in_folder(self.settings.train, self.report, most, self.seed)
        return split_of_datasets(self.pipeline.parts.datasets, False, self.report, most, self.seed)

    @cached_property
    def profiles(self) -> Mapping[str, Profile]:
        return random_profiles(self.settings.profiles, self.seed)

    @cached_property
    def takes(self) -> list[Take]:
        """The takes of all random profiles."""
        return self.pipeline.takes(self.profiles, self.settings.seeds)

    @cached_property
    def real(self) -> RealMusic | None:
        """Held-out music: the folder that was named, or what the project's datasets hold out."""
        if self.settings.real:
            return music_in_folder(self.settings.real, self.report, MOST_PIECES, self.seed)
        return split_of_datasets(self.pipeline.parts.datasets, True, self.report, MOST_PIECES, self.seed)

    def _about(self) -> dict[str, Any]:
        project, settings = self.resolved.project, self.settings
        return {
            "project": project.name,
            "model": project.model.use,
            "config": {k: self.resolved.data[k] for k in ("encoder", "tokenizer", "model", "sampler", "temperature")},
            "bars": settings.bars,
            "profiles": settings.profiles,
            "seeds": settings.seeds,
            "seed": self.seed,
            "interval": "95%",
            "command": settings.command,
            "versions": versions(self.plugins),
        }

    @property
    def _sweep_seeds(self) -> int:
        return max(sweep.SEEDS, self.settings.seeds)

    def _moves(self) -> sweep.Moves:
        takes = self.pipeline.takes(sweep.sweep_profiles(), self._sweep_seeds, label="sweep")
        return sweep.sweep(takes, self._sweep_seeds)

    def _interpolation(self) -> dict[str, Any]:
        pairs, seeds = interpolation.pairs(self.seed), max(interpolation.SEEDS, self.settings.seeds)
        takes = self.pipeline.takes(interpolation.path_profiles(pairs), seeds, label="paths")
        return interpolation.summary(pairs, interpolation.courses(pairs, takes, seeds), seeds)

    def _emotion(self) -> dict[str, Any]:
        found: dict[str, Any] = {"skipped": "no judge of quadrants and arousal: name EMOPIA's folder with --emopia"}
        if self.judge is not None:
            takes = emotion.quadrant_takes(self.pipeline, self.settings.profiles, self.seed)
            self._heard = [take for several in takes.values() for take in several]
            found = emotion.recognised(self.judge, takes)
        calm, tense = (self._variant(f"generation.plan.tension={t}") for t in (emotion.CALM, emotion.TENSE))
        return found | {"tension": emotion.at_tensions(calm, tense, self.seed, self.judge)}

    def _music(self) -> dict[str, Any]:
        rules = None if self.resolved.project.model.use == RULES else self._by_rules()
        return compare(self.takes, self.settings.seeds, rules, self.real, self.settings.bars, self.seed)

    def _by_rules(self) -> list[Take]:
        """Return one take of each profile by the rules backend, everything else being the project's."""
        return self._variant("model=rules").takes(self.profiles, 1, label=RULES)

    def _variant(self, *sets: str) -> Pipeline:
        """Return the project's pipeline with a few keys set otherwise."""
        preset, sets = self.resolved.project.preset, (*self.sets, *sets)
        resolved = load_project(self.folder, self.plugins, preset=preset, sets=sets, required=False)
        return Pipeline(resolved, self.folder, self.report)

    def _likelihood(self) -> dict[str, Any]:
        model = self.resolved.project.model.use
        if not hasattr(self.pipeline.parts.model_class, "evaluate"):
            return {"skipped": f"the model {model} gives no likelihoods"}
        if self.real is None:
            return {"skipped": "no held-out music: name its folder with --real, or a dataset in the project"}
        self.pipeline.load()
        return likelihood(self.pipeline.parts, self.real, self.report, self.seed)

    def _originality(self) -> dict[str, Any]:
        if self.seen is None:
            return {"skipped": "no training music: name its folder with --train, or a dataset in the project"}
        return runs_of(self.takes, self.settings.seeds, self.seen, self.real, self.settings.bars, self.seed)


def _judge(path: Path, report: Report) -> emotion.Judge:
    """Return the judge, fitted or from its cache; raises RunError where its distribution is not installed."""
    try:
        from psychoscore_judge.judge import Judge
    except ModuleNotFoundError:
        raise RunError("emotion: the judge is not installed: pip install psychoscore-judge") from None
    judge: emotion.Judge = Judge.fit(path, report=report)
    return judge
