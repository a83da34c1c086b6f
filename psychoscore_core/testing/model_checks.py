"""Checks of model backends: composers, and decoders on a toy vocabulary."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from psychoscore_core.errors import CheckpointError
from psychoscore_core.records import Stream
from psychoscore_core.stages.sample import Choice, DrawRule
from psychoscore_core.testing import toy
from psychoscore_core.testing.outcome import NotApplicable, require
from psychoscore_core.testing.subject import Subject

METERS = ((4, 4), (3, 4))
SIZE = toy.VOCABULARY.families[0].size
COLD = 1e-9  # a temperature at which the likeliest id is the only one
TOLERANCE = 1e-3  # of a logit: batching may change the order of float32 sums, not more


def composes_exactly_its_bars(subject: Subject) -> None:
    composer = subject.build_with("compose")
    for profile in toy.profiles():
        for bars, meter in ((1, METERS[0]), (7, METERS[0]), (32, METERS[0]), (4, METERS[1])):
            plan = toy.plan(profile, bars, meter)
            score = composer.compose(toy.condition(profile), plan, (1.0,) * bars, 1)
            end = max((onset + length for onset, _, length in toy.notes_of(score)), default=0)
            found = math.ceil(end / (meter[0] * 4 / meter[1]) - 1e-6)
            require(found == bars, f"gives {found} bars of {meter[0]}/{meter[1]} where {bars} are planned")


def composing_is_deterministic(subject: Subject) -> None:
    profile = toy.profiles()[1]
    given = (toy.condition(profile), toy.plan(profile, 8), (1.0,) * 8, 5)
    scores = [subject.build_with("compose").compose(*given) for _ in range(2)]
    require(toy.fingerprint(scores[0]) == toy.fingerprint(scores[1]), "the same arguments give another score")


def composed_notes_fit_midi(subject: Subject) -> None:
    composer = subject.build_with("compose")
    for profile in toy.profiles(8):
        score = composer.compose(toy.condition(profile), toy.plan(profile, 8), (1.0,) * 8, 3)
        for onset, pitch, duration in toy.notes_of(score):
            require(onset >= 0 and duration > 0 and 0 <= pitch <= 127, f"pitch {pitch} at {onset:g} for {duration:g}")


def logits_fit_the_families(subject: Subject) -> None:
    logits = _step(subject, [_stream(0), _stream(1)])
    sizes = [family.size for family in toy.VOCABULARY.families]
    require(len(logits) == len(sizes), f"step() gives logits for {len(logits)} families of {len(sizes)}")
    for item, size in zip(logits, sizes, strict=True):
        require(item.shape == (2, size), f"logits have shape {item.shape}, not (2, {size})")
    require(all(math.isfinite(number) for item in logits for number in item.ravel().tolist()), "a logit is not finite")


def streams_ignore_their_neighbours(subject: Subject) -> None:
    alone = _step(subject, [_stream(1)])[0][0]
    batched = _step(subject, [_stream(0, length=5), _stream(1), _stream(2, length=9)])[0][1]
    worst = float(abs(alone - batched).max())
    require(worst < TOLERANCE, f"a stream's logits differ by {worst:g} alone and in a batch")


def condition_may_be_dropped(subject: Subject) -> None:
    stream = _stream(0)
    dropped = Stream(rows=stream.rows, vector=None, bars=None)
    logits = _step(subject, [stream, dropped])
    require(logits[0].shape[0] == 2, "a stream without condition gets no logits (guidance needs them)")


def draws_follow_the_logits(subject: Subject) -> None:
    step = _drawing_step(subject)
    logits = _table(step[0], 2).tolist()
    for allowed in ({3, 5, 9}, {0, SIZE - 1}, set(range(SIZE)), {7}):
        likeliest = [max(allowed, key=row.__getitem__) for row in logits]
        found = _drawn(step, allowed, temperature=COLD)
        require(found == likeliest, f"draws {found} of {sorted(allowed)} where {likeliest} are by far the likeliest")
    found = _drawn(step, set(range(SIZE)), weights=[1e9 * (token == 6) for token in range(SIZE)])
    require(found == [6, 6], f"draws {found} where the weights leave 6 alone")
    found = _drawn(step, {4, 6}, costs={4: 1e9})
    require(found == [6, 6], f"draws {found} of [4, 6] where 4 costs everything")


def draws_follow_the_random_numbers(subject: Subject) -> None:
    step, anything = _drawing_step(subject), set(range(SIZE))
    first, again, other = ([_drawn(step, anything, seed=seed + n) for n in range(20)] for seed in (0, 0, 20))
    require(first == again, "the same random numbers draw other ids")
    require(first != other, "other random numbers draw the same ids")


def context_is_a_length(subject: Subject) -> None:
    context = _decoder(subject).context
    require(isinstance(context, int) and context >= 0, f"context is {context!r}, not a number of rows")


def empty_folder_is_a_checkpoint_error(subject: Subject) -> None:
    backend = subject.build_with("load")
    with tempfile.TemporaryDirectory() as folder:
        try:
            backend.load(Path(folder))
        except CheckpointError:
            return
    raise AssertionError("load() of an empty folder raises no CheckpointError")


def hidden_size_is_a_width(subject: Subject) -> None:
    try:
        size = subject.build_with("hidden_size").hidden_size()
    except CheckpointError as error:  # one that stands on another model has no size without it
        raise NotApplicable(f"wants a model to stand on: {error}") from None
    require(isinstance(size, int) and size > 0, f"hidden_size() gives {size!r}")


def _decoder(subject: Subject) -> Any:
    return subject.build_with("step")


def _stream(seed: int, length: int = 7) -> Stream:
    """Return a prompt of so many rows with its conditions, always the same for one seed."""
    import numpy as np

    rng = np.random.default_rng(seed)
    notes = rng.integers(toy.FIRST_NOTE, toy.FIRST_NOTE + toy.NOTES, size=(length - 3, 1))
    rows = np.concatenate([[[toy.BOS], [toy.SEP], [toy.BAR]], notes]).astype(np.int32)
    profile = toy.profiles(seed + 1)[seed]
    return Stream(rows=rows, vector=profile.to_vector(), bars=((0.2, 0.4), (0.8, 0.6)))


def _step(subject: Subject, streams: list[Stream]) -> list[Any]:
    """Return the logits after the last row of every prompt, as arrays (batch, family size)."""
    return [_table(item, len(streams)) for item in _raw_step(subject, streams)]


def _raw_step(subject: Subject, streams: list[Stream]) -> Any:
    import numpy as np

    decoder = _decoder(subject)
    try:
        state = decoder.start(streams)
    except CheckpointError as error:
        raise NotApplicable(f"wants a trained checkpoint: {error}") from error
    rows = np.stack([stream.rows[-1] for stream in streams])
    return decoder.step(state, rows, np.zeros(len(streams), dtype=np.int32))


def _table(item: Any, streams: int) -> Any:
    import numpy as np

    return np.asarray(item(np.zeros((streams, 0), dtype=np.int32)) if callable(item) else item)


def _drawing_step(subject: Subject) -> Any:
    step = _raw_step(subject, [_stream(0), _stream(1)])
    if not hasattr(step, "draw"):
        raise NotApplicable("its steps draw nothing: the sampler does")
    return step


def _drawn(
    step: Any,
    allowed: set[int],
    *,
    temperature: float = 5.0,
    seed: int = 0,
    weights: list[float] | None = None,
    costs: dict[int, float] | None = None,
) -> list[int]:
    """Return the ids that a step draws for two streams, where these ids are allowed."""
    import numpy as np

    mask = np.array([token in allowed for token in range(SIZE)])
    weighed = None if weights is None else np.array(weights)
    choices = [Choice(mask, temperature, np.random.default_rng(seed), weighed, costs or {}) for _ in range(2)]
    return [int(token) for token in step.draw(0, np.zeros((2, 1), np.int64), choices, DrawRule())]


CHECKS: MappingProxyType[str, Callable[[Subject], None]] = MappingProxyType(
    {
        "composes-exactly-its-bars": composes_exactly_its_bars,
        "composing-is-deterministic": composing_is_deterministic,
        "composed-notes-fit-midi": composed_notes_fit_midi,
        "logits-fit-the-families": logits_fit_the_families,
        "streams-ignore-their-neighbours": streams_ignore_their_neighbours,
        "condition-may-be-dropped": condition_may_be_dropped,
        "draws-follow-the-logits": draws_follow_the_logits,
        "draws-follow-the-random-numbers": draws_follow_the_random_numbers,
        "context-is-a-length": context_is_a_length,
        "empty-folder-is-a-checkpoint-error": empty_folder_is_a_checkpoint_error,
        "hidden-size-is-a-width": hidden_size_is_a_width,
    }
)
