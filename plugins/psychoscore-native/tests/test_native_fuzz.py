"""Damaged weights and any inputs: an id that is allowed comes out, or one line, never a crash."""

import numpy as np
import pytest

from psychoscore_core.stages.sample import Choice, DrawRule

SHAPES = ["several families, styles", "nothing divides", "one head"]
HEADER_BYTES = 192  # which the library checks when a pack is opened


def any_id(random, size):
    return int(random.choice([random.integers(size), random.integers(size), -1, size, 1 << 40, -(1 << 62)]))


def any_choice(random, size):
    allowed = random.random(size) < random.choice([0.05, 0.5, 1.0, 0.0], p=[0.3, 0.3, 0.35, 0.05])
    weights = random.choice([0.0, np.nan, np.inf, -np.inf, 1e308, -3.0], size)
    temperature = float(
        random.choice([1.0, 0.7, 1e-300, 1e300, 0.0, -1.0, np.nan, np.inf], p=[0.4, 0.3, 0.1, 0.1, *[0.025] * 4])
    )
    costs = {any_id(random, size): 1e300} if random.random() < 0.1 else {}
    return Choice(allowed, temperature, np.random.default_rng(0), weights if random.random() < 0.5 else None, costs)


def any_rule(random, ghosts):
    return DrawRule(
        top_k=int(random.choice([0, 1, 7, -3, 1 << 60])),
        top_p=float(random.choice([1.0, 0.9, 1e-300, np.nan])),
        min_p=float(random.choice([0.0, 0.5, 2.0])),
        ghosts=int(random.choice([ghosts, ghosts, ghosts, 7, -1])),
        guidance=float(random.choice([1.0, 3.0, 1e300, np.nan])),
    )


def draw_anything(random, engine, state, count, ghosts):
    """Read a row and draw every family; return how many ids were drawn."""
    families, streams = engine.sizes.families, count * (1 + ghosts)
    row = np.array([[any_id(random, size) for size in families] for _ in range(streams)])
    sound = row % np.array(families)
    step = engine.step(state, sound if random.random() < 0.9 else row, random.integers(-2, 9, streams))
    drawn = 0
    for family, size in enumerate(families):
        choices = [any_choice(random, size) for _ in range(count)]
        given = (sound if random.random() < 0.9 else row)[:count]
        lost, divisor = random.integers(-5, size + 5, 4), float(random.choice([1.0, 0.0, 1.3]))
        ids = step.draw(family, given, choices, any_rule(random, ghosts), lost, divisor)
        assert all(choice.allowed[token] for choice, token in zip(choices, ids, strict=True))
        drawn += len(ids)
    return drawn


def damage(random, engine):
    """Overwrite some of an open pack's weights."""
    packed = engine.network._packed
    places = random.integers(HEADER_BYTES, len(packed), random.integers(1, 200))
    packed[places] = random.integers(0, 256, len(places))


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
@pytest.mark.parametrize("cases", [60, pytest.param(1000, marks=pytest.mark.long)])
def test_whatever_comes_in_an_allowed_id_comes_out_or_one_line(make, precision, cases):
    random, refused, drawn = np.random.default_rng(cases), 0, 0
    for case in range(cases):
        engine = make.engine(make.sizes(random.choice(SHAPES)), precision)
        count, ghosts = int(random.integers(1, 4)), int(random.integers(3))
        state = engine.start(make.streams(engine.sizes, count * (1 + ghosts)), int(random.integers(24, 30)))
        if case % 2:
            damage(random, engine)
        for _ in range(6):
            try:
                drawn += draw_anything(random, engine, state, count, ghosts)
            except ValueError as error:
                assert "\n" not in str(error)
                refused += 1
    assert refused > cases / 4 and drawn > cases / 4
