"""Which scale, and how many units, suit columns beside the series: `choose_by_regressor`."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from sklstm._warn import caught_warnings

from ._following_rows import following_rows_of_all
from ._forecast_model import ForecastModel
from ._histories import History
from ._mean_changes import mean_changes
from ._model_maker import ModelMaker
from ._path import Path
from ._predicted_spread import quantile_inside
from ._prepared_fit import PreparedFit
from ._scaling import wanted_scaling
from ._scores import forecast_known

_OTHERS = ("level", "standard")  # that leave the season to the columns which tell of it
_ENOUGH = 0.97  # of the error in the scale that the values ask for, or with fewer units
_ENOUGH_OF_CHANGES = 0.9  # where that takes no season off: levels may leave their range
_HOPELESS = 1.25  # of it, in one of the other scales
_MORE_UNITS = 64  # that are tried: twice as many as a network has by itself
_MOST_SERIES = 1000
_MOST_ROWS = 24_000  # that are forecast
_MOST_AHEAD = 100
_FEWEST_OF_SERIES = 2  # origins, one in each half
_FEWEST_ORIGINS = 10


@dataclass(frozen=True, eq=False)
class ChosenScale:
    """The scale of windows, and a model that may be there already.

    Parameters
    ----------
    prepared : PreparedFit
        Of all rows, in this scale, and of as many units as are chosen.
    n_newest : dict
        How many rows of each series the model has not seen.
    model : ForecastModel, optional
        Of the rows before; the best of those that were tried.
    """

    prepared: PreparedFit
    n_newest: dict[Hashable, int] | None = None
    model: ForecastModel | None = None


def choose_by_regressor(maker: ModelMaker, prepared: PreparedFit) -> ChosenScale:
    """Choose the scale of windows by the regressor itself, where columns tell of the future.

    Quick models look at the values alone, and see in a season what hour, weather or a holiday tell
    as well. A season taken off by differences takes what these columns have done one season before
    with it, and a network that reads them no longer finds their effects. So the regressor is fitted
    to older rows in each of a few scales, and forecasts the newest ones.

    These columns may leave more to learn than a small network holds. So where it reads them in the
    rows to come, and its `hidden_size` is ``"auto"``, one of more units is tried as well, in the
    best scale.

    Parameters
    ----------
    maker : ModelMaker
        Makes models of the series.
    prepared : PreparedFit
        Of all rows, in the scale that their values ask for.

    Returns
    -------
    chosen : ChosenScale
        As prepared without columns known in advance, where a scale is named, and where there are
        too few rows to tell, or more than 1000 series, whose windows tell quick models enough and
        take a network long. Else another scale if its mean absolute error (of a regressor of one
        quantile, its pinball loss) is less by three per cent, or a tenth where no season is taken
        off, and less both in the older and the newer half of the rows that are forecast. Errors
        are relative to the mean absolute change of each series. Standardised windows are not tried
        where levels are worse by a quarter: both leave the season to the columns. More units have
        to be better by three per cent, in both halves, too. What goes wrong in a scale that is only
        tried, or with more units, is neither told nor raised.
    """
    if not _may_choose(maker, prepared):
        return ChosenScale(prepared)
    older, n_newest = maker.older(prepared, "auto")
    jobs = _jobs(older, maker.known.histories, _rows_ahead(maker))
    usual = _Trial.of(maker, prepared, older, jobs)
    if usual is None:
        return ChosenScale(prepared)
    others: list[_Trial] = []
    for name in _OTHERS:
        if name != usual.name and all(one.beside(usual) <= _HOPELESS for one in others):
            trial = _tried(maker, partial(maker.prepared, name), older, jobs)
            others += [] if trial is None else [trial]
    better = [one for one in others if one.is_better_than(usual)]
    best = min(better, key=lambda one: one.beside(usual), default=usual)
    errors = _errors_of_all([usual, *others])
    if best.prepared.may_choose_units:
        larger = _tried(maker, partial(best.prepared.with_units, _MORE_UNITS), older, jobs)
        best = larger if larger is not None and larger.leads(best, _ENOUGH) else best
    return ChosenScale(best.told(errors), n_newest, best.model)


def _tried(maker, prepare, older, jobs):
    """Return the trial of what nobody has asked for; None if anything goes wrong."""
    with caught_warnings(), np.errstate(all="ignore"):
        try:
            return _Trial.of(maker, prepare(), older, jobs)
        except Exception:  # of any regressor, about raw values for example
            return None


def _errors_of_all(trials):
    """Return the mean error of each trial by its name, over origins that all could forecast."""
    errors = np.array([one.errors for one in trials])
    common = ~np.isnan(errors).any(axis=0)
    means = errors[:, common].mean(axis=1) if common.any() else np.full(len(trials), np.nan)
    return {one.name: float(mean) for one, mean in zip(trials, means, strict=True)}


def _may_choose(maker, prepared):
    """Tell whether there is a choice, and columns known in advance; those of a calendar are."""
    is_auto = prepared.scaling is not None and wanted_scaling(maker.forecaster) == "auto"
    few = len(maker.histories) <= _MOST_SERIES
    return is_auto and few and len(maker.features.known) > 0


def _rows_ahead(maker):
    """Return how many rows are forecast: those that users ask for, or else a season."""
    horizon = maker.forecaster.horizon
    return horizon if horizon > 1 else min(maker.season.n_rows, _MOST_AHEAD)


def _jobs(older, histories, steps):
    """Return for each series what `forecast_known` takes: origins in its newest rows."""
    most = max(_FEWEST_OF_SERIES, _MOST_ROWS // (steps * len(histories)))
    jobs = []
    for past in older:
        whole = histories[past.key]
        origins = np.arange(len(past) - 1, len(whole) - steps)
        if len(origins) > most:
            origins = origins[np.linspace(0, len(origins) - 1, most).astype(int)]
        if len(origins):
            jobs.append((whole, origins, np.ones((len(origins), steps), dtype=bool)))
    return jobs


def _are_late(jobs):
    """Tell which origins are in the newer half of those of their series, (n_all_origins,)."""
    return np.concatenate([np.arange(len(own)) >= len(own) / 2 for _, own, _ in jobs])


@dataclass(frozen=True, eq=False)
class _Trial:
    """How well a regressor forecasts in some scale.

    Errors of forecasts, (n_origins,), are NaN where there is none; `is_late` tells which origins
    are in the newer half of those of their series.
    """

    prepared: PreparedFit
    model: ForecastModel
    errors: np.ndarray
    is_late: np.ndarray

    @classmethod
    def of(cls, maker, prepared, older, jobs):
        """Return the trial of a scale; None if a model cannot be fitted or forecasts nothing."""
        if sum(len(origins) for _, origins, _ in jobs) < _FEWEST_ORIGINS:
            return None
        model = maker.model_of_older(prepared, older)
        if isinstance(model, str):
            return None
        errors = _errors(model, jobs, quantile_inside(model.regressor))
        if (~np.isnan(errors)).sum() < _FEWEST_ORIGINS:
            return None
        return cls(prepared, model, errors, _are_late(jobs))

    @property
    def name(self):
        """What the scale is called; of several columns all of their scales if they differ."""
        return ", ".join(dict.fromkeys(column.name for column in self.prepared.scaling.columns))

    def told(self, errors):
        """Return what is prepared, with the errors of all trials in its scale."""
        return replace(self.prepared, scaling=replace(self.prepared.scaling, trials=errors))

    def beside(self, other, part=True):
        """Return the ratio of errors to those of another trial, where both could forecast.

        NaN where there is no such origin.
        """
        both = ~(np.isnan(self.errors) | np.isnan(other.errors)) & part
        if not both.any():
            return np.nan
        own, its = self.errors[both].mean(), other.errors[both].mean()
        return float(own / its) if 0 < its < np.inf else float(own > its)

    def is_better_than(self, other):
        """Tell whether this scale is clearly better than that which the values ask for."""
        is_seasonal = other.prepared.scaling.is_seasonal
        return self.leads(other, _ENOUGH if is_seasonal else _ENOUGH_OF_CHANGES)

    def leads(self, other, enough):
        """Tell whether errors are less than some share of others, and less in both halves."""
        halves = self.is_late, ~self.is_late
        return self.beside(other) < enough and all(self.beside(other, half) < 1 for half in halves)


def _errors(model, jobs, quantile):
    """Return the mean absolute errors of forecasts, (n_all_origins,), NaN where there is none.

    Where a quantile is forecast, twice its pinball loss takes their place.
    """
    able = model.possible_origins([Path(past, origins) for past, origins, _ in jobs])
    is_able = [np.isin(origins, own) for (_, origins, _), own in zip(jobs, able, strict=True)]
    found = np.full(sum(map(len, is_able)), np.nan)
    kept = [
        (past, origins[own], tested[own])
        for (past, origins, tested), own in zip(jobs, is_able, strict=True)
        if own.any()
    ]
    if not kept:
        return found
    try:
        forecasts = np.concatenate(forecast_known(model, kept))
    except ValueError:  # forecasts leave all bounds
        found[np.concatenate(is_able)] = np.inf
        return found
    values, origins = [past.values for past, *_ in kept], [own for _, own, _ in kept]
    size = np.repeat([mean_changes(own) for own in values], [len(own) for own in origins], axis=0)
    error = following_rows_of_all(values, origins, forecasts.shape[1]) - forecasts
    level = 0.5 if quantile is None else quantile
    error = 2 * np.maximum(level * error, (level - 1) * error) / size[:, np.newaxis]
    known = np.isfinite(error)
    total, count = np.where(known, error, 0.0).sum(axis=(1, 2)), known.sum(axis=(1, 2))
    found[np.concatenate(is_able)] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return found


def relative_errors(
    model: ForecastModel,
    other: ForecastModel,
    older: Sequence[History],
    histories: Mapping[Hashable, History],
    steps: int,
) -> tuple[float, float] | None:
    """Return the errors of a model of older rows relative to another one's.

    Parameters
    ----------
    model, other : ForecastModel
        Fitted to the older rows.
    older : list of History
        These rows.
    histories : dict
        All rows of each series by its key.
    steps : int
        How many rows are forecast.

    Returns
    -------
    ratios : tuple of float or None
        In the older and the newer half of the newest rows; None if they are too few to tell.
    """
    jobs = _jobs(older, histories, steps)
    if sum(len(origins) for _, origins, _ in jobs) < 2 * _FEWEST_ORIGINS:
        return None
    is_late = _are_late(jobs)
    errors = [_errors(one, jobs, quantile_inside(one.regressor)) for one in (model, other)]
    both = ~np.isnan(errors).any(axis=0)
    halves = [both & ~is_late, both & is_late]
    if min(half.sum() for half in halves) < _FEWEST_ORIGINS:
        return None
    own, its = np.array([[error[half].mean() for half in halves] for error in errors])
    return None if not (its > 0).all() else tuple((own / its).tolist())
