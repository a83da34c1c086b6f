"""Random streams of token rows: through a grammar, and past it."""

from __future__ import annotations

import random
from typing import Any

from psychoscore_core.records import Vocabulary
from psychoscore_core.testing.outcome import require

MOST_ROWS = 20_000


def random_walk(grammar: Any, vocabulary: Vocabulary, seed: int) -> Any:
    """Return the rows (time, families) of a walk that picks any allowed token until the grammar is finished."""
    import numpy as np

    rng = random.Random(seed)
    rows: list[list[int]] = []
    while not grammar.finished:
        row: list[int] = []
        for index, family in enumerate(vocabulary.families):
            allowed = np.flatnonzero(grammar.mask(index, tuple(row)))
            require(len(allowed), f"after {len(rows)} rows the grammar allows no {family.name}")
            row.append(int(rng.choice(allowed)))
        grammar.push(row)
        rows.append(row)
        require(len(rows) < MOST_ROWS, f"a random walk has not ended after {MOST_ROWS} rows")
    return np.asarray(rows, dtype=np.int32)


def random_rows(vocabulary: Vocabulary, count: int, seed: int) -> Any:
    """Return rows (count, families) of ids drawn without regard to any grammar."""
    import numpy as np

    rng = np.random.default_rng(seed)
    sizes = [family.size for family in vocabulary.families]
    return rng.integers(0, sizes, size=(count, len(sizes))).astype(np.int32)
