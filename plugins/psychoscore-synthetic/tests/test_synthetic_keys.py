"""The lazy ids."""

import sys

import pytest

from psychoscore_core.errors import DataError
from psychoscore_synthetic.keys import Keys


def test_ten_million_keys_take_no_memory():
    keys = Keys(range(10_000_000))
    assert len(keys) == 10_000_000
    assert sys.getsizeof(keys) + sys.getsizeof(keys.numbers) < 200


def test_keys_have_six_digits_or_more():
    keys = Keys(range(10_000_000))
    assert [keys[0], keys[999_999], keys[-1]] == ["000000", "999999", "9999999"]


def test_a_slice_is_as_lazy():
    part = Keys(range(10_000_000))[16:1_000_000:2]
    assert isinstance(part, Keys)
    assert list(part[:2]) == ["000016", "000018"]


def test_iterating_ends():
    assert list(Keys(range(3))) == ["000000", "000001", "000002"]


@pytest.mark.parametrize("key", ["000010", "10", "+00001", "0_0001", "٠٠٠٠٠١", "", "x", 1, "0" * 5000, "0000001"])
def test_other_texts_are_no_keys(key):
    assert key not in Keys(range(10))
    assert "000009" in Keys(range(10))


def test_an_unknown_key_is_named_with_the_range():
    with pytest.raises(DataError, match="synthetic: there is no pair '000010'; there are 000000 to 000009"):
        Keys(range(10)).check("000010")
