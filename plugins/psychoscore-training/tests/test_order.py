"""The order of training follows from seed and number alone."""

from itertools import count

import numpy as np

from psychoscore_core.records import Training
from psychoscore_training.order import GuidedOrder, ShuffledOrder, training_order
from psychoscore_training.windows import window_table


class Leader:
    def order(self, vectors, groups, seed):
        return (i % 3 for i in count())


class Follower:
    def order(self, vectors, groups, seed):
        return None


def shuffled(corpus, seed=0):
    return ShuffledOrder(window_table(corpus, corpus.split("train"), 13), 4, seed)


def test_a_batch_is_reached_from_its_number_alone(corpus):
    walked = shuffled(corpus)
    walk = [walked.windows(n) for n in range(20)]
    assert shuffled(corpus).windows(17) == walk[17] and walked.windows(3) == walk[3]


def test_an_epoch_shows_every_window_of_every_train_piece(corpus):
    order = shuffled(corpus)
    seen = [w.example for n in range(order.batches) for w in order.windows(n)]
    assert set(seen) == set(corpus.split("train")) and len(seen) == 28  # 9 pieces of 3 windows, filled up to 7 x 4


def test_epochs_and_seeds_differ(corpus):
    order = shuffled(corpus)
    assert order.windows(0) != order.windows(order.batches) != shuffled(corpus, 1).windows(0)


def test_batches_hold_windows_of_similar_length(tmp_path, corpus):
    examples = corpus.split("train")
    table = window_table(corpus, examples, 13)
    table.lengths[:] = np.arange(len(table.lengths)) % 5
    order = ShuffledOrder(table, 4, 0)
    batches = order._shuffled(0)[0]
    assert np.mean([np.ptp(table.lengths[b]) for b in batches]) < 1.5


def test_a_loss_may_lead(corpus):
    order = training_order(corpus, [Follower(), Leader()], Training(context=64, batch_size=3))
    assert [w.example for w in order.windows(5)] == corpus.split("train")[:3].tolist()


def test_a_led_order_goes_back_and_forth(corpus):
    order = training_order(corpus, [Leader()], Training(context=13, batch_size=4))
    assert isinstance(order, GuidedOrder)
    ahead = order.windows(7)
    assert order.windows(2) != ahead and order.windows(7) == ahead


def test_a_loss_may_decline(corpus):
    assert isinstance(training_order(corpus, [Follower()], Training(context=64)), ShuffledOrder)
