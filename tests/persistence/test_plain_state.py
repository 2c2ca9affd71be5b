"""Private classes and objects of pandas are written as plain Python."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from sklstm.persistence._plain_state import from_plain, to_plain


@dataclass(frozen=True)
class Part:
    size: int
    inner: object = None


class Other:
    pass


UNCHANGED = [
    1,
    None,
    "text",
    np.ones(3),
    np.float32(2),
    (1, [2, {"a": {"b": 3}}]),
    [np.ones(2), Other()],
    {"weights": {"head": np.ones(2)}},
]


@pytest.mark.parametrize("value", UNCHANGED)
def test_what_is_plain_is_left_as_it_is(value):
    assert to_plain(value, (Part,)) is value
    assert from_plain(value, (Part,)) is value


VALUES = [
    Part(3),
    [Part(1, Part(2)), (Part(3, [4]),)],
    {None: 1, (1, "a"): Part(2), 3: {4: "four"}},
    {pd.Timestamp("2024", tz="UTC"): 1, pd.Period("2024-01"): 2, pd.Timedelta("1s"): 3},
    {"__sklstm__": "offset", "name": "no frequency"},
    {"index": pd.RangeIndex(3), "offset": pd.offsets.Hour(3)},
    {np.str_("key"): np.int64(2)},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_what_is_not_plain_comes_back_equal(value):
    plain = to_plain(value, (Part,))
    assert is_plain(plain)
    restored = from_plain(plain, (Part,))
    assert repr(restored) == repr(value)


def is_plain(value):
    if isinstance(value, list | tuple):
        return all(is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(type(key) is str and is_plain(item) for key, item in value.items())
    return isinstance(value, str | int | float | None | np.generic | np.ndarray)


def test_arrays_are_not_copied():
    array = np.ones(3)
    assert from_plain(to_plain({None: Part(1, array)}, (Part,)), (Part,))[None].inner is array


def test_only_classes_of_the_estimator_are_made():
    plain = to_plain(Part(1), (Part,))
    with pytest.raises(ValueError, match="'Part' is nothing that this estimator has"):
        from_plain(plain, ())


def test_objects_that_have_no_plain_form_are_left_alone():
    index = pd.MultiIndex.from_tuples([(1, 2)])
    other = object()
    assert to_plain([index, other], ()) == [index, other]
