"""Panels that several test files share."""

import numpy as np
import pandas as pd
import polars as pl
import pytest


def make_panel(names, *, kind="column", dtype=np.float64, gaps=False, seed=0, index="days"):
    """A frame of two features with a row for each of `names`, of irregular days or ranks."""
    rng = np.random.default_rng(seed)
    names = np.asarray(names)
    values = 50 + rng.normal(size=(len(names), 2)).cumsum(axis=0)
    if gaps:
        values[rng.random(values.shape) < 0.2] = np.nan
    # Each series has days of its own; some days are common to several.
    days = np.empty(len(names), dtype=np.int64)
    for name in np.unique(names):
        n_rows = np.sum(names == name)
        days[names == name] = np.cumsum(rng.integers(1, 4, size=n_rows))
    times = pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="D")
    frame = pd.DataFrame(values.astype(dtype), columns=["open", "close"])
    frame.index = times.rename("day") if index == "days" else pd.RangeIndex(len(names))
    frame.insert(1, "name", names)
    if kind == "polars":
        return pl.from_pandas(frame)
    if kind == "level":
        return frame.set_index("name", append=True)
    return frame.set_index("name", append=True).swaplevel() if kind == "first level" else frame


def rows_of(X, name):
    """The rows of one series as a frame without names."""
    if isinstance(X, pl.DataFrame):
        return X.filter(pl.col("name") == name).drop("name")
    if "name" in X.columns:
        return X[X["name"] == name].drop(columns="name")
    return X[X.index.get_level_values("name") == name].droplevel("name")


def names_in(X):
    """The name of the series of each row."""
    if isinstance(X, pl.DataFrame) or "name" in X.columns:
        return np.asarray(X["name"], dtype=object)
    return np.asarray(X.index.get_level_values("name"), dtype=object)


class Panels:
    """The functions above, for `--import-mode=importlib` has no modules of helpers."""

    make, rows_of, names_in = map(staticmethod, (make_panel, rows_of, names_in))


@pytest.fixture(scope="session")
def panels():
    """How to make a panel and to take it apart."""
    return Panels
