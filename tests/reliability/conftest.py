"""What the tests of reliability share: anything to be handed over, and what may come of it."""

import signal
import warnings
from datetime import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import NotFittedError

LONGEST = 300  # seconds that a test may take; most take one or two
TABLE = np.random.default_rng(0).normal(size=(14, 2))
TEXTS = ["a fine film", "not a film"] * 7

DTYPES = [
    "?", "i1", "i2", "i8", "u1", "u8", "f2", "f4", "f8", "g", "c8", "c16", "U3", "S2", "M8[D]",
    "m8[s]", "O", "V2", ">f8", [("a", "f8"), ("b", "i4")],
]  # fmt: skip
ODD_NUMBERS = [
    0.0, -0.0, 1.0, np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 1e39, 1e-39, 1e-200, 2.0**63,
]  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-30, 30),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=4),
    st.binary(max_size=4),
    st.sampled_from(
        [pd.NA, pd.NaT, np.ma.masked, datetime(2024, 1, 1), Decimal("1.5"), Decimal("NaN"), int]
        + [
            np.float64("nan"),
            np.datetime64("NaT", "ns"),
            np.str_("a"),
            Ellipsis,
            slice(3),
            10**400,
            10**25,
            2**63,
        ]
    ),
)
NESTED = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4), max_leaves=14)


@st.composite
def arrays(draw, shape=None, huge=True):
    """An array of any dtype, mostly of numbers, some of them odd."""
    shape = draw(st.lists(st.integers(0, 5), max_size=4)) if shape is None else shape
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    values = np.asarray(rng.normal(size=shape)) * 10.0 ** draw(
        st.sampled_from([0, 0, 0, 2, 30, -30, 300 if huge else 100])
    )
    odd_numbers = [number for number in ODD_NUMBERS if huge or not 1e100 < abs(number) < np.inf]
    for odd in draw(st.lists(st.sampled_from(odd_numbers), max_size=3)):
        if values.size:
            values.flat[rng.integers(values.size)] = odd
    dtype = draw(st.sampled_from(["f8", "f8", "f8", *DTYPES]))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        array = np.asarray(values.round(3)).astype("f8" if dtype == "V2" else dtype)
    if dtype == "O" and array.size:
        array.flat[rng.integers(array.size)] = draw(SCALARS)
    return array


@st.composite
def indexes(draw, n):
    """An index of n labels, in order or not."""
    kinds = {
        "range": lambda: pd.RangeIndex(n),
        "days": lambda: pd.date_range("2024-01-01", periods=n),
        "zone": lambda: pd.date_range("2024-01-01", periods=n, tz="Europe/Berlin"),
        "months": lambda: pd.period_range("2024-01", periods=n, freq="M"),
        "deltas": lambda: pd.timedelta_range("1h", periods=n),
        "floats": lambda: pd.Index(np.arange(n) / 3),
        "text": lambda: pd.Index([f"row {k}" for k in range(n)]),
        "dates as text": lambda: pd.Index([f"2024-01-{k + 1:02}" for k in range(n)]),
        "mixed": lambda: pd.Index([(k if k % 2 else str(k)) for k in range(n)], dtype=object),
        "none": lambda: pd.Index([None] * n),
        "levels": lambda: pd.MultiIndex.from_arrays(
            [np.arange(n) % 2, np.arange(n)], names=["b", "t"]
        ),
        "categories": lambda: pd.CategoricalIndex(np.arange(n) % 3),
        "intervals": lambda: pd.interval_range(0, n),
    }
    index = kinds[draw(st.sampled_from(list(kinds)))]()
    how = draw(st.sampled_from(["", "", "", "reversed", "repeated", "missing"]))
    if how == "reversed":
        return index[::-1]
    if how == "repeated":
        return index.take(np.arange(n) // 2)
    if how == "missing" and n and isinstance(index, pd.DatetimeIndex):
        return index.where(np.arange(n) != n // 2)
    return index


@st.composite
def frames(draw, n_rows=None, huge=True):
    """A frame or series of pandas or polars."""
    n = draw(st.integers(0, 14)) if n_rows is None else n_rows
    values = draw(arrays([n, draw(st.integers(0, 4))], huge).filter(lambda v: v.dtype.kind != "V"))
    names = st.sampled_from(["a", "b", "c@t-0", "c@t-1", 0, 1, None, "", ("a", 1), np.nan])
    columns = draw(st.lists(names, min_size=values.shape[1], max_size=values.shape[1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = pd.DataFrame(np.asarray(values), index=draw(indexes(n)), columns=columns)
    kind = draw(st.sampled_from(["pandas", "pandas", "pandas", "category", "column", "polars"]))
    try:
        if kind == "polars":
            return pl.DataFrame(
                {str(name): frame.iloc[:, k].to_numpy() for k, name in enumerate(columns)}
            )
        if kind == "category":
            return frame.astype("category")
    except (TypeError, ValueError, NotImplementedError, pl.exceptions.PolarsError):
        return frame
    return frame.iloc[:, 0] if kind == "column" and frame.shape[1] else frame


def _masked(array):
    mask = np.arange(array.size).reshape(array.shape) % 5 == 3
    return array if array.dtype.kind == "V" else np.ma.array(array, mask=mask)


def _sequences(array):
    """A list of arrays of unequal length."""
    return [row[: 1 + k % 4] if row.ndim else row for k, row in enumerate(array)]


def _in_another_order(array):
    """A series or frame whose labels are shuffled."""
    if array.ndim > 2 or array.dtype.kind == "V":
        return array
    labels = np.random.default_rng(len(array)).permutation(len(array))
    values = array if array.dtype.byteorder in "=|" else array.astype(array.dtype.newbyteorder("="))
    return (pd.Series if array.ndim == 1 else pd.DataFrame)(list(values), index=labels)


_SPECIAL = {"masked": _masked, "sequences": _sequences, "in another order": _in_another_order}


@st.composite
def _things(draw, like, huge=True):
    """Anything at all; `like` is of the shape that makes sense."""
    kind = draw(st.sampled_from(["same", "same", "array", "frame", "frame-like", "nested", "odd"]))
    if kind in ("same", "array"):
        array = draw(arrays(like.shape if kind == "same" else None, huge))
        how = draw(st.sampled_from(["", "", "", "transposed", "strided", "list", *_SPECIAL]))
        if how in _SPECIAL and array.ndim:
            return _SPECIAL[how](array)
        if how == "strided":
            return array.repeat(2, axis=-1)[..., ::2] if array.ndim else array
        return {"transposed": array.T, "list": array.tolist()}.get(how, array)
    if kind in ("frame", "frame-like"):
        return draw(frames(len(like) if kind == "frame-like" and like.ndim else None, huge))
    if kind == "nested":
        return draw(NESTED)
    return draw(odd_things)


def _attempt(function, *args, **kwargs):
    """Call a function; return its result, or None for an error that is one of the allowed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # What scikit-learn lets NumPy warn of on its way to an error is its own affair.
        warnings.filterwarnings("error", category=RuntimeWarning, module=r"sklstm|numpy\.lib")
        try:
            return function(*args, **kwargs)
        except (ValueError, TypeError, NotFittedError) as error:
            message = str(error)
    assert message, "an error without a word"
    return None


# Made anew each time, for some are changed by being read; not `sampled_from`, which hashes them.
odd_things = st.integers(0, 30).map(lambda number: _odd_things()[number])


def _odd_things():
    return [
        sparse.csr_array(TABLE), sparse.coo_matrix(TABLE), np.ma.masked_greater(TABLE, 1),
        np.asmatrix(TABLE), {"a": 1}, {1, 2}, iter([1.0, 2.0]), range(14), memoryview(TABLE),
        "text", b"bytes", object, len, ..., np, {}, [], (), [[]], [[[]]], TEXTS, pd.Series(TEXTS),
        pd.date_range("2024", periods=14), np.array(TEXTS), TABLE[::-1], TABLE.T,
        np.broadcast_to(1.0, (14, 4, 2)), pd.array([1, None] * 7), pl.Series([1.0, None] * 7),
        pd.DataFrame({"a": pd.array([1, None] * 7, dtype="Int64")}), pl.DataFrame(TABLE),
        pd.DataFrame({"a": [1.0] * 14, "b": list("xy") * 7}), pl.DataFrame({"b": TEXTS}).lazy(),
        pd.DataFrame({"a": [1.0] * 14, "b": pd.Categorical(list("xy") * 7)}),
        pd.Series(TABLE[:, 0], pd.date_range("2024", periods=14)), pd.Series([TABLE] * 14),
    ]  # fmt: skip


@pytest.fixture(scope="session")
def things():
    """A function that returns a strategy: anything, often in the shape that makes sense."""
    return _things


@pytest.fixture(scope="session")
def scalars():
    """A strategy of numbers, text and other single things."""
    return st.one_of(SCALARS, NESTED, odd_things)


@pytest.fixture(scope="session")
def attempt():
    """A function that calls another one; None stands for an error of an allowed type."""
    return _attempt


@pytest.fixture(autouse=True)
def _ends():
    """Fail a test that hangs."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def stop(number, frame):
        raise TimeoutError(f"the test takes more than {LONGEST} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONGEST)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def refused():
    """A function that looks whether a call is refused, in a message that has all these words."""

    def check(call, error, words):
        with pytest.raises(error) as caught:
            call()
        lacking = [word for word in words.split(" | ") if word not in str(caught.value)]
        assert not lacking, f"{lacking} not in: {caught.value}"

    return check
