"""All shares of the S&P 500 over five years, of unequal length, in one frame."""

import pickle

import numpy as np
import pandas as pd
import pytest

from sklstm.preprocessing import ExponentialSmoother, SequenceWindower, WindowScaler

pytestmark = pytest.mark.data
PRICES = ["open", "high", "low", "close"]


@pytest.fixture(scope="module")
def table(data_folder):
    file = data_folder / "all_stocks_5yr.csv.gz"
    table = pd.read_csv(file, index_col="date", parse_dates=True)[[*PRICES, "Name"]]
    assert table.shape == (619_040, 5)
    return table


# Rows day by day or share by share, names in a column or in the index.
FORMS = ["by day", "by name", "level"]


def shares_in(form, table):
    if form == "by name":
        return table
    by_day = table.sort_index(kind="stable")
    return by_day.set_index("Name", append=True) if form == "level" else by_day


def by_share(shares):
    """Yield the rows of every eighth share, and of those with holes, as positions and as frames."""
    level = "Name" not in shares.columns
    names = shares.index.get_level_values("Name") if level else shares["Name"]
    found = pd.Series(np.arange(len(shares))).groupby(np.asarray(names)).indices
    assert len(found) == 505
    columns = [name for name in PRICES if name in shares]
    holes = set(np.flatnonzero(shares[columns].isna().to_numpy().any(axis=1)))
    for number, rows in enumerate(found.values()):
        if number % 8 and holes.isdisjoint(rows):
            continue
        part = shares.iloc[rows]
        yield rows, part.droplevel("Name") if level else part.drop(columns="Name")


@pytest.mark.parametrize("form", FORMS)
def test_windows_hold_rows_of_one_share(form, table):
    X = shares_in(form, table).drop(columns=["open", "high", "low"])
    windows = SequenceWindower(20, by="Name").fit_transform(X)
    assert windows.shape == (619_040, 20, 1)
    for rows, part in by_share(X):
        np.testing.assert_array_equal(windows[rows], SequenceWindower(20).fit_transform(part))


@pytest.mark.parametrize(
    ("form", "transformer"),
    [
        ("by name", ExponentialSmoother(0.3, by="Name")),
        ("by day", WindowScaler("standard", window_size=20, by="Name")),
        ("level", WindowScaler("minmax", by="Name")),
    ],
    ids=str,
)
def test_empty_prices_stay_where_they_are(form, transformer, table):
    shares = shares_in(form, table)
    assert shares.isna().to_numpy().sum() == 27
    assert shares[PRICES].isna().any(axis=1).sum() == 11
    result = transformer.fit_transform(shares)
    back = transformer.inverse_transform(result)
    for frame in (result, back):
        assert list(frame.columns) == list(shares.columns)
        assert frame.index.equals(shares.index)
        assert frame.isna().equals(shares.isna())
    np.testing.assert_allclose(back[PRICES], shares[PRICES], rtol=1e-9)
    one = type(transformer)(**transformer.get_params() | {"by": None})
    values = result[PRICES].to_numpy()
    for rows, part in by_share(shares):
        np.testing.assert_array_equal(values[rows], one.fit_transform(part))


def test_shares_go_on_where_they_ended(table):
    X = table[["close", "Name"]].sort_index(kind="stable")
    head, rest = X[:500_000], X[500_000:]
    windower = SequenceWindower(20, by="Name").fit(head)
    assert len(pickle.dumps(windower)) < 1_000_000
    windows = windower.transform(rest)
    whole = SequenceWindower(20, by="Name").fit_transform(X)[500_000:]
    np.testing.assert_array_equal(windows, whole)
