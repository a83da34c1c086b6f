"""Windows cover pieces, begin at bar lines, and score every row once in evaluation."""

import numpy as np
import pytest

from psychoscore_core.errors import DataError
from psychoscore_training.windows import walk, window_table

CONTEXT = 13  # 11 music rows behind the prefix of 3, the last one as a target


def test_a_piece_that_fits_is_one_window(corpus):
    table = window_table(corpus, np.array([0]), 64)
    assert len(table.example) == 1
    window = table.window(0, 0.7)
    assert (window.start, window.stop, window.scored) == (0, 25, 0)


def test_later_windows_begin_at_a_bar_line(corpus):
    table = window_table(corpus, np.array([0]), CONTEXT)
    for number, jitter in ((n, j) for n in (1, 2) for j in np.linspace(0, 0.99, 12)):
        window = table.window(number, float(jitter))
        assert window.start % 4 == 0 and 4 <= window.stop - window.start <= 11


def test_windows_reach_the_end_and_every_row(corpus):
    table = window_table(corpus, np.array([0]), CONTEXT)
    seen = {r for n in range(3) for j in np.linspace(0, 0.99, 12) for r in _rows(table.window(n, float(j)))}
    assert seen == set(range(25))


def test_the_first_row_of_a_later_window_is_not_scored(corpus):
    window = window_table(corpus, np.array([0]), CONTEXT).window(1, 0.0)
    assert window.start > 0 and window.scored == window.start + 1


def test_evaluation_scores_every_row_exactly_once(corpus):
    for context in (13, 17, 64):
        scored = [r for w in walk(corpus, [0], context) for r in range(w.scored, w.stop)]
        assert scored == list(range(25))


def test_evaluation_gives_later_rows_half_a_window_of_context(corpus):
    windows = walk(corpus, [0], CONTEXT)
    assert all(w.scored - w.start >= 5 for w in windows[1:]) and len(windows) > 2


def test_a_context_without_room_behind_the_prefix_is_refused(corpus):
    with pytest.raises(DataError, match="a context of 9 rows leaves no room behind a prefix of 3 rows"):
        window_table(corpus, np.array([0]), 9)


def _rows(window):
    return range(window.start, window.stop)
