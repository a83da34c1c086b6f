"""The model: a committee of two kernel regressions and, where it hears loudness, gradient-boosted trees.

    measures ---- gaussian kernel + overlap of patterns -> ridge \\
    patterns ---- overlap ------------------------------> ridge  -> mean of (4 quadrants, valence, arousal) -> 4 shares
    measures ---- trees for valence, trees for arousal --------- /
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define

from psychoscore_judge.kernel_ridge import KernelRidge, gaussian
from psychoscore_judge.scaling import Scaling

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier as Trees
else:
    Trees = Any

VALENCE, AROUSAL = 4, 5  # columns of the targets and outputs after the four quadrants
HIGH_VALENCE, HIGH_AROUSAL = [0, 3], [0, 1]  # quadrants 1 and 4, quadrants 1 and 2
WIDTH, PATTERNS = 0.3, 0.6  # of the gaussian kernel, and what the overlap of patterns weighs beside it
PENALTY = 2.0
ROUNDS, LEAVES, RATE, SHARE, SHRINK = 200, 4, 0.08, 0.1, 5.0  # of the trees


@define(frozen=True, eq=False)
class Committee:
    """Fitted members. rows: the examples' measures on the scale (examples, measures)."""

    scaling: Scaling
    rows: np.ndarray
    both: KernelRidge
    patterns: KernelRidge
    trees: tuple[Trees, ...]

    @classmethod
    def fit(cls, measures: np.ndarray, overlap: np.ndarray, quadrants: np.ndarray, trees: bool) -> Committee:
        """Return a committee fitted on examples.

        measures: (examples, measures). overlap: of their patterns, 0 to 1 (examples, examples). quadrants: 1 to 4.
        """
        goals, scaling = targets(quadrants), Scaling.of(measures)
        rows = scaling(measures)
        return cls(
            scaling,
            rows,
            KernelRidge.fit(gaussian(rows, rows, WIDTH) + PATTERNS * overlap, goals, PENALTY),
            KernelRidge.fit(overlap, goals, PENALTY),
            tuple(_trees(measures, goals[:, axis]) for axis in (VALENCE, AROUSAL)) if trees else (),
        )

    def shares(self, measures: np.ndarray, overlap: np.ndarray) -> np.ndarray:
        """Return the share of each quadrant (n, 4), rows sum to 1; overlap: with the examples (n, examples)."""
        outputs = [self.both(gaussian(self.scaling(measures), self.rows, WIDTH) + PATTERNS * overlap)]
        outputs.append(self.patterns(overlap))
        if self.trees:
            axes = np.stack([tree.predict_proba(measures)[:, 1] for tree in self.trees], axis=1)
            outputs.append(np.concatenate([crossed(axes), axes], axis=1))
        outputs = np.mean(outputs, axis=0)
        found = outputs[:, :4].clip(1e-3) + crossed(outputs[:, 4:])
        return found / found.sum(axis=1, keepdims=True)


def targets(quadrants: np.ndarray) -> np.ndarray:
    """Return what is learnt of quadrants 1 to 4 (n,): each quadrant, valence and arousal, 0 or 1 (n, 6)."""
    each = np.eye(4)[quadrants - 1]
    axes = [each[:, HIGH_VALENCE].sum(axis=1), each[:, HIGH_AROUSAL].sum(axis=1)]
    return np.concatenate([each, np.stack(axes, axis=1)], axis=1)


def crossed(axes: np.ndarray) -> np.ndarray:
    """Return the shares of the quadrants (n, 4) where valence and arousal (n, 2) say nothing of each other."""
    valence, arousal = axes.clip(1e-3, 1 - 1e-3).T
    parts = [valence * arousal, (1 - valence) * arousal, (1 - valence) * (1 - arousal), valence * (1 - arousal)]
    return np.stack(parts, axis=1)


def sharpened(shares: np.ndarray, power: float) -> np.ndarray:
    """Return shares (n, 4) raised to a power and brought back to a sum of 1: the sharper, the larger the power."""
    raised = shares**power
    return raised / raised.sum(axis=1, keepdims=True)


def _trees(measures: np.ndarray, goals: np.ndarray) -> Trees:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=ROUNDS,
        max_leaf_nodes=LEAVES,
        learning_rate=RATE,
        max_features=SHARE,
        l2_regularization=SHRINK,
        early_stopping=False,
        random_state=0,
    )
    return model.fit(measures, goals)
