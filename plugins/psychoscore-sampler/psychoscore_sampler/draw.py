"""Draws one token from logits: guidance, costs, weights, temperature, top-k, min-p and top-p, in this order.

Decoders that draw themselves (`psychoscore_core.stages.sample.DrawingStep`) give what these functions give.
"""

from __future__ import annotations

import math

import numpy as np

from psychoscore_core.stages.sample import Choice, DrawRule

HUGE = 1e30  # what an infinite logit counts as


def chosen(choice: Choice, logits: np.ndarray, rule: DrawRule) -> int:
    """Return an id drawn from the logits (1 to 3, family size) of a stream and its ghosts."""
    ids = np.flatnonzero(choice.allowed)
    if ids.size == 1:
        return int(ids[0])
    scores = guided(logits[:, ids].astype(np.float64), rule)
    for token, cost in choice.costs.items():
        place = int(np.searchsorted(ids, token))
        if place < ids.size and ids[place] == token:
            scores[place] -= cost
    weights = None if choice.weights is None else choice.weights[ids]
    if weights is not None and weights.max() > -math.inf:  # what no allowed token satisfies is not asked for
        scores += choice.temperature * weights
    return int(ids[draw(scores, choice.temperature, rule, choice.random)])


def guided(logits: np.ndarray, rule: DrawRule) -> np.ndarray:
    """Return the logits (tokens,) of classifier-free guidance from those of a stream and its ghosts (1 to 3, tokens).

    c with all conditions, u without any, p with the profile's only: u + g (c - u) with u alone (Ho and Salimans 2022),
    u + g (p - u) + h (c - p) with both (Brooks et al. 2023), where h is the plan's guidance; c where u is not finite.
    """
    if len(logits) == 1:
        return logits[0]
    conditional, unconditional = logits[:2]
    if len(logits) == 2:
        mixed = unconditional + rule.guidance * (conditional - unconditional)
        return np.where(np.isfinite(unconditional), mixed, conditional)
    mixed = unconditional + rule.guidance * (logits[2] - unconditional)
    mixed += rule.plan_guidance * (conditional - logits[2])
    return np.where(np.isfinite(mixed), mixed, conditional)


def draw(scores: np.ndarray, temperature: float, rule: DrawRule, rng: np.random.Generator) -> int:
    """Return an index into `scores`, the float64 logits of the allowed tokens (tokens,).

    NaN counts as impossible. Where no token is possible, all are equally likely. Tokens that tie with the last one
    that top-k or top-p keeps are kept with it.
    """
    if scores.size == 1:
        return 0
    top = scores.max()
    if not np.isfinite(top):
        scores = np.nan_to_num(scores, nan=-np.inf, posinf=HUGE, neginf=-np.inf)
        top = scores.max()
    if top == -np.inf:
        return int(rng.integers(scores.size))
    weights = np.exp((scores - top) / temperature)
    kept = _kept(weights, rule)
    chances = np.cumsum(weights if kept is None else weights[kept])
    place = min(int(np.searchsorted(chances, rng.random() * chances[-1], side="right")), chances.size - 1)
    return place if kept is None else int(kept[place])


def _kept(weights: np.ndarray, rule: DrawRule) -> np.ndarray | None:
    """Return the indices that top-k, min-p and top-p leave, or None for all; the largest weight is 1."""
    floor, kept = rule.min_p, None
    if 0 < rule.top_k < weights.size:
        floor = max(floor, float(np.partition(weights, -rule.top_k)[-rule.top_k]))
    if floor > 0:
        kept = np.flatnonzero(weights >= floor)
        weights = weights[kept]
    if rule.top_p < 1:
        nucleus = _nucleus(weights, rule.top_p)
        kept = nucleus if kept is None else kept[nucleus]
    return kept


def _nucleus(weights: np.ndarray, mass: float) -> np.ndarray:
    """Return the indices of the fewest largest weights that reach this share of the sum (Holtzman et al. 2020)."""
    total = weights.sum()
    # All weights below this one add up to less than (1 - mass) of the sum: they need not be sorted.
    ids = np.flatnonzero(weights >= (1 - mass) * total / weights.size)
    large = weights[ids]
    falling = np.sort(large)[::-1]
    last = min(int(np.searchsorted(np.cumsum(falling), mass * total)), falling.size - 1)
    return ids[large >= falling[last]]
