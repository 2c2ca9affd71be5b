"""Forecasts of rows that are known, as they would have been made at the time: `run_backtest`."""

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.utils import Bunch
from sklearn.utils.parallel import Parallel, delayed

from sklstm.time_labels import label_text

from ._folds import read_folds
from ._forecast_model import ForecastModel, Path
from ._histories import History
from ._intervals import (
    finite_half_widths,
    following_rows,
    forecast_errors,
    interval_half_widths,
    refuse_missing,
)
from ._known_series import KnownSeries, bounds, level_suffix


@dataclass(frozen=True)
class BacktestSettings:
    """Settings of `Forecaster.backtest`; ``refit=None`` fits the first fold only."""

    refit: int | None
    steps: int | None
    stride: int | None
    levels: dict[float | None, float]
    season: int


@dataclass(frozen=True)
class Forecasts:
    """Forecasts of one series from some of its rows.

    Parameters
    ----------
    history : History
        The series.
    origins : ndarray of shape (n_origins,)
        Last known row of each.
    tested : ndarray of shape (n_origins, steps), bool
        Which rows ahead were asked for.
    columns : dict
        ``actual``, ``prediction``, ``persistence`` and bounds, each of shape (n_origins, steps,
        n_columns).
    """

    history: History
    origins: np.ndarray
    tested: np.ndarray
    columns: dict[str, np.ndarray]


def run_backtest(
    forecaster: Any, series: Any, exog: Any, cv: Any, settings: BacktestSettings
) -> Bunch:
    """Run `Forecaster.backtest` with an unfitted forecaster.

    Parameters
    ----------
    forecaster : Forecaster
        Its clones are fitted.
    series, exog : array-like, series or frame
        All rows.
    cv : splitter, iterable or int
        Folds.
    settings : BacktestSettings
        The rest.

    Returns
    -------
    result : Bunch
        Forecasts, errors by step and errors of all steps.
    """
    known = forecaster._read(series, exog)
    folds = read_folds(series, cv, known)
    every = settings.refit or len(folds)
    groups = {number: folds[number : number + every] for number in range(0, len(folds), every)}
    for number, group in groups.items():
        _refuse_earlier(group, number)
    # Tasks take the series as the user gave it, which backends of joblib then send around once.
    tables = Parallel()(
        delayed(_forecast_group)(forecaster, series, exog, group, number, settings)
        for number, group in groups.items()
    )
    tables = [table for table in tables if table is not None]
    if not tables:
        raise ValueError(
            "cv and steps leave no row to be forecast: steps count from the last training row on, "
            f"a gap included (steps={settings.steps})."
        )
    forecasts = pd.concat(tables)
    _tell_of_none(forecasts)
    levels = list(settings.levels)
    return Bunch(
        forecasts=forecasts,
        errors=error_table(forecasts, levels, by_step=True),
        overall=error_table(forecasts, levels, by_step=False),
    )


def _tell_of_none(forecasts):
    """Warn of origins from which no forecast was made; raise a ValueError if that is all."""
    none = forecasts["prediction"].isna()
    if not none.any():
        return
    what = (
        "its window has missing values or too few rows, exog known in advance ends too soon, or "
        "fit had no rows of its series for a transformer"
    )
    if none.all():
        raise ValueError(f"No forecast could be made from any origin: of each {what}.")
    names = [name for name in forecasts.index.names if name not in ("column", "step")]
    places = forecasts.index.to_frame(index=False)[names]
    left_out = places[none.to_numpy()].drop_duplicates()
    first = ", ".join(label_text(value) for value in left_out.iloc[0])
    warnings.warn(
        f"backtest made no forecast from {len(left_out)} of {len(places.drop_duplicates())} "
        f"origins, {first} the first of them: the regressor cannot read what is known there ("
        f"{what}). Their predictions are NaN, and errors leave them out, those of persistence as "
        "well.",
        stacklevel=3,
    )


def skill_score(model: ForecastModel, before: KnownSeries, after: KnownSeries) -> float:
    """Return one minus the ratio of absolute errors of forecasts and of persistence.

    Parameters
    ----------
    model : ForecastModel
        Who forecasts.
    before, after : KnownSeries
        The series without and with the rows to be forecast.

    Returns
    -------
    score : float
        1 for perfect forecasts.
    """
    errors, naive = 0.0, 0.0
    for key, past in after.histories.items():
        origin, steps = len(before.histories[key]) - 1, len(past) - len(before.histories[key])
        if not steps:
            continue
        origins = np.array([origin])
        if not _known_far_enough(model, past, origins, np.array([steps])).all():
            _refuse_short_exog(model, past, origin, steps)
        path = Path(past, origins, _unused_future(model, past, steps))
        (forecast,) = model.forecast([path], steps)
        actual = following_rows(past.values, origins, steps)
        errors += np.nansum(np.abs(forecast - actual))
        naive += np.nansum(np.abs(_persistence(past.values, origins, steps, 1) - actual))
    if naive == 0.0:
        return 0.0 if errors == 0.0 else -np.inf
    return 1.0 - errors / naive


def _refuse_short_exog(model, past, origin, steps):
    """Say why exogenous values known in advance end before the last block of direct forecasts."""
    horizon, last = model.features.horizon, label_text(past.index[origin])
    absent = int(np.argmax(~np.isnan(past.values[origin + 1 :]).all(axis=1)))
    if absent:
        raise ValueError(
            f"{absent} rows of series{past.of} are absent after {last}, so that {steps} rows would "
            f"be forecast, no multiple of horizon={horizon}, to score the last "
            f"{steps - absent}. Forecasts begin right after the training rows: let the splitter "
            "leave no gap (gap=0)."
        )
    raise ValueError(
        f"exog ends too early for the {steps} rows of series{past.of} after {last}: "
        f"strategy='direct' predicts horizon={horizon} rows at once, and takes exog known in "
        f"advance of {model.padded(steps)} rows. Score a multiple of horizon rows, or leave the "
        "columns out of known_exog."
    )


def _refuse_earlier(folds, number):
    """Raise a ValueError if a fold begins before the end of the rows that the first one trains."""
    for place, fold in enumerate(folds[1:], start=1):
        if any(key in fold and fold[key].origin < cut.origin for key, cut in folds[0].items()):
            raise ValueError(
                f"cv gives fold {number + place} training rows that end before those of fold "
                f"{number}, which is fitted for both: put folds in the order of time, or fit each "
                "(refit=True)."
            )


def _forecast_group(forecaster, series, exog, folds, number, settings):
    """Return the table of forecasts of folds that one fit serves; None if there is none."""
    known = forecaster._read(series, exog)
    fitted, first = _fit_fold(forecaster, known, folds[0], number)
    results = _forecast_folds(fitted, known, first, folds, settings)
    return forecast_table(results, known) if results else None


def _fit_fold(forecaster, known, fold, number):
    """Return a forecaster fitted to training rows, and the first row of each of its series."""
    histories = {
        key: known.histories[key].part(cut.first, cut.origin + 1) for key, cut in fold.items()
    }
    fewest = forecaster.lookback + forecaster.horizon
    histories = {key: past for key, past in histories.items() if len(past) >= fewest}
    if not histories:
        raise ValueError(
            f"cv gives fold {number} fewer training rows than the {fewest} that "
            f"lookback={forecaster.lookback} and horizon={forecaster.horizon} take."
        )
    fitted = clone(forecaster)._fit_known(replace(known, histories=histories))
    return fitted, {key: cut.first for key, cut in fold.items()}


def _forecast_folds(fitted, known, first, folds, settings):
    """Return the forecasts of all origins of some folds, series by series."""
    model, jobs = fitted._model, []
    for key, past in known.histories.items():
        origins, tested = _origins(folds, key, first.get(key, 0), settings)
        if len(origins):
            history = past.part(first.get(key, 0), len(past))
            possible = _possible(model, history, origins, tested)
            jobs.append((history, origins, tested, possible))
    made = [
        (history, origins[possible], tested[possible])
        for history, origins, tested, possible in jobs
        if possible.any()
    ]
    steps = max((tested.shape[1] for *_, tested in made), default=0)
    paths = [
        Path(history, origins, _unused_future(model, history, steps))
        for history, origins, _ in made
    ]
    predicted = model.forecast(paths, steps)
    results = [
        _forecasts(*job, values[:, : job[2].shape[1]], settings)
        for job, values in zip(made, predicted, strict=True)
    ]
    if settings.levels and results:
        results = _with_bounds(results, fitted, settings.levels)
    by_key = {result.history.key: result for result in results}
    return [_with_all_origins(by_key.get(job[0].key), job, settings) for job in jobs]


def _possible(model, history, origins, tested):
    """Tell from which origins the regressor can forecast what is tested."""
    possible = np.isin(origins, model.possible_origins(Path(history, origins)))
    return possible & _known_far_enough(model, history, origins, _last(tested))


def _with_all_origins(result, job, settings):
    """Return forecasts from all origins, NaN where the regressor could not make any.

    So backtests of all regressors have the same rows, whatever each of them can read.
    """
    history, origins, tested, possible = job
    if possible.all():
        return result
    nothing = np.full((*tested.shape, history.values.shape[1]), np.nan)
    whole = _forecasts(history, origins, tested, nothing, settings)
    columns = whole.columns | bounds(nothing, dict.fromkeys(settings.levels, nothing))
    if result is not None:
        for name in columns.keys() - {"actual", "persistence"}:
            columns[name] = nothing.copy()
            columns[name][possible] = result.columns[name]
    return replace(whole, columns=columns)


def _origins(folds, key, first, settings):
    """Return the origins in a series, and which rows ahead of each of them are tested."""
    origins, spans = [], []
    for cut in (fold[key] for fold in folds if key in fold):
        last = cut.end if settings.stride else cut.origin + 1
        for origin in range(cut.origin, last, settings.stride or 1):
            end = cut.end if settings.steps is None else min(cut.end, origin + settings.steps)
            if end >= max(cut.begin, origin + 1):
                origins.append(origin - first)
                spans.append((max(cut.begin - origin, 1), end - origin))
    steps = np.arange(1, max((end for _, end in spans), default=0) + 1)
    tested = np.array([(steps >= begin) & (steps <= end) for begin, end in spans])
    return np.array(origins, dtype=int), tested.reshape(len(spans), len(steps))


def _last(tested):
    return tested.shape[1] - np.argmax(tested[:, ::-1], axis=1)


def _known_far_enough(model, history, origins, n_steps):
    """Tell from which origins all values are there that so many steps take in advance."""
    if not len(model.features.known):
        return np.ones(len(origins), dtype=bool)
    return origins + [model.padded(n) for n in n_steps] < len(history)


def _unused_future(model, history, steps):
    """Return values for rows after the end, that only what is cut off afterwards depends on."""
    if not len(model.features.known):
        return None
    last = history.exog[-1:, model.features.known]
    return np.repeat(last, model.padded(steps), axis=0)


def _forecasts(history, origins, tested, predicted, settings):
    steps = tested.shape[1]
    columns = {
        "actual": following_rows(history.values, origins, steps),
        "prediction": predicted,
        "persistence": _persistence(history.values, origins, steps, settings.season),
    }
    return Forecasts(history, origins, tested, columns)


def _with_bounds(results, fitted, levels):
    """Return forecasts with bounds by the errors that were known at each origin."""
    calibrator, n_newest = fitted._calibrator, fitted._n_newest
    refuse_missing(calibrator)
    widths = {
        result.history.key: _widths_at_origins(
            result, calibrator, n_newest.get(result.history.key, 0), levels
        )
        for result in results
    }
    widths = finite_half_widths(widths, levels)
    return [
        replace(
            result,
            columns=result.columns
            | bounds(result.columns["prediction"], widths[result.history.key]),
        )
        for result in results
    ]


def _widths_at_origins(result, calibrator, n_newest, levels):
    """Return for each level the half widths at each origin, (n_origins, steps, n_columns)."""
    past, steps = result.history, result.tested.shape[1]
    first = max(calibrator.features.lookback - 1, int(result.origins.min()) - n_newest)
    path = Path(past, result.origins, _unused_future(calibrator, past, steps))
    (errors,) = forecast_errors(calibrator, [path], [first], steps)
    widths = {}
    for name, level in levels.items():
        at_origins = [
            interval_half_widths(errors[: origin + 1 - first], level, n_newest)
            for origin in result.origins
        ]
        # Steps that no fold tests need no interval.
        widths[name] = np.where(result.tested[:, :, np.newaxis], np.stack(at_origins), np.nan)
    return widths


def _persistence(values, origins, steps, season):
    """Return the newest known value of the same place in the season, for each row ahead."""
    observed = np.full(-(-len(values) // season) * season, -1)
    observed[: len(values)] = np.where(np.isnan(values).any(axis=1), -1, np.arange(len(values)))
    newest = np.maximum.accumulate(observed.reshape(-1, season)).ravel()
    ahead = np.arange(1, steps + 1)
    place = origins[:, np.newaxis] + ahead - season * -(-ahead // season)
    source = np.where(place >= 0, newest[np.maximum(place, 0)], -1)
    return np.where((source >= 0)[:, :, np.newaxis], values[source], np.nan)


def forecast_table(results: list[Forecasts], known: KnownSeries) -> pd.DataFrame:
    """Return one row for each origin and step.

    Parameters
    ----------
    results : list of Forecasts
        Of each series and fitted model.
    known : KnownSeries
        Gives the names of columns and of the series key.

    Returns
    -------
    table : DataFrame
        Actual values, forecasts, persistence and bounds.
    """
    several = len(known.columns) > 1
    frames = []
    for result in results:
        origin, step = np.nonzero(result.tested)
        origins = result.origins[origin]
        for place, name in enumerate(known.columns):
            key = [result.history.key] * len(step)
            levels: dict[Any, Any] = {} if known.by is None else {known.by: key}
            levels |= {"column": [name] * len(step)} if several else {}
            levels |= {"origin": result.history.index[origins], "step": step + 1}
            values = {
                quantity: array[origin, step, place] for quantity, array in result.columns.items()
            }
            time = result.history.index[origins + step + 1]
            index = pd.MultiIndex.from_arrays(list(levels.values()), names=list(levels))
            frames.append(pd.DataFrame({"time": time} | values, index=index))
    return pd.concat(frames)


def error_table(forecasts: pd.DataFrame, levels: list[float | None], *, by_step: bool) -> Any:
    """Return the errors of forecasts and of persistence.

    Parameters
    ----------
    forecasts : DataFrame
        As from `forecast_table`.
    levels : list
        Names of the levels of intervals.
    by_step : bool
        Whether each step ahead has a row of its own.

    Returns
    -------
    table : DataFrame or Series
        Of all series together; a Series for all steps of a single column.
    """
    error = forecasts["prediction"] - forecasts["actual"]
    naive = forecasts["persistence"] - forecasts["actual"]
    naive = naive.where(forecasts["prediction"].notna())  # both of the same rows
    parts = {"n_forecasts": error, "mae": error.abs(), "rmse": error**2}
    parts |= {"persistence_mae": naive.abs(), "persistence_rmse": naive**2}
    for level in levels:
        suffix = level_suffix(level)
        lower, upper = forecasts[f"lower{suffix}"], forecasts[f"upper{suffix}"]
        covered = forecasts["actual"].between(lower, upper)
        # Of series without intervals there is nothing to cover with.
        parts[f"coverage{suffix}"] = covered.where(error.notna() & lower.notna()).astype(float)
    groups = ["column"] if "column" in forecasts.index.names else []
    groups += ["step"] if by_step else []
    parts = pd.DataFrame(parts)
    grouped = parts.groupby(level=groups, sort=False) if groups else parts
    table = grouped.mean()
    table["n_forecasts"] = grouped["n_forecasts"].count()
    for name in ("rmse", "persistence_rmse"):
        table[name] = np.sqrt(table[name])
    return table.sort_index(level="step", sort_remaining=False) if by_step else table
