"""What the library draws is what psychoscore_sampler's draw.py draws from the same logits and random numbers."""

import threading

import numpy as np
import pytest

from psychoscore_core.records import Stream
from psychoscore_core.stages.sample import Choice, DrawRule
from psychoscore_native.engine import NativeEngine

chosen = pytest.importorskip("psychoscore_sampler.draw", reason="psychoscore-sampler is not installed").chosen

SIZES = (200, 7, 90)
ROWS = np.array([197, 0, 0]), np.array([198, 0, 0]), np.array([199, 0, 0])  # after which a stream has other logits


def engine_of(make, columns, precision="fp32", threads=1):
    """Return an engine whose family 0 has `columns` (3, 200) as logits after each of ROWS, up to a common factor."""
    sizes = make.sizes_with(families=SIZES, width=32, style_tokens=0)
    weights = make.weights(sizes)
    for name in ("attention.out", "feed.out"):
        for layer in range(sizes.layers):
            weights[f"blocks.{layer}.{name}.weight"][:] = 0
    weights["norm.weight"][:] = 1
    for name in [name for name in weights if name.startswith("bar.")]:
        weights[name][:] = 0
    weights["embeddings.0.weight"][:] = 0
    weights["embeddings.0.weight"][:, :3] = columns.T
    weights["embeddings.0.weight"][-3:, :3] = np.eye(3)
    for later in (1, 2):
        weights[f"embeddings.{later}.weight"][0] = 0
    return NativeEngine(sizes, weights, precision, threads)


def step_of(engine, count, ghosts):
    """Return the step after which `count` streams and their ghosts draw."""
    rows = np.repeat(np.stack(ROWS[: 1 + ghosts]), count, axis=0)
    state = engine.start([Stream(rows=row[None], vector=None, bars=None) for row in rows], 8)
    return engine.step(state, rows, np.full(len(rows), -1))


def random_columns(random):
    """Return logits of which some tie, and some are no numbers."""
    columns = random.normal(0, 1, (3, 200)) * 10 ** random.uniform(-3, 1)
    if random.random() < 0.5:
        columns = np.round(columns)
    for odd in (np.nan, np.inf, -np.inf):
        if random.random() < 0.3:
            columns[:, :-3][random.random((3, 197)) < random.choice([0.02, 0.5, 1.0])] = odd
    return columns.astype(np.float32)


def random_choice(random, size, seed):
    allowed = random.random(size) < random.choice([0.02, 0.3, 1.0])
    allowed[random.integers(size)] = True
    weights = random.normal(0, 2, size)
    weights[random.random(size) < random.choice([0.0, 0.5, 1.0])] = -np.inf
    costs = {int(token): float(random.random()) * 5 for token in random.integers(0, size, 3)}
    return Choice(
        allowed,
        float(10 ** random.uniform(-1.5, 0.7)),
        np.random.default_rng(seed),
        weights if random.random() < 0.6 else None,
        costs if random.random() < 0.3 else {},
    )


def random_rule(random, ghosts):
    return DrawRule(
        top_k=int(random.choice([0, 1, 5, 40, 1000])),
        top_p=float(random.choice([1.0, 0.95, 0.5, 0.01])),
        min_p=float(random.choice([0.0, 0.05, 1.0])),
        ghosts=ghosts,
        guidance=float(random.choice([1.0, 3.0, 0.0])),
        plan_guidance=float(random.choice([1.0, 2.5])),
    )


def expected(step, family, rows, choices, rule, lost=(), divisor=1.0):
    table = step[family] if family == 0 else step[family](np.tile(rows[:, :family], (1 + rule.ghosts, 1)))
    table[:, list(lost)] = -np.inf
    table = table / np.float32(divisor)
    with np.errstate(all="ignore"):
        return [None if c is None else chosen(c, table[n :: len(choices)], rule) for n, c in enumerate(choices)]


@pytest.mark.parametrize("ghosts", [0, 1, 2])
def test_any_logits_give_the_ids_of_the_reference(make, ghosts):
    random = np.random.default_rng(ghosts)
    for case in range(120):
        step = step_of(engine_of(make, random_columns(random)), 2, ghosts)
        rule, rows = random_rule(random, ghosts), np.zeros((2, 3), int)
        choices, again = ([random_choice(np.random.default_rng((case, n)), 200, n) for n in (0, 1)] for _ in "ab")
        found = [step.draw(0, rows, choices, rule) for _ in range(5)]
        assert found == [expected(step, 0, rows, again, rule) for _ in range(5)]
        states = [choice.random.bit_generator.state for choice in (*choices, *again)]
        assert states[:2] == states[2:]  # not a random number more or less was taken


def test_later_families_are_drawn_given_the_ids_before(make):
    random = np.random.default_rng(3)
    step = step_of(engine_of(make, random_columns(random)), 3, 1)
    for rows in (np.array([[1, 2, 0], [0, 6, 0], [9, 0, 0]]), np.array([[1, 3, 0], [5, 6, 0], [9, 0, 0]])):
        for family in (2, 1, 2):
            choices, again = (
                [random_choice(np.random.default_rng((family, n)), SIZES[family], n) for n in range(3)] for _ in "ab"
            )
            rule = random_rule(random, 1)
            assert step.draw(family, rows, choices, rule) == expected(step, family, rows, again, rule)


def test_ids_lost_and_a_divisor_come_before_all_else(make):
    step, rows = step_of(engine_of(make, random_columns(np.random.default_rng(5))), 2, 1), np.zeros((2, 3), int)
    rule = DrawRule(ghosts=1, guidance=2.0, top_p=0.9)
    choices, again = ([Choice(np.ones(200, bool), 1.0, np.random.default_rng(n)) for n in range(2)] for _ in "ab")
    lost = np.arange(0, 200, 2)
    found = step.draw(0, rows, choices, rule, lost, 1.7)
    assert found == expected(step, 0, rows, again, rule, lost, 1.7)
    assert all(token % 2 for token in found)


def test_a_forced_id_takes_no_random_number(make):
    step = step_of(engine_of(make, random_columns(np.random.default_rng(0))), 1, 0)
    choice = Choice(np.arange(200) == 17, 1.0, np.random.default_rng(0))
    assert step.draw(0, np.zeros((1, 3), int), [choice], DrawRule()) == [17]
    assert choice.random.random() == np.random.default_rng(0).random()


def test_a_stream_that_is_passed_over_draws_nothing(make):
    step = step_of(engine_of(make, np.zeros((3, 200), np.float32)), 2, 0)
    choice, twin = (Choice(np.ones(200, bool), 1.0, np.random.default_rng(4)) for _ in "ab")
    found = step.draw(0, np.zeros((2, 3), int), [None, choice], DrawRule())
    assert found[1] == expected(step, 0, np.zeros((2, 3), int), [None, twin], DrawRule())[1]


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
def test_threads_and_batch_of_16_change_no_id(make, precision):
    columns = np.random.default_rng(0).normal(0, 1, (3, 200)).astype(np.float32)
    rows, rule = np.tile([3, 1, 0], (16, 1)), DrawRule(ghosts=1, guidance=1.5, top_p=0.9)
    drawn = []
    for threads, count in ((1, 16), (2, 16), (2, 1)):
        step = step_of(engine_of(make, columns, precision, threads), count, 1)
        choices = [Choice(np.ones(90, bool), 1.0, np.random.default_rng(n)) for n in range(count)]
        drawn.append(step.draw(2, rows[:count], choices, rule))
    assert drawn[0] == drawn[1] and drawn[0][:1] == drawn[2]


def test_many_threads_draw_what_one_draws(make):
    engine = engine_of(make, np.random.default_rng(0).normal(0, 1, (3, 200)).astype(np.float32), "fp16", 3)
    found = {}

    def work(n):
        step, rows = step_of(engine, 1, 0), np.zeros((1, 3), int)
        choice = Choice(np.ones(200, bool), 1.0, np.random.default_rng(n))
        found[n] = [step.draw(0, rows, [choice], DrawRule(top_p=0.9)) for _ in range(20)]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = dict(found)
    for n in range(8):
        work(n)
    assert found == together


def refused(make, message, rows=None, choices=None, rule=None, family=0):
    step = step_of(engine_of(make, np.zeros((3, 200), np.float32)), 1, 0)
    choice = Choice(np.ones(SIZES[min(family, 2)], bool), 1.0, np.random.default_rng(0))
    with pytest.raises(ValueError, match=message):
        rows = np.zeros((1, 3), int) if rows is None else rows
        step.draw(family, rows, [choice] if choices is None else choices, rule or DrawRule())


def test_a_mask_of_another_size_is_refused(make):
    choice = Choice(np.ones(7, bool), 1.0, np.random.default_rng(0))
    refused(make, "^family 0: the decoder gave 200 logits, the grammar knows 7$", choices=[choice])


def test_where_no_id_is_allowed_it_says_so(make):
    choice = Choice(np.zeros(200, bool), 1.0, np.random.default_rng(0))
    refused(make, "^no id of family 0 is allowed in stream 0$", choices=[choice])


@pytest.mark.parametrize("temperature", [0.0, -1.0, np.inf, np.nan])
def test_temperatures_out_of_range_are_refused(make, temperature):
    choice = Choice(np.ones(200, bool), temperature, np.random.default_rng(0))
    refused(make, "^a temperature must be a finite number above 0, not ", choices=[choice])


def test_ghosts_that_are_not_there_are_refused(make):
    refused(make, "^1 draws with 1 ghosts do not fit 1 streams$", rule=DrawRule(ghosts=1))


def test_rows_of_another_shape_are_refused(make):
    refused(make, r"^native: 1 choices for rows \(2, 3\)", rows=np.zeros((2, 3), int))


@pytest.mark.parametrize("token", [-1, 200, 1 << 40])
def test_ids_beyond_their_family_are_refused(make, token):
    refused(make, f"^family 0 has no id {token}: it has 200$", rows=np.array([[token, 0, 0]]), family=1)


def test_weights_of_another_size_are_refused(make):
    choice = Choice(np.ones(200, bool), 1.0, np.random.default_rng(0), np.zeros(5))
    refused(make, r"^family 0: \(5,\) weights for 200 ids$", choices=[choice])


def test_costs_beyond_the_family_are_refused(make):
    choice = Choice(np.ones(200, bool), 1.0, np.random.default_rng(0), None, {200: 1.0})
    refused(make, "^family 0 has no id 200: it has 200$", choices=[choice])


def test_a_row_that_is_past_cannot_be_drawn(make):
    engine = engine_of(make, np.zeros((3, 200), np.float32))
    state = engine.start([Stream(rows=ROWS[0][None], vector=None, bars=None)], 8)
    stale = engine.step(state, ROWS[0][None], np.array([0]))
    engine.step(state, ROWS[0][None], np.array([0]))
    with pytest.raises(ValueError, match="asked for after the next one was read"):
        stale.draw(0, np.zeros((1, 3), int), [None], DrawRule())
