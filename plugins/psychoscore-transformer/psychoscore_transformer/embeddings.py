"""The embeddings of a model's families: of its own width, or narrower ones that a projection joins.

Joining embeddings of several widths and projecting the whole (compound words, Hsiao et al. 2021) is a sum: of each
family's embedding times its own part of the projection. So each family keeps a table and a projection, its head is tied
to their product, and a model that only plays has the products in the tables' place (checkpoint.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn
from torch.nn import functional

from psychoscore_transformer.sizes import Sizes


class Joined(nn.Module):
    """A narrow embedding and its projection to the model's width."""

    def __init__(self, size: int, narrow: int, width: int) -> None:
        super().__init__()
        self.table = nn.Embedding(size, narrow)
        self.projection = nn.Linear(narrow, width, bias=False)

    @property
    def weight(self) -> Tensor:
        """Return the embeddings (size, width), which the family's head is tied to."""
        return functional.linear(self.table.weight, self.projection.weight)

    def forward(self, ids: Tensor) -> Tensor:
        return functional.embedding(ids, self.weight)


def embeddings_of(sizes: Sizes) -> Iterator[nn.Module]:
    """Yield the embedding of each family."""
    for family, size in enumerate(sizes.families):
        if sizes.widths:
            yield Joined(size, sizes.widths[family], sizes.width)
        else:
            yield nn.Embedding(size, sizes.width)


def reset_embedding(embedding: nn.Module) -> None:
    """Draw a joined embedding's weights, so that their product is as large as a plain one's; leave a plain one."""
    if isinstance(embedding, Joined):
        width, narrow = embedding.projection.weight.shape
        for part in (embedding.table, embedding.projection):
            nn.init.normal_(part.weight, std=(0.25 / (width * narrow)) ** 0.25)
