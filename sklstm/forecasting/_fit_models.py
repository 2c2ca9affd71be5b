"""The models of a forecaster: one of all rows, and one that calibrates intervals."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from sklstm._whole_numbers import refuse_far_beyond
from sklstm.meta_estimators import takes_missing_steps, takes_windows, walk

from ._abilities import is_baseline
from ._check_regressor import check_columns
from ._choose_by_regressor import ChosenScale, choose_by_regressor
from ._choose_theta_part import asked_theta_part, choose_theta_part
from ._empty_columns import warn_of_empty_columns
from ._features import Features
from ._fitted_before import FittedBefore
from ._forecast_model import ForecastModel
from ._intervals import NOT_WANTED
from ._known_series import KnownSeries
from ._linear_part import has_linear_part
from ._model_maker import ModelMaker
from ._past_columns import places_of_past
from ._past_pays import warn_of_harm
from ._scaling import wanted_scaling
from ._season import Season
from ._series_in_use import knowing, trained_on
from ._strategy import strategy_for
from ._window_length import choose_lookback, fewest_rows

_UNSCALED_LOOKBACK = 10


def fewest_training_rows(forecaster: Any) -> int:
    """Return how many training rows a series needs in a fold."""
    ahead = _rows_ahead(forecaster, forecaster.strategy)
    return fewest_rows(_given_lookback(forecaster), ahead, pads=_pads(forecaster))


def fit_models(
    forecaster: Any,
    known: KnownSeries,
    season: Season,
    *,
    warn: bool = True,
    before: FittedBefore | None = None,
) -> tuple[ForecastModel, ForecastModel | str, dict]:
    """Fit the model that forecasts, and the one that calibrates intervals.

    Parameters
    ----------
    forecaster : Forecaster
        With its parameters.
    known : KnownSeries
        The series.
    season : Season
        That of the series.
    warn : bool, default=True
        Whether to warn of series, and of columns, that nothing is learned from.
    before : FittedBefore, optional
        The fit to go on from.

    Returns
    -------
    model, calibrator : ForecastModel
        The latter a text if there is none.
    n_newest : dict
        Number of rows of each series that calibrate.

    Raises
    ------
    ValueError
        If all series are too short, or parameters do not suit them or each other.
    """
    strategy = strategy_for(forecaster, known, season)
    lookback, n_fewest = _window_lengths(forecaster, known, season, strategy)
    check_columns(forecaster.estimator, known.columns)
    if warn:
        warn_of_empty_columns(known)
    theta = asked_theta_part(forecaster, known, season)
    horizon = _rows_ahead(forecaster, strategy)
    features = _features(forecaster, known, lookback, horizon)
    scaling = wanted_scaling(forecaster)
    linear_part = has_linear_part(forecaster.linear_part, forecaster.estimator, scaling, strategy)
    histories = list(known.histories.values())
    if not _pads(forecaster):  # else a window of them may begin before they do
        histories = trained_on(histories, n_fewest, warn=warn)
    of_scale = season if before is None else before.season_of_scale(season)
    maker = ModelMaker(
        forecaster, known, histories, of_scale, features, n_fewest, linear_part=linear_part
    )
    if before is None:
        chosen = choose_by_regressor(maker, maker.prepared(scaling))
    else:
        chosen = ChosenScale(before.prepared(maker.prepared(before.scaling, before.past)))
    model = chosen.prepared.train()
    readable = model.features.first_origin + 1
    model = knowing(model, [p for p in known.histories.values() if len(p) >= readable])
    fit_older = partial(maker.model_of_older, chosen.prepared)
    if before is not None and forecaster.theta_part == "auto":
        theta = before.model.theta
    elif theta is None:
        theta = choose_theta_part(forecaster, known, season, model.scaling, fit_older)
    model = replace(model, theta=theta)
    if forecaster.calibration_size is None:
        return model, NOT_WANTED, {}
    calibrator, n_newest = _calibrator(maker, chosen, fit_older, before)
    if warn and before is None:
        warn_of_harm(maker, chosen.prepared, calibrator, n_newest)
    if not isinstance(calibrator, str):  # its errors are those of the same average
        calibrator = replace(calibrator, theta=model.theta)
    return model, calibrator, n_newest


def _calibrator(maker, chosen, fit_older, before):
    """Return the model of older rows, and how many newer ones of each series there are."""
    size = maker.forecaster.calibration_size
    if chosen.model is not None and chosen.n_newest and size == "auto":
        return chosen.model, chosen.n_newest
    older, n_newest = maker.older(chosen.prepared, size)
    return fit_older(older, begin=before and before.calibrating(older)), n_newest


def _window_lengths(forecaster, known, season, strategy):
    """Return how many rows a window has, and how many a series needs to be learned from.

    A ValueError tells if all of them have fewer.
    """
    horizon, pads = forecaster.horizon, _pads(forecaster)
    histories = list(known.histories.values())
    lengths = [len(past) for past in histories]
    lookback = _given_lookback(forecaster)
    if lookback == "auto":
        lookback = choose_lookback(lengths, horizon, season.n_rows, pads=pads)
    if forecaster.lookback == "auto" and is_baseline(forecaster.estimator):
        room = max(lengths) - _rows_ahead(forecaster, strategy)
        lookback = max(lookback, min(_rows_read(forecaster.estimator), room))
    n_fewest = fewest_rows(lookback, _rows_ahead(forecaster, strategy), pads=pads)
    refuse_far_beyond(horizon, "horizon", max(lengths))
    longest = histories[int(np.argmax(lengths))]
    if len(longest) < n_fewest:
        which = longest.of if len(histories) == 1 else f"{longest.of}, the longest of all,"
        ahead = f"horizon={horizon}"
        if strategy == "recursive" and horizon > 1:
            ahead = 'strategy="recursive"'
        raise ValueError(
            f"series{which} has {len(longest)} rows, and lookback={lookback} with {ahead} takes at "
            f"least {n_fewest}."
        )
    return lookback, n_fewest


def _features(forecaster, known, lookback, horizon):
    """Return what stands in windows, without a season in front of them."""
    return Features(
        lookback,
        horizon,
        places_of_past(known),
        known.known,
        takes_nan=known.exog_nan,
        calendar=known.calendar_features,
        keeps_past=_keeps_past(forecaster.estimator, lookback, horizon),
        n_static=known.n_static,
    )


def _keeps_past(estimator, lookback, horizon):
    """Tell whether known columns stand at their own rows, too.

    Networks find the value of a row beside it. In flat windows any place is as good as another, and
    where moved columns reach back a horizon themselves, more of them make linear models worse.
    """
    return horizon > 1 and (takes_windows(estimator) or lookback < 2 * horizon)


def _rows_ahead(forecaster, strategy):
    """Return how many rows are predicted at once."""
    return forecaster.horizon if strategy == "direct" else 1


def _given_lookback(forecaster):
    unscaled = wanted_scaling(forecaster) is None
    is_auto = forecaster.lookback == "auto"
    return _UNSCALED_LOOKBACK if is_auto and unscaled else forecaster.lookback


def _rows_read(estimator):
    """Return how many of the newest rows of a window count for a baseline."""
    *_, baseline = walk(estimator)
    baseline._validate_params()
    return baseline._n_rows_read


def _pads(forecaster):
    """Tell whether windows may begin before a series does."""
    scales = wanted_scaling(forecaster) is not None
    return scales and takes_missing_steps(forecaster.estimator)
