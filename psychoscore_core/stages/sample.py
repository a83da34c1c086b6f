"""Sample: a plan becomes takes, through a composer or through one decode loop over any decoder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from attrs import frozen

from psychoscore_core.profile import Profile
from psychoscore_core.records import Condition, Plan, Stream, Take
from psychoscore_core.stages.encode import ProfileEncoder
from psychoscore_core.stages.takes import Wanted, dressed
from psychoscore_core.stages.tokenize import Grammar, Tokenizer

if TYPE_CHECKING:
    import numpy as np
    from symusic.core import ScoreTick as Score
else:
    np = Score = Any


class TemperatureScheduler(Protocol):
    """What a temperature scheduler is; built as `Class(config)`."""

    def temperatures(self, profile: Profile, bars: int) -> Sequence[float]:
        """Return one sampling temperature per bar, each above 0."""


class Composer(Protocol):
    """A backend that writes scores itself, without tokens; built as `Class(config)`."""

    def compose(self, condition: Condition, plan: Plan, temperatures: Sequence[float], seed: int) -> Score:
        """Return a score of exactly `len(plan.bars)` bars; the same arguments give the same score."""


class Decoder(Protocol):
    """A backend that predicts token rows; built as `Class(config, vocabulary=..., space=...)`, then loaded.

    Optional: `keep(state, indices) -> state` drops streams that have finished; `extend(state, rows, bars)` reads
    many rows (batch, time, families) at once where a full context slides. A backend that cannot be trained may have a
    config with `checkpoint`, a folder to load(), or with `weights`, the checkpoint that it comes with, for exporters.
    """

    def start(self, streams: Sequence[Stream]) -> Any:
        """Read the prompts of a batch but for their last row and return the state that step() goes on from."""

    def step(
        self, state: Any, rows: np.ndarray, bars: np.ndarray
    ) -> Sequence[np.ndarray | Callable[..., np.ndarray]] | DrawingStep:
        """Read one more row (batch, families) that lies in the given bars (batch,); return logits per family.

        An item is an array (batch, family size), or a callable that takes the ids already drawn for this row
        (batch, k) and returns one, where a family depends on those before it. Updates the state in place.

        What is returned may be a `DrawingStep`, which draws ids where the logits are.
        """

    context: int  # rows that the state can hold, prompt included; 0 = unlimited


class Choice(NamedTuple):
    """What one stream may take of a family, and how.

    allowed: (family size,) bool, at least one True. temperature: above 0. random: what a draw takes one number from,
    where more than one id is allowed. weights: (family size,) float64, added to logits / temperature; None = none.
    costs: nats that ids lose before that.
    """

    allowed: np.ndarray
    temperature: float
    random: np.random.Generator
    weights: np.ndarray | None = None
    costs: Mapping[int, float] = MappingProxyType({})


@frozen(kw_only=True)
class DrawRule:
    """How a family is drawn in every stream of a batch: in this order guidance, top-k, min-p and top-p.

    ghosts: 0, 1 or 2 for each stream, behind all streams of the batch: first those without condition, then those with
    the profile alone. guidance, plan_guidance: how far the streams are led away from them. top_k, min_p, top_p: 0, 0
    and 1 leave all.
    """

    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    ghosts: int = 0
    guidance: float = 1.0
    plan_guidance: float = 1.0


class DrawingStep(Protocol):
    """What a decoder's step() may return, beside the logits per family that it holds in the places of a list."""

    def draw(self, family: int, rows: np.ndarray, choices: Sequence[Choice | None], rule: DrawRule) -> Sequence[int]:
        """Return an id of a family for each stream, given rows (streams, families) whose ids before it are drawn.

        The ids are those that `psychoscore_sampler.draw.chosen` gives for the same logits and random numbers, except
        where rounding decides. A choice of None draws nothing and gives anything. Raises ValueError where `allowed` is
        of another size than the family.
        """

    def __getitem__(self, family: int) -> np.ndarray | Callable[..., np.ndarray]:
        """Return the logits of a family, as Decoder.step() says."""

    def __len__(self) -> int:
        """Return the number of families."""


@frozen(kw_only=True)
class Request:
    """One stream that the sampler is to draw; with a plan, it steers by it as far as the grammar's meanings allow.

    families: names of the row's families, for samplers that treat them differently; may be left out.
    """

    stream: Stream
    grammar: Grammar
    temperatures: tuple[float, ...]
    seed: int
    plan: Plan | None = None
    families: tuple[str, ...] = ()


class Sampler(Protocol):
    """What a sampler is; built as `Class(config)`."""

    def sample(self, decoder: Decoder, requests: Sequence[Request]) -> list[np.ndarray]:
        """Return the drawn rows (time, families) of each request, prompt excluded; every grammar is finished."""

    def stream(self, decoder: Decoder, requests: Sequence[Request]) -> Iterator[tuple[int, np.ndarray]]:
        """Yield (index of the request, rows of one finished bar) as soon as a bar is complete."""


def compose(composer: Composer, wanted: Sequence[Wanted], scheduler: TemperatureScheduler) -> list[Take]:
    """Let a composing backend write every take."""
    return [_take(w, composer.compose(w.condition, w.plan, _temperatures(scheduler, w), w.seed)) for w in wanted]


def draw(
    decoder: Decoder,
    wanted: Sequence[Wanted],
    scheduler: TemperatureScheduler,
    *,
    tokenizer: Tokenizer,
    encoder: ProfileEncoder,
    sampler: Sampler,
) -> list[Take]:
    """Draw every take's token rows from a decoder and decode them; the sampler batches."""
    families = tuple(family.name for family in tokenizer.vocabulary.families)
    requests = [
        Request(
            stream=Stream(
                rows=tokenizer.prompt(w.condition.prefix), vector=w.condition.vector, bars=encoder.encode_plan(w.plan)
            ),
            grammar=tokenizer.grammar(len(w.plan.bars), w.plan),
            temperatures=_temperatures(scheduler, w),
            seed=w.seed,
            plan=w.plan,
            families=families,
        )
        for w in wanted
    ]
    rows = sampler.sample(decoder, requests)
    return [
        _take(w, dressed(_ended(_decoded(tokenizer, drawn, w.plan), w.plan), w.plan))
        for w, drawn in zip(wanted, rows, strict=True)
    ]


def _decoded(tokenizer: Tokenizer, rows: np.ndarray, plan: Plan) -> Score:
    own: Callable[[np.ndarray, Plan], Score] | None = getattr(tokenizer, "decode_for", None)
    return tokenizer.decode(rows) if own is None else own(rows, plan)


def _ended(score: Score, plan: Plan) -> Score:
    """Cut, in place, whatever sounds past the plan's last bar line: a piece of 16 bars is over after 16 bars."""
    beats, unit = plan.time_signature
    end = len(plan.bars) * beats * 4 * score.tpq // unit
    for track in score.tracks:
        for note in track.notes:
            if note.end > end:
                note.duration = max(1, end - note.time)
    return score


def _temperatures(scheduler: TemperatureScheduler, wanted: Wanted) -> tuple[float, ...]:
    return tuple(scheduler.temperatures(wanted.condition.profile, len(wanted.plan.bars)))


def _take(wanted: Wanted, score: Score) -> Take:
    return Take(name=wanted.name, score=score, condition=wanted.condition, plan=wanted.plan, seed=wanted.seed)
