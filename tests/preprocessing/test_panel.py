"""Several series in one frame: each is transformed as if it were alone, to the last bit."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from sklstm.preprocessing import ExponentialSmoother, SequenceWindower, WindowScaler

KINDS = ["column", "level", "first level", "polars"]
INVERTIBLE = [
    ExponentialSmoother(0.3, by="name"),
    ExponentialSmoother(0.3, initial=0.0, by="name"),
    WindowScaler(by="name"),
    WindowScaler("standard", by="name"),
    WindowScaler("standard", window_size=3, by="name"),
    WindowScaler("minmax", window_size=3, feature_range=(-1, 1), by="name"),
    WindowScaler("first", window_size=4, by="name"),
    WindowScaler("last", window_size=3, causal=False, by="name"),
]
WINDOWERS = [
    SequenceWindower(1, by="name"),
    SequenceWindower(4, by="name"),
    SequenceWindower(4, pad="edge", by="name"),
    SequenceWindower(3, flatten=True, by="name"),
]
many = settings(max_examples=60, deadline=None, derandomize=True)


@st.composite
def panels_of(draw):
    """Names of the rows, in any order, and how the panel is made."""
    lengths = draw(st.lists(st.integers(1, 7), min_size=1, max_size=4))
    names = [name for name, length in zip("BACD", lengths, strict=False) for _ in range(length)]
    how = {
        "kind": draw(st.sampled_from(KINDS)),
        "dtype": draw(st.sampled_from([np.float64, np.float32])),
        "gaps": draw(st.booleans()),
        "seed": draw(st.integers(0, 5)),
        "index": draw(st.sampled_from(["days", "ranks"])),
    }
    return draw(st.permutations(names)), how


def alone(transformer):
    return clone(transformer).set_params(by=None)


def features(result):
    """The numbers in a result, whatever holds them."""
    if isinstance(result, pl.DataFrame):
        return result.drop("name").to_numpy()
    if isinstance(result, pd.DataFrame):
        return result.drop(columns="name", errors="ignore").to_numpy()
    return result


def assert_as_alone(result, names, expected):
    """Compare a result with what `expected`, a function of a name, gives for each series."""
    result = features(result)
    assert len(result) == len(names)
    for name in np.unique(names.astype(str)):
        of_one = np.asarray(expected(name))
        np.testing.assert_array_equal(result[names == name], of_one)
        assert result.dtype == of_one.dtype


# Of two rows three days apart a step of three days is learned; rows of other days are told.
@pytest.mark.filterwarnings("ignore:X has the label .* between two steps:UserWarning")
@many
@given(panel=panels_of(), transformer=st.sampled_from(WINDOWERS + INVERTIBLE))
def test_each_series_is_transformed_as_if_alone(panels, panel, transformer):
    X = panels.make(panel[0], **panel[1])
    names = panels.names_in(X)

    def expected(name):
        return alone(transformer).fit_transform(panels.rows_of(X, name))

    assert_as_alone(clone(transformer).fit_transform(X), names, expected)
    never = clone(transformer).set_params(context="never")
    assert_as_alone(never.fit(X).transform(X), names, expected)


# Of two rows three days apart a step of three days is learned; rows of other days are told.
@pytest.mark.filterwarnings("ignore:X has the label .* between two steps:UserWarning")
@many
@given(
    panel=panels_of(),
    transformer=st.sampled_from(WINDOWERS + INVERTIBLE),
    context=st.sampled_from(["auto", "always", "never"]),
    share=st.floats(0.1, 0.9),
)
def test_each_series_goes_on_as_if_alone(panels, panel, transformer, context, share):
    X = panels.make(panel[0], **panel[1])
    n_head = max(1, int(share * len(X)))
    if n_head == len(X):
        return
    head, rest = X[:n_head], X[n_head:]
    fitted = clone(transformer).set_params(context=context).fit(head)

    def expected(name):
        of_one = alone(transformer).set_params(context=context)
        rows = panels.rows_of(head, name)
        if len(rows) == 0:  # a series that is new has no context
            return of_one.fit_transform(panels.rows_of(rest, name))
        return of_one.fit(rows).transform(panels.rows_of(rest, name))

    assert_as_alone(fitted.transform(rest), panels.names_in(rest), expected)


@many
@given(panel=panels_of(), transformer=st.sampled_from(INVERTIBLE))
def test_the_inverse_is_that_of_each_series(panels, panel, transformer):
    X = panels.make(panel[0], **panel[1])
    fitted = clone(transformer)
    scaled = fitted.fit_transform(X)
    back = fitted.inverse_transform(scaled)

    def expected(name):
        of_one = alone(transformer)
        return of_one.inverse_transform(of_one.fit_transform(panels.rows_of(X, name)))

    assert_as_alone(back, panels.names_in(X), expected)
    tolerance = 1e-9 if panel[1]["dtype"] == np.float64 else 1e-4
    np.testing.assert_allclose(features(back), features(X), rtol=tolerance)
    assert type(back) is type(X)
    assert list(back.columns) == list(X.columns)
    np.testing.assert_array_equal(panels.names_in(back), panels.names_in(X))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scaler", [t for t in INVERTIBLE if isinstance(t, WindowScaler)], ids=str)
def test_statistics_are_those_of_each_series(panels, scaler, kind):
    X = panels.make(list("ABABBACAB"), kind=kind)
    fitted = clone(scaler).fit(X[:6])
    for rows in (X[:6], X[6:]):
        statistics = fitted.statistics(rows)
        back = fitted.inverse_transform(fitted.transform(rows), statistics)
        np.testing.assert_allclose(features(back), features(rows), rtol=1e-12)
        for place, part in enumerate(statistics):

            def expected(name, place=place, rows=rows):
                of_one, seen = alone(scaler), panels.rows_of(X[:6], name)
                of_one.fit(seen if len(seen) else panels.rows_of(rows, name))
                return of_one.statistics(panels.rows_of(rows, name))[place]

            assert_as_alone(part, panels.names_in(rows), expected)


@many
@given(panel=panels_of(), place=st.integers(0, 27), which=st.integers(0, 10))
def test_no_row_depends_on_later_ones_or_on_other_series(panels, panel, place, which):
    causal = [t for t in WINDOWERS + INVERTIBLE if getattr(t, "causal", True)]
    transformer = causal[which % len(causal)]
    X = panels.make(panel[0], **panel[1] | {"gaps": False})
    place %= len(X)
    names = panels.names_in(X)
    own = (names == names[place]) & (np.arange(len(X)) <= place)
    changed = X.to_pandas() if isinstance(X, pl.DataFrame) else X.copy()
    changed.loc[~own, ["open", "close"]] = np.nan
    changed.iloc[np.flatnonzero(~own)[::2], changed.columns.get_loc("open")] = -1e3
    changed = pl.from_pandas(changed) if isinstance(X, pl.DataFrame) else changed
    before = features(clone(transformer).fit_transform(X))
    after = features(clone(transformer).fit_transform(changed))
    np.testing.assert_array_equal(before[own], after[own])


def test_the_order_of_rows_of_different_series_does_not_matter(panels):
    by_day = panels.make(list("ABCABCACB")).sort_index(kind="stable")
    by_name = by_day.sort_values("name", kind="stable")
    rows = np.argsort(by_day["name"].to_numpy(), kind="stable")
    for transformer in WINDOWERS + INVERTIBLE:
        found = features(clone(transformer).fit_transform(by_name))
        expected = features(clone(transformer).fit_transform(by_day))
        np.testing.assert_array_equal(found, expected[rows])


@pytest.mark.parametrize("transformer", WINDOWERS + INVERTIBLE, ids=str)
def test_names_may_be_of_any_kind(panels, transformer):
    X = panels.make(list("ABABBACAB"))
    expected = features(clone(transformer).fit(X[:6]).transform(X[6:]))
    numbers = X["name"].map({"A": 7, "B": 2, "C": 9})
    for names in (numbers, pd.to_datetime(numbers, unit="D"), X["name"].astype("category")):
        Z = X.assign(name=names)
        np.testing.assert_array_equal(
            features(clone(transformer).fit(Z[:6]).transform(Z[6:])), expected
        )


def test_the_smoother_has_a_state_for_each_series(panels):
    X = panels.make(list("ABABBACAB"), gaps=True)
    smoother = ExponentialSmoother(0.3, by="name").fit(X)
    assert list(smoother.state_) == ["A", "B", "C"]
    for name, state in smoother.state_.items():
        of_one = ExponentialSmoother(0.3).fit(panels.rows_of(X, name))
        np.testing.assert_array_equal(state, of_one.state_)


def test_another_lookback_takes_another_fit(panels):
    X = panels.make(list("ABABBAAAB"))
    windower = SequenceWindower(4, by="name", context="always").fit(X[:6])
    for lookback in (2, 9):
        with pytest.raises(ValueError, match=f"lookback={lookback} was 4 in fit"):
            windower.set_params(lookback=lookback).transform(X[6:])
