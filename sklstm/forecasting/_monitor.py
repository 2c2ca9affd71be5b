"""Whether errors have grown since `fit`: `drift_of`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import mannwhitneyu
from sklearn.utils import Bunch

from sklstm._warn import warn_user
from sklstm.data import key_levels, key_names

from ._histories import cut_index
from ._intervals import refuse_missing
from ._labels_of_rows import labels_of_rows
from ._once import Once
from ._path import NO_ROWS, Path
from ._unused_futures import unused_futures

_FEWEST = 8  # times, of which even ranks tell little
_ALPHA = 0.01


def drift_of(fitted: Any, n_fitted: Mapping[Any, int], level: float, newest: int | None) -> Bunch:
    """Compare errors of the rows since `fit` with those of the rows that calibrate.

    Parameters
    ----------
    fitted : Forecaster
        Fitted, with rows that came later.
    n_fitted : dict
        How many rows of each series the regressor has learned from.
    level : float
        Of intervals whose coverage is told.
    newest : int or None
        How many of the newest times count; None for all.

    Returns
    -------
    drift : Bunch
        As from `Forecaster.monitor`.

    Raises
    ------
    ValueError
        If there are no rows to compare, or none to compare with.
    """
    refuse_missing(fitted._calibrator, "monitor")
    histories = [past for key, past in fitted._known.histories.items() if key in n_fitted]
    ends = [n_fitted[past.key] for past in histories]
    counts = fitted._n_newest
    begins = [n_fitted[past.key] - counts.get(past.key, 0) for past in histories]
    cut = Once(cut_index)
    older = [past.part(0, end, cut) for past, end in zip(histories, ends, strict=True)]
    is_given = bool(len(fitted._known.known_given))
    before = _errors(fitted._calibrator, older, begins, is_given)
    since = _errors(fitted._model, histories, ends, is_given)
    if newest is not None:
        since = since[since["time"].isin(since["time"].drop_duplicates().nlargest(newest))]
    if since.empty or before.empty:
        advice = " Rows come by update." if since.empty else ""
        if before.empty:
            advice += " Take a larger calibration_size."
            if is_given:
                advice += (
                    " Where columns are known in advance, each calibration row needs their values "
                    "for the next horizon rows."
                )
        raise ValueError(
            "monitor compares errors of the rows after fit with those of the rows that calibrate "
            f"intervals: there are {len(since)} and {len(before)} of them.{advice}"
        )
    names = {
        "series": [past.key for past in histories], "column": fitted._known.columns,
    }  # fmt: skip
    return _compared(before, since, level, names, fitted._known.by)


def _errors(model, histories, firsts, is_given):
    """Return the error of each row from `firsts` on, forecast from the row before."""
    futures = unused_futures(model, histories, 1)
    paths = [Path(past, NO_ROWS, own) for past, own in zip(histories, futures, strict=True)]
    possible = model.possible_origins(paths)
    # A direct model reads what is given in advance of all the rows that it predicts.
    n_after = model.features.horizon if is_given else 1
    for k, (origins, first) in enumerate(zip(possible, firsts, strict=True)):
        inside = (origins >= first - 1) & (origins <= len(histories[k]) - 1 - n_after)
        paths[k] = replace(paths[k], origins=origins[inside])
    if not paths:
        return pd.DataFrame({"series": [], "column": [], "time": [], "error": []})
    found, n_columns = model.forecast(paths, 1), histories[0].values.shape[1]
    rows = [path.origins + 1 for path in paths]
    places = np.repeat(np.arange(len(paths)), [n_columns * len(own) for own in rows])
    columns = [np.repeat(np.arange(n_columns), len(own)) for own in rows]
    times = labels_of_rows(
        [path.history.index for path in paths], [np.tile(own, n_columns) for own in rows]
    )
    errors = [
        (path.history.values[own] - one[:, 0]).T.ravel()
        for path, own, one in zip(paths, rows, found, strict=True)
    ]
    table = {"series": places, "column": np.concatenate(columns), "time": times}
    return pd.DataFrame(table | {"error": np.concatenate(errors)}).dropna(subset="error")


def _compared(before, since, level, names, by):
    groups = ["series", "column"]
    before = _without_few(before, names)
    size = before.assign(error=before["error"].abs()).groupby(groups)["error"].mean().rename("mae")
    tails = before.groupby(groups)["error"].quantile([(1 - level) / 2, (1 + level) / 2]).unstack()
    bounds = tails.set_axis(["lower", "upper"], axis=1).join(size[size > 0], how="inner")
    _warn_of_no_error(size, names)
    before, since = (table.join(bounds, on=groups, how="inner") for table in (before, since))
    for table in (before, since):
        table["size"] = table["error"].abs()
        table["relative"] = table["size"] / table["mae"]
        table["covered"] = table["error"].between(table["lower"], table["upper"]).astype(float)
    # Errors of one time depend on each other: the mean of all series counts once.
    usual, now = (table.groupby("time")["relative"].mean() for table in (before, since))
    p_value = np.nan
    if len(now) and len(usual):
        p_value = float(mannwhitneyu(now, usual, alternative="greater").pvalue)
    enough = min(len(now), len(usual)) >= _FEWEST
    by_series = since.groupby(groups).agg(
        n_forecasts=("error", "size"), mae=("size", "mean"),
        usual_mae=("mae", "first"), relative_mae=("relative", "mean"), coverage=("covered", "mean"),
    )  # fmt: skip
    return Bunch(
        drifted=bool(p_value < _ALPHA) if enough else None,
        p_value=p_value,
        relative_mae=float(since["relative"].mean()),
        coverage=float(since["covered"].mean()),
        by_series=_named(by_series, names, by),
        by_time=now.rename("relative_mae"),
    )


def _without_few(before, names):
    """Leave out series of a panel with so few errors that they tell no usual size, and warn."""
    n_errors = before.groupby("series")["time"].nunique()
    few = n_errors.index[n_errors < _FEWEST]
    if not 0 < len(few) < len(n_errors):
        return before
    warn_user(
        f"The calibration rows of {len(few)} of {len(names['series'])} series, "
        f"{names['series'][few[0]]!r} the first, have fewer than {_FEWEST} errors, which tell no "
        "usual size: those since fit do not count."
    )
    return before[~before["series"].isin(few)]


def _warn_of_no_error(size, names):
    """Warn of series whose calibration rows have no error that others could be relative to."""
    perfect = size[size == 0].index.unique("series")
    if len(perfect):
        key = names["series"][perfect[0]]
        of = "" if key is None else f" of {len(perfect)} of {len(names['series'])} series, {key!r},"
        warn_user(
            f"The calibration rows{of} were forecast without any error: those since fit have no "
            "size relative to it, and do not count."
        )


def _named(table, names, by):
    """Return a table whose rows are named by series and column, where there are several."""
    series, columns = (table.index.get_level_values(level) for level in ("series", "column"))
    levels = {}
    if by is not None:
        parts, codes = key_levels([names["series"][number] for number in series], by)
        levels |= {
            name: part.take(code)
            for name, part, code in zip(key_names(by), parts, codes, strict=True)
        }
    if by is None or len(names["column"]) > 1:
        levels["column"] = [names["column"][number] for number in columns]
    table.index = pd.MultiIndex.from_arrays(list(levels.values()), names=list(levels))
    return table if len(levels) > 1 else table.set_axis(table.index.get_level_values(0))
