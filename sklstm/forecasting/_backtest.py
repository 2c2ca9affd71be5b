"""Forecasts of rows that are known, as they would have been made at the time: `run_backtest`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.utils import Bunch
from sklearn.utils.parallel import Parallel, delayed

from sklstm._warn import warn_user
from sklstm.data import as_labelled
from sklstm.metrics import NAIVE, PATH_SCORES, ForecastMetric, tell_of_no_scale
from sklstm.time_labels import label_text

from ._bounds_around import bounds_around
from ._errors_of_others import add_others
from ._fit_models import fewest_training_rows
from ._fold_encoding import encoded_by
from ._folds import Cut, read_folds
from ._following_rows import following_rows
from ._forecast_tables import (
    Forecasts,
    error_table,
    forecast_table,
    metric_table,
    naive_errors,
    persistence,
    refuse_names_of_levels,
)
from ._histories import cut_index
from ._intervals import (
    IntervalMaker,
    level_suffix,
    or_recursive,
    refuse_infinite,
    refuse_missing,
)
from ._once import Once
from ._past_repeated import told_of_repeated, warn_of_repeated
from ._path import Path
from ._path_scores import with_path_scores
from ._scores import (
    forecast_known,
    lacking_rows,
    last_step,
    warn_of_training_on_later_rows,
)
from ._unused_futures import unused_futures


@dataclass(frozen=True)
class BacktestSettings:
    """Settings of `Forecaster.backtest`; ``refit=None`` fits the first fold only."""

    refit: int | None
    steps: int | None
    stride: int | None
    levels: dict[float | None, float]
    season: int
    adaptive: bool = False
    metrics: Sequence[ForecastMetric] = ()
    from_earlier: bool = False  # where values known in advance end too soon, or repeats the last

    def __post_init__(self):
        for metric in self.metrics:
            metric.check_levels(list(self.levels.values()))

    @property
    def draws_paths(self) -> bool:
        """Whether a metric is a score of paths."""
        return any(metric.needs == "paths" for metric in self.metrics)


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
    series, exog = as_labelled(series), as_labelled(exog)
    known = forecaster._read(series, exog)
    refuse_names_of_levels(known.by)
    folds = read_folds(series, cv, known)
    every = settings.refit or len(folds)
    groups = {number: folds[number : number + every] for number in range(0, len(folds), every)}
    for number, group in groups.items():
        _refuse_earlier(group, number)
    # Tasks take the series as the user gave it, which backends of joblib then send around once.
    found = Parallel()(
        delayed(_forecast_group)(forecaster, series, exog, group, number, settings)
        for number, group in groups.items()
    )
    made = [table for table, _ in found if table is not None]
    for message in [told for _, told in found if told][:1]:  # of one fit for all
        warn_user(message)
    if not made:
        of_panel = " Folds of a panel are those of PanelTimeSeriesSplit." if known.by else ""
        raise ValueError(
            "cv and steps leave no row to be forecast: steps count from the last training row on, "
            f"a gap included (steps={settings.steps}).{of_panel}"
        )
    forecasts = pd.concat(made)
    _tell_of_none(forecasts)
    tell_of_no_scale(forecasts, settings.metrics)
    tables = {
        "errors": error_table(forecasts, settings.levels, settings.metrics, by="step"),
        "overall": error_table(forecasts, settings.levels, settings.metrics),
    }
    if known.by is not None:
        tables["by_series"] = error_table(forecasts, settings.levels, settings.metrics, by=known.by)
    shown = forecasts.drop(columns=[*NAIVE, *PATH_SCORES], errors="ignore")
    asked = {"season": settings.season, "levels": list(settings.levels.values())}
    return Bunch(forecasts=shown, **tables, **asked)


def errors_after(
    forecaster: Any, series: Any, exog: Any, settings: BacktestSettings
) -> pd.DataFrame:
    """Return the metrics of forecasts of rows that follow on those a forecaster was fitted to.

    Parameters
    ----------
    forecaster : Forecaster
        Fitted; nothing is refitted.
    series, exog : array-like, series or frame
        Rows that follow.
    settings : BacktestSettings
        One metric or several; ``refit`` does not count.

    Returns
    -------
    errors : DataFrame
        A row for each column of the series, a column for each metric and level.

    Raises
    ------
    ValueError
        If no forecast can be made.
    """
    before = forecaster._known
    refuse_names_of_levels(before.by)
    known = before.followed_by(series, exog, min_rows=1)  # new series have no origin
    warn_of_training_on_later_rows(before, known, forecaster._n_fitted_rows())
    n_rows = {key: len(past) for key, past in known.histories.items()}
    fold = {
        key: Cut(0, len(past) - 1, len(past), n_rows[key] - 1)
        for key, past in before.histories.items()
        if n_rows[key] > len(past)
    }
    results = _forecast_folds(forecaster, known, {}, [fold], settings)
    warn_of_repeated(forecaster, _most_steps(results))
    forecasts = forecast_table(results, known)
    _tell_of_none(forecasts, "The scorer")
    tell_of_no_scale(forecasts, settings.metrics)
    made = forecasts[forecasts["prediction"].notna()]
    return metric_table(made, settings.levels, settings.metrics, [])


def _tell_of_none(forecasts, who="backtest"):
    """Warn of origins from which no forecast was made; raise a ValueError if that is all."""
    none = forecasts["prediction"].isna()
    if not none.any():
        return
    what = (
        "its window has missing values or too few rows, fit had no rows of its series for a "
        "transformer, or its inverse gives no number"
    )
    if none.all():
        raise ValueError(f"No forecast could be made from any origin: of each {what}.")
    names = [name for name in forecasts.index.names if name not in ("column", "step")]
    places = forecasts.index.to_frame(index=False)[names]
    left_out = places[none.to_numpy()].drop_duplicates()
    first = ", ".join(label_text(value) for value in left_out.iloc[0])
    warn_user(
        f"{who} made no forecast from {len(left_out)} of {len(places.drop_duplicates())} "
        f"origins, {first} the first of them: the regressor cannot read what is known there ("
        f"{what}). Their predictions are NaN, and errors leave them out, those of persistence as "
        "well.",
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
    """Return the table of forecasts of folds that one fit serves, and what is to be told of them.

    The table is None if there is no forecast.
    """
    known = encoded_by(forecaster._read(series, exog), folds[0])
    fitted, first = _fit_fold(forecaster, known, folds[0], number)
    results = _forecast_folds(fitted, known, first, folds, settings)
    if not results:
        return None, ""
    return forecast_table(results, known), told_of_repeated(fitted, _most_steps(results))


def _most_steps(results):
    return max(result.tested.shape[1] for result in results)


def _fit_fold(forecaster, known, fold, number):
    """Return a forecaster fitted to training rows, and the first row of each of its series."""
    index_of_part = Once(cut_index)
    histories = {
        key: known.histories[key].part(cut.first, cut.origin + 1, index_of_part)
        for key, cut in fold.items()
    }
    fewest = fewest_training_rows(forecaster)
    histories = {key: past for key, past in histories.items() if len(past) >= fewest}
    if not histories:
        raise ValueError(
            f"cv gives fold {number} fewer training rows than the {fewest} that "
            f"lookback={forecaster.lookback} and horizon={forecaster.horizon} take."
        )
    fitted = clone(forecaster)._fit_known(replace(known, histories=histories), warn=False)
    return fitted, {key: cut.first for key, cut in fold.items()}


def _forecast_folds(fitted, known, first, folds, settings):
    """Return the forecasts of all origins of some folds, series by series."""
    model, jobs, cut = fitted._model, [], Once(cut_index)
    for key, past in known.histories.items():
        origins, tested = _origins(folds, key, first.get(key, 0), settings)
        if len(origins):
            history = past.part(first.get(key, 0), len(past), cut)
            jobs.append((history, origins, tested))
    jobs = [
        (*job, possible)
        for job, possible in zip(jobs, _possible(model, jobs, settings), strict=True)
    ]
    made = [
        (history, origins[possible], tested[possible])
        for history, origins, tested, possible in jobs
        if possible.any()
    ]
    results = [
        _forecasts(*job, values, settings)
        for job, values in zip(
            made, forecast_known(model, made, repeats=not settings.from_earlier), strict=True
        )
    ]
    if settings.levels and results:
        results = _with_bounds(results, fitted, settings)
    if settings.draws_paths and results:
        results = with_path_scores(results, fitted, repeats=not settings.from_earlier)
    by_key = {result.history.key: result for result in results}
    return [_with_all_origins(by_key.get(job[0].key), job, settings) for job in jobs]


def _possible(model, jobs, settings):
    """Tell for each series from which origins the regressor can forecast what is tested."""
    futures = unused_futures(model, [history for history, *_ in jobs], 1)
    paths = [Path(*job[:2], future) for job, future in zip(jobs, futures, strict=True)]
    possible = []
    for (history, origins, tested), readable in zip(
        jobs, model.possible_origins(paths), strict=True
    ):
        if settings.from_earlier:
            origins = origins - lacking_rows(model, history, origins, last_step(tested))
        possible.append(np.isin(origins, readable))
    return possible


def _with_all_origins(result, job, settings):
    """Return forecasts from all origins, NaN where the regressor could not make any.

    So backtests of all regressors have the same rows, whatever each of them can read.
    """
    history, origins, tested, possible = job
    if possible.all():
        return result
    nothing = np.full((*tested.shape, history.values.shape[1]), np.nan)
    whole = _forecasts(history, origins, tested, nothing, settings)
    suffixes = map(level_suffix, settings.levels)
    ends = {f"{end}{suffix}": nothing for suffix in suffixes for end in ("lower", "upper")}
    scores = dict.fromkeys(PATH_SCORES, nothing) if settings.draws_paths else {}
    columns = whole.columns | ends | scores
    if result is not None:
        for name in columns.keys() - {"actual", "persistence", *NAIVE}:
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
    begins, ends = np.array(spans, dtype=int).reshape(-1, 2).T[:, :, np.newaxis]
    steps = np.arange(1, ends.max(initial=0) + 1)
    return np.array(origins, dtype=int), (steps >= begins) & (steps <= ends)


def _forecasts(history, origins, tested, predicted, settings):
    shape = predicted.shape
    columns = {
        "actual": following_rows(history.values, origins, shape[1]),
        "prediction": predicted,
        "persistence": persistence(history.values, origins, shape[1], settings.season),
    }
    if any(metric.needs == "scale" for metric in settings.metrics):
        naive = naive_errors(history.values, origins, settings.season)
        columns |= {
            name: np.broadcast_to(values[:, np.newaxis], shape)
            for name, values in zip(NAIVE, naive, strict=True)
        }
    return Forecasts(history, origins, tested, columns)


def _with_bounds(results, fitted, settings):
    """Return forecasts with bounds by the errors that were known at each origin."""
    maker = IntervalMaker(
        fitted._model, fitted._calibrator, fitted._n_newest, settings.levels, settings.adaptive
    )
    refuse_missing(maker.calibrator)
    steps = _most_steps(results)
    futures = unused_futures(maker.calibrator, [r.history for r in results], steps)
    paths = [Path(r.history, r.origins, own) for r, own in zip(results, futures, strict=True)]
    found = maker.calibrations(paths, steps)
    add_others(found, maker, fitted, steps, borrows=False)
    ends: list[Any] = [None] * len(results)
    quantiles = maker.quantiles(paths)
    if quantiles is not None:
        jobs = [(r.history, r.origins, r.tested) for r in results]
        ask = partial(maker.model.forecast, quantiles=quantiles)
        ends = forecast_known(maker.model, jobs, ask, repeats=not settings.from_earlier)
    predictions = [r.columns["prediction"] for r in results]
    bounds = bounds_around(maker, paths, predictions, found, ends)
    # Steps that no fold tests need no interval.
    wanted = {result.history.key: result.tested for result in results}
    instead = or_recursive(maker.model.features)
    bounds = refuse_infinite(bounds, settings.levels, wanted, instead)
    return [replace(r, columns=r.columns | bounds[r.history.key]) for r in results]
