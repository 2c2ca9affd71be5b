"""Forecasts of the rows that follow on those fitted, and their score: `skill_score`."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from sklstm._warn import warn_user
from sklstm.data import as_labelled, index_of, split_panel
from sklstm.time_labels import as_time_labels, comparable, in_zone_of, label_text

from ._calendar_columns import n_columns
from ._following_rows import following_rows
from ._forecast_model import ForecastModel
from ._forecast_tables import persistence
from ._known_series import KnownSeries
from ._once import Once
from ._path import Path
from ._series_in_use import readable_now
from ._unreached import UNREACHED
from ._unused_futures import unused_futures


def skill_score(
    model: ForecastModel, before: KnownSeries, after: KnownSeries, fewest: int
) -> float:
    """Return one minus the ratio of absolute errors of forecasts and of persistence.

    Parameters
    ----------
    model : ForecastModel
        Who forecasts.
    before, after : KnownSeries
        The series without and with the rows to be forecast.
    fewest : int
        How many rows a series takes to be forecast; shorter ones do not count, nor do those whose
        newest window the regressor cannot read, if there are others.

    Returns
    -------
    score : float
        1 for perfect forecasts.

    Raises
    ------
    ValueError
        If no row follows on those of a series that can be forecast.
    """
    errors, naive, jobs = 0.0, 0.0, []
    enough = [past for past in before.histories.values() if len(past) >= fewest]
    scored = {past.key for past in readable_now(model, enough) or enough}
    for key, past in after.histories.items():
        if key not in scored:
            continue
        origin, steps = len(before.histories[key]) - 1, len(past) - len(before.histories[key])
        if not steps:
            continue
        origins = np.array([origin])
        (lacking,) = lacking_rows(model, past, origins, np.array([steps]))
        if lacking > 0:
            _refuse_short_exog(model, past, origin, steps, lacking)
        jobs.append((past, origins, np.ones((1, steps), dtype=bool)))
    if not jobs:
        _refuse_unknown(before, after)
    for (past, origins, asked), (forecast,) in zip(jobs, forecast_known(model, jobs), strict=True):
        steps = asked.shape[1]
        actual = following_rows(past.values, origins, steps)
        _refuse_unreached(past, int(origins[0]), forecast)
        errors += np.nansum(np.abs(forecast - actual))
        naive += np.nansum(np.abs(persistence(past.values, origins, steps, 1) - actual))
    if naive == 0.0:
        return 0.0 if errors == 0.0 else -np.inf
    return 1.0 - errors / naive


def _refuse_unreached(past, origin, forecast):
    """Raise a ValueError for forecasts that are no numbers: no error would be as large."""
    lost = ~np.isfinite(forecast).all(axis=1)
    if lost.any():
        label = label_text(past.index[origin + 1 + int(lost.argmax())])
        raise ValueError(f"The forecast of series{past.of} is no number at {label}: {UNREACHED}.")


def _refuse_unknown(before, after):
    """Raise a ValueError, since no row belongs to a series that can be forecast."""
    new = [key for key in after.histories if key not in before.histories]
    whose = f"those of {new[:5]} were not in fit" if new else "all of them have too few rows"
    raise ValueError(
        f"No row can be scored: of the series that it has, {whose}, and a score forecasts the rows "
        "that follow on those known. Folds that part series from each other test nothing; those of "
        "PanelTimeSeriesSplit part times."
    )


def warn_of_training_on_later_rows(
    before: KnownSeries, after: KnownSeries, n_learned: Mapping[Hashable, int]
) -> None:
    """Warn if other series were learned from at the times that are to be scored.

    Parameters
    ----------
    before, after : KnownSeries
        The series without and with the rows to be scored.
    n_learned : mapping
        How many rows of each series were learned from, by its key.

    Warns
    -----
    UserWarning
        If rows of a series are later than the first row to be scored.
    """
    label_at = Once(lambda index, row: index[row])
    tested = [
        (label_at(past.index, len(before.histories[key])), key)
        for key, past in after.histories.items()
        if key in before.histories and len(past) > len(before.histories[key])
    ]
    if not tested or len(n_learned) < 2:
        return
    own = after.histories[tested[0][1]].index
    alike = Once(lambda index: comparable(index, own))
    tested = [one for one in tested if alike(after.histories[one[1]].index)]
    first, scored = min(tested, key=lambda one: one[0])
    for key, n_rows in n_learned.items():
        index = before.histories[key].index
        # Numbers that count the rows of a stacked frame are of no other series' time.
        if not n_rows or not alike(index):
            continue
        last = label_at(index, min(n_rows, len(index)) - 1)
        if label_at(index, 0) <= first <= last:
            warn_user(
                f"Rows of series {scored!r} are scored from {label_text(first)} on, and fit has "
                f"learned from rows of series {key!r} up to {label_text(last)}: a score of "
                "times that other series have shown may be too good. PanelTimeSeriesSplit cuts all "
                "series at the same time."
            )
            return


def _refuse_short_exog(model, past, origin, steps, lacking):
    """Raise a ValueError where forecasts cannot be made from an earlier row in place of exog."""
    last = label_text(past.index[origin])
    absent = int(np.argmax(~np.isnan(past.values[origin + 1 :]).all(axis=1)))
    if absent:
        raise ValueError(
            f"{absent} rows of series{past.of} are absent after {last}, so that {steps} rows would "
            f"be forecast, no multiple of horizon={model.features.horizon}, to score the last "
            f"{steps - absent}. Forecasts begin right after the training rows: let the splitter "
            "leave no gap (gap=0)."
        )
    if origin - lacking < model.features.first_origin:
        raise ValueError(
            f"exog ends {lacking} rows too early for the {steps} rows of series{past.of} after "
            f"{last}, and so few rows are known before that no forecast can begin earlier: give "
            "longer training rows, score a multiple of horizon rows, or leave the columns out of "
            "known_exog."
        )


def predicted_rows(
    model: ForecastModel, before: KnownSeries, series: Any, n_learned: Mapping[Hashable, int]
) -> np.ndarray:
    """Return what is forecast for each row of a frame that follows on the rows known.

    Parameters
    ----------
    model : ForecastModel
        Who forecasts.
    before : KnownSeries
        The series without these rows.
    series : array-like, series or frame
        The rows; only their places count.
    n_learned : mapping
        As for `warn_of_training_on_later_rows`.

    Returns
    -------
    predictions : ndarray of shape (n_rows,) or (n_rows, n_columns)
        In the order of the rows.
    """
    series = as_labelled(series)
    after = before.followed_by(series, None)
    warn_of_training_on_later_rows(before, after, n_learned)
    predictions = np.full((len(series), len(before.columns)), np.nan)
    frame, rows_of = series, {None: np.arange(len(series))}  # type: Any, dict[Any, np.ndarray]
    if before.by is not None:
        panel = split_panel(series, before.by, "series")
        frame, rows_of = panel.frame, dict(zip(panel.keys, panel.rows, strict=True))
    index = index_of(frame)
    for key, rows in rows_of.items():
        past, origin = after.histories[key], len(before.histories[key]) - 1
        steps = len(past) - origin - 1
        (forecast,) = model.forecast([Path(past, np.array([origin]))], steps)
        places = np.arange(steps)
        if index is not None:
            own = in_zone_of(as_time_labels(index)[rows], past.index)
            places = past.index[origin + 1 :].get_indexer(own)
        predictions[rows] = forecast[0][places]
    return predictions[:, 0] if len(before.columns) == 1 else predictions


def lacking_rows(model, history, origins, n_steps):
    """Return how many rows of values known in advance are lacking for so many steps."""
    if len(model.features.known) == n_columns(model.features.calendar):
        return np.zeros(len(origins), dtype=int)  # whatever is known is known for ever
    ends = origins + np.array([model.padded(n) for n in n_steps], dtype=int)
    return np.maximum(ends + 1 - len(history), 0)


def forecast_known(model, jobs, forecast=None, *, repeats=False):
    """Forecast rows of series that are known, if need be from earlier rows than asked for.

    Where values known in advance end before the last block of `horizon` rows does, forecasts begin
    so many rows earlier that it ends with them. Nothing of the rows in between is used. Or the last
    values are repeated, as `Forecaster.forecast` does in rows that nobody asks for.

    Parameters
    ----------
    model : ForecastModel
        Who forecasts.
    jobs : list of (History, ndarray, ndarray)
        Series, the origins of shape (n_origins,), and which rows ahead are wanted, (n_origins,
        steps).
    forecast : callable, optional
        Takes paths and a number of steps, in place of ``model.forecast``; may return one axis more.
    repeats : bool, default=False
        Whether the last values are repeated, and no forecast begins earlier.

    Returns
    -------
    forecasts : list of ndarray of shape (n_origins, steps, n_columns)
        Numbers at least up to the last row wanted from each origin.
    """
    forecast = model.forecast if forecast is None else forecast
    shifts = [
        np.zeros(len(origins), dtype=int) if repeats else lacking_rows(model, past, origins, last)
        for past, origins, last in ((past, own, last_step(asked)) for past, own, asked in jobs)
    ]
    parts = [
        (number, shift) for number, by_origin in enumerate(shifts) for shift in np.unique(by_origin)
    ]
    steps = max((jobs[number][2].shape[1] + int(shift) for number, shift in parts), default=0)
    futures = unused_futures(model, [jobs[number][0] for number, _ in parts], steps)
    paths = []
    for (number, shift), future in zip(parts, futures, strict=True):
        past, origins, _ = jobs[number]
        paths.append(Path(past, origins[shifts[number] == shift] - shift, future))
    forecasts: list[Any] = [None] * len(jobs)
    for (number, shift), values in zip(parts, forecast(paths, steps), strict=True):
        if forecasts[number] is None:
            forecasts[number] = np.full((*jobs[number][2].shape, *values.shape[2:]), np.nan)
        n_steps = forecasts[number].shape[1]
        forecasts[number][shifts[number] == shift] = values[:, shift : shift + n_steps]
    return forecasts


def last_step(tested):
    """Return the number of the last row ahead that is wanted from each origin."""
    return tested.shape[1] - np.argmax(tested[:, ::-1], axis=1)
