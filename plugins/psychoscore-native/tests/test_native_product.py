"""One matrix by itself: the product that NumPy gives, in every precision, on every instruction set."""

import threading

import numpy as np
import pytest

from psychoscore_native.product import PackedMatrix

SHAPES = [(64, 32), (45, 70), (1, 1), (33, 128)]


def drawn(outputs, inputs, rows):
    random = np.random.default_rng(0)
    return random.standard_normal((outputs, inputs), np.float32), random.standard_normal((rows, inputs), np.float32)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("precision", "error"), [("fp32", 1e-5), ("fp16", 2e-3), ("int8", 0.03)])
def test_a_product_is_that_of_numpy(kernels, shape, precision, error):
    matrix, rows = drawn(*shape, 5)
    found, wanted = PackedMatrix(matrix, precision, 1, kernels).rows(rows), rows @ matrix.T
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() < error * max(1, np.abs(wanted).max())


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
def test_batch_and_threads_change_no_bit(precision):
    matrix, rows = drawn(300, 70, 16)
    together = PackedMatrix(matrix, precision, 2).rows(rows)
    alone = [PackedMatrix(matrix, precision, 1).rows(row[None])[0] for row in rows]
    assert np.array_equal(together, np.stack(alone))


def test_a_matrix_is_used_by_threads_at_once():
    matrix, rows = drawn(64, 64, 3)
    packed, found = PackedMatrix(matrix, "fp16", 2), {}
    wanted = packed.rows(rows)
    work = [threading.Thread(target=lambda i=i: found.update({i: packed.rows(rows)})) for i in range(8)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert all(np.array_equal(found[i], wanted) for i in range(8))


def test_halves_take_half_the_bytes():
    matrix, _ = drawn(64, 64, 1)
    assert PackedMatrix(matrix, "fp16").nbytes * 2 == PackedMatrix(matrix, "fp32").nbytes


def test_no_rows_give_no_rows():
    assert PackedMatrix(drawn(45, 70, 1)[0], "fp16").rows(np.empty((0, 70), np.float32)).shape == (0, 45)


def test_rows_of_another_width_are_refused():
    with pytest.raises(ValueError, match=r"rows \(2, 5\) do not fit a matrix of 70 inputs"):
        PackedMatrix(drawn(45, 70, 1)[0], "fp16").rows(np.zeros((2, 5), np.float32))


def test_numbers_beyond_halves_are_refused():
    with pytest.raises(ValueError, match="the weights hold numbers that float16 cannot"):
        PackedMatrix(np.full((3, 3), 1e6, np.float32), "fp16")


def test_kernels_of_another_machine_give_no_product():
    with pytest.raises(ValueError, match="native: no product of 3 x 3 with 1 rows on this machine"):
        PackedMatrix(np.ones((3, 3), np.float32), "fp32", 1, "cray").rows(np.ones((1, 3), np.float32))
