"""The model backend `compound-word`: the transformer with the words' own embeddings and the type drawn first."""

from __future__ import annotations

from attrs import evolve

from psychoscore_compound_word.plugin import CompoundWordModelConfig
from psychoscore_core.records import ConditionSpace, Vocabulary
from psychoscore_transformer.backend import TransformerBackend
from psychoscore_transformer.sizes import Sizes

# Shares of the model's width that the published model's embeddings have; a family of another name has a quarter.
SHARES = {"type": 1 / 16, "bar-beat": 1 / 8, "tempo": 1 / 4, "chord": 1 / 2, "pitch": 1.0}
NARROWEST = 8


class CompoundWordBackend(TransformerBackend):
    """Satisfies `TrainableBackend` and `Decoder`; the first family of the vocabulary is the type."""

    config: CompoundWordModelConfig

    def __init__(self, config: CompoundWordModelConfig, vocabulary: Vocabulary, space: ConditionSpace) -> None:
        super().__init__(config, vocabulary, space)

    def sizes(self, families: tuple[int, ...]) -> Sizes:
        """Return the sizes of the model that the config asks for with these token families."""
        plain = super().sizes(families)
        names = [family.name for family in self.vocabulary.families]
        widths = tuple(max(NARROWEST, int(plain.width * SHARES.get(name, 1 / 4))) for name in names)
        return evolve(plain, row_heads="type-first", widths=widths)
