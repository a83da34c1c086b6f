"""The work of one preparing process: load a piece, encode its profile, tokenize its score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from psychoscore_core.building import build
from psychoscore_core.component import Component
from psychoscore_core.errors import DataError
from psychoscore_core.profile import Profile
from psychoscore_core.records import Piece
from psychoscore_core.stages.encode import ProfileEncoder
from psychoscore_core.stages.prepared_data import Prepared, Skipped
from psychoscore_core.stages.tokenize import Tokenizer

Part = tuple[Component, Any]  # a component and its options: all that another process needs to build it
Task = tuple[str, str]  # dataset name in the config, key of the piece

_preparer: Preparer | None = None  # one per worker process: the pool's initialiser is the only way in


@frozen(kw_only=True)
class Recipe:
    """What every preparing process builds for itself."""

    encoder: Part
    tokenizer: Part
    tokenizer_folder: Path
    datasets: Mapping[str, Part]


class Preparer:
    """Builds the recipe once and prepares pieces with it."""

    def __init__(self, recipe: Recipe) -> None:
        self.encoder = build(*recipe.encoder)
        self.tokenizer = build(*recipe.tokenizer, prefix_tokens=self.encoder.prefix_tokens)
        self.tokenizer.load(recipe.tokenizer_folder)
        self.datasets = {name: build(*part) for name, part in recipe.datasets.items()}

    def prepare(self, tasks: Sequence[Task]) -> list[Prepared | Skipped]:
        return [item for task in tasks for item in self._piece(*task)]

    def _piece(self, dataset: str, key: str) -> Iterator[Prepared | Skipped]:
        try:
            for piece in self.datasets[dataset].load(key):
                yield tokenized(self.encoder, self.tokenizer, dataset, piece)
        except DataError as error:
            yield Skipped(id=key, dataset=dataset, reason=str(error))
        except Exception as error:  # one odd piece must not end the preparation of a whole corpus
            yield Skipped(id=key, dataset=dataset, reason=f"{type(error).__name__}: {error}")


def tokenized(encoder: ProfileEncoder, tokenizer: Tokenizer, dataset: str, piece: Piece) -> Prepared | Skipped:
    """Return a piece's token rows and what a model is told of it, or why it is left out."""
    condition = encoder.encode_piece(piece.profile, piece.attributes)
    encoded = tokenizer.encode(piece.score, condition.prefix)
    if not encoded.notes:
        return Skipped(id=piece.id, dataset=dataset, reason="no notes")
    bars = int(encoded.bars.max()) + 1
    measured = [[round(x, 4) for x in bar] for bar in encoder.measure(piece.score)[:bars]]
    measured += measured[-1:] * (bars - len(measured))  # tokenizers may round a last bar up
    record = {
        "id": piece.id,
        "dataset": dataset,
        "group": piece.group,
        "split": piece.split,
        "length": len(encoded.rows),
        "prefix": encoded.prefix_length,
        "notes": encoded.notes,
        "vector": [round(x, 6) for x in condition.vector] if _stated(piece.profile) else None,
        "bar_conditions": measured,
        "labels": dict(piece.labels),
    }
    return Prepared(record=record, rows=encoded.rows.astype("<i4").tobytes(), bars=encoded.bars.astype("<i4").tobytes())


def _stated(profile: Profile) -> bool:
    """Say whether a piece's profile speaks of any dimension; a corpus without such labels gives the neutral one."""
    return bool(profile.given) or profile != Profile()


def start_worker(recipe: Recipe) -> None:
    """Build the preparer of this worker process."""
    global _preparer  # noqa: PLW0603  # see above
    _preparer = Preparer(recipe)


def work(tasks: Sequence[Task]) -> list[Prepared | Skipped]:
    """Prepare a chunk in this worker process."""
    assert _preparer is not None
    return _preparer.prepare(tasks)
