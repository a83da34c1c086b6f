"""What a config becomes: a project with its slots filled, its training and its generation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from attrs import Attribute, field, frozen
from attrs.validators import ge, gt, le, optional

from psychoscore_core.component import Component
from psychoscore_core.errors import did_you_mean
from psychoscore_core.planning.options import MAX_BARS, PlanOptions, SceneOptions
from psychoscore_core.records import KEYS, MODES, Training

SLOTS: Mapping[str, str] = {  # key of psychoscore.json: kind of component
    "encoder": "encoder",
    "tokenizer": "tokenizer",
    "planner": "planner",
    "model": "model",
    "sampler": "sampler",
    "temperature": "temperature",
}
TABLES: Mapping[str, str] = {  # the same for keys that hold several
    "datasets": "dataset",
    "losses": "loss",
    "arrangers": "arranger",
    "raters": "rater",
    "exporters": "exporter",
}
NAME = r"[^\W_](?:[\w -]*\w)?"  # a folder on every platform, never an option or a way out
_TIME_SIGNATURE = re.compile(r"([1-9]|[12]\d|3[0-2])/(1|2|4|8|16)")
_SEED_MAX = 2**63 - 1

Validator = Callable[[Any, Any, Any], object]


@frozen
class OneOf:
    """A validator: the value is one of the options; the message proposes the nearest."""

    options: tuple[str, ...]

    def __call__(self, instance: object, attribute: object, value: object) -> None:
        if value not in self.options:
            shown = ", ".join(self.options)
            raise ValueError(f"must be one of {shown}, not {value!r:.60}{did_you_mean(str(value), self.options)}")


@frozen
class Named:
    """A validator: a name (or every key of a table) that can be the name of a folder on every platform."""

    pattern: str = NAME
    longest: int = 100

    def __call__(self, instance: object, attribute: object, value: object) -> None:
        for name in value if isinstance(value, Mapping) else (value,):
            if not isinstance(name, str) or len(name) > self.longest or not re.fullmatch(self.pattern, name):
                raise ValueError(
                    f"{name!r:.120} is no name: up to {self.longest} letters, digits, dashes, underscores and "
                    "spaces, beginning with a letter or digit and ending without a space or dash"
                )


def _time_signature(instance: object, attribute: Attribute[str], value: str) -> None:
    if not _TIME_SIGNATURE.fullmatch(value):
        raise ValueError(f"must be 1 to 32 beats over 1, 2, 4, 8 or 16, like '3/4', not {value!r:.60}")


def _optional(*validators: Validator) -> Any:
    return field(default=None, validator=optional(list(validators)))


@frozen(kw_only=True)
class Slot:
    """A filled slot: the component's name, its descriptor, and its options (an instance of `component.config`)."""

    use: str
    component: Component
    options: object


def _adds_up(instance: Generation, attribute: object, plan: PlanOptions) -> None:
    total = sum(section.bars for section in plan.sections)
    if plan.sections and instance.bars not in (None, total):
        raise ValueError(f"its sections have {total} bars together, but bars is {instance.bars}")


def _stands_alone(instance: Generation, attribute: object, scenes: tuple[SceneOptions, ...]) -> None:
    if not scenes:
        return
    if instance.profile is not None or instance.profiles:
        raise ValueError("cannot stand beside profile or profiles: its scenes name their own")
    if instance.plan.sections:
        raise ValueError("cannot stand beside plan.sections: its scenes are the sections")
    total = sum(scene.bars or 0 for scene in scenes)
    if total > MAX_BARS:
        raise ValueError(f"has {total} bars, of at most {MAX_BARS}")
    if instance.bars is not None and (any(scene.bars is None for scene in scenes) or instance.bars != total):
        raise ValueError(f"its scenes say how long it is, but bars is {instance.bars}")


@frozen(kw_only=True)
class Generation:
    """What to generate.

    profile: whose music: a path, a bundled profile's name, or a profile written in place.
    profiles: several minds by name, each written as `profile` is.
    bars: length of a take; 1 to 512; null is 32, or what the plan's sections or the timeline add up to.
    takes: how many per profile; 1 to 64.
    seed: of the first take; 0 or more.
    candidates: how many versions of each take are made, of which the best is kept; 1 to 50.
    prefer: the rating that the best one has most of: a rater of `raters` and its measurement, like
        "attributes.tension_fit"; unused with one candidate.
    key: one of C Db D Eb E F Gb G Ab A Bb B; null lets the profile decide.
    mode: one of the seven church modes (Ionian to Locrian); null lets the profile decide.
    tempo: quarter notes per minute, 10 to 400; null lets the profile decide.
    time_signature: like "4/4".
    plan: what is known of the piece beforehand: key, tempo, chords, sections, tension and other curves.
    timeline: states one after the other in one take, instead of `profile` or `profiles`.
    """

    profile: str | dict[str, Any] | None = None
    profiles: dict[str, str | dict[str, Any]] = field(factory=dict, validator=Named())
    bars: int | None = _optional(ge(1), le(MAX_BARS))
    takes: int = field(default=1, validator=[ge(1), le(64)])
    seed: int = field(default=0, validator=[ge(0), le(_SEED_MAX)])
    candidates: int = field(default=1, validator=[ge(1), le(50)])
    prefer: str = "attributes.tension_fit"
    key: str | None = _optional(OneOf(KEYS))
    mode: str | None = _optional(OneOf(MODES))
    tempo: float | None = _optional(ge(10), le(400))
    time_signature: str = field(default="4/4", validator=_time_signature)
    plan: PlanOptions = field(factory=PlanOptions, validator=_adds_up)
    timeline: tuple[SceneOptions, ...] = field(default=(), validator=_stands_alone)


@frozen(kw_only=True)
class Project:
    """A whole config, checked: every slot holds an installed component with valid options.

    Tables keep the order of the config: arrangers run in it.
    """

    name: str
    preset: str | None
    encoder: Slot
    tokenizer: Slot
    planner: Slot
    model: Slot
    sampler: Slot
    temperature: Slot
    datasets: Mapping[str, Slot]
    losses: Mapping[str, Slot]
    arrangers: Mapping[str, Slot]
    raters: Mapping[str, Slot]
    exporters: Mapping[str, Slot]
    training: Training
    generation: Generation


TRAINING_RANGES: Mapping[str, tuple[Validator, ...]] = {
    "steps": (ge(1),),
    "batch_size": (ge(1),),
    "accumulate": (ge(1),),
    "context": (ge(2),),
    "learning_rate": (gt(0),),
    "min_lr_ratio": (ge(0), le(1)),
    "warmup": (ge(0), le(1)),
    "weight_decay": (ge(0),),
    "clip": (gt(0),),
    "precision": (OneOf(("fp32", "bf16")),),
    "device": (OneOf(("auto", "cpu", "cuda")),),
    "condition_dropout": (ge(0), le(1)),
    "evaluate_every": (ge(1),),
    "evaluate_batches": (ge(1),),
    "save_every": (ge(1),),
    "patience": (ge(0),),
    "seed": (ge(0), le(_SEED_MAX)),
}

# The weakest layer. A loss, arranger or rater of it that is not installed is left out, and so is the exporter `report`;
# anything else is an error.
DEFAULTS: Mapping[str, Any] = {
    "name": "untitled",
    "encoder": {"use": "psychometric"},
    "tokenizer": {"use": "notes"},
    "planner": {"use": "harmony"},
    "model": {"use": "pianist"},
    "sampler": {"use": "constrained"},
    "temperature": {"use": "dynamic"},
    "losses": {"causal-lm": {}},
    "arrangers": {"performance": {}},
    "raters": {"attributes": {}, "statistics": {}},
    "exporters": {"midi": {}, "report": {}},
}
