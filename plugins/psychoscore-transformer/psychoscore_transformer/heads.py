"""The heads of a row: each family is predicted from the hidden state and ids of families before it.

    hidden -- head 0 --> id 0
      | + table 0 [id 0], + part 1 -- head 1 --> id 1
      | + table 1 [id 1], + part 2 -- head 2 --> id 2 ...

In a chain the state goes on from family to family as a residual stream. With "type-first" every family but the first
goes on from hidden + table 0 [id 0], its own part alone between (compound words, Hsiao et al. 2021: the type is drawn
first). A part is RMSNorm -> Linear -> SiLU -> Linear. In training all rows of a family are computed at once from the
targets; in decoding a family waits for the ids that it depends on.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from psychoscore_transformer.norm import RMSNorm
from psychoscore_transformer.sizes import Sizes

TABLE_STD = 0.5  # the hidden states that ids are added to have a mean square of 1


class Part(nn.Module):
    """What one family adds to the state, and the norm before its head."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = RMSNorm(width), RMSNorm(width)
        self.up = nn.Linear(width, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, state: Tensor) -> Tensor:
        return state + self.out(functional.silu(self.up(self.norm1(state))))


class Chain(nn.Module):
    """Tables of the ids that other families depend on, and parts of all families but the first."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.chained = sizes.row_heads == "chain"
        self.tables = nn.ModuleList(nn.Embedding(size, sizes.width) for size in sizes.families[: sizes.heard])
        self.parts = nn.ModuleList(Part(sizes.width) for _ in sizes.families[1:])

    def reset(self) -> None:
        """Make the ids as loud as what they are added to."""
        for table in self.tables:
            nn.init.normal_(table.weight, std=TABLE_STD)

    def states(self, hidden: Tensor, ids: Tensor) -> list[Tensor]:
        """Return what the heads of families 0 to k read, (..., width) each, of ids (..., at least k); negatives are 0.

        k is the last family or, where ids has fewer columns, the first one that it does not hold.
        """
        found, state = [hidden], hidden
        for family in range(min(ids.shape[-1], len(self.parts))):
            if family < len(self.tables):
                state = state + self.tables[family](ids[..., family].clamp(min=0))
            given = self.parts[family](state)
            found.append(self.parts[family].norm2(given))
            state = given if self.chained else state
        return found
