"""Series that are short, new, or known by other rows than those of `fit`: who is forecast."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from sklstm._warn import warn_user

from ._fit_transformers import fit_transformers
from ._floored_values import warn_of_floored
from ._forecast_model import ForecastModel
from ._histories import History
from ._huge_values import refuse_huge_rows
from ._in_blocks import in_blocks
from ._joined import ends_of, joined
from ._known_series import KnownSeries
from ._moved_transformers import moved_transformers
from ._other_units import Rows, warn_of_other_units
from ._past_repeated import warn_of_repeated
from ._path import NO_ROWS, Path
from ._same_values import same_values
from ._unused_futures import unused_futures

_SHOWN = 5  # names of series in a message


def _names(histories: Sequence[History], *, with_rows: bool = False) -> str:
    """Return the first few of some series, if need be with their numbers of rows, for messages."""
    shown = ", ".join(
        f"{past.key!r} ({len(past)})" if with_rows else repr(past.key)
        for past in histories[:_SHOWN]
    )
    more = len(histories) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _names_and_rows(histories: Sequence[History]) -> str:
    return _names(histories, with_rows=True)


def trained_on(histories: Sequence[History], n_fewest: int, *, warn: bool) -> list[History]:
    """Return the series that are long enough to be learned from.

    Parameters
    ----------
    histories : list of History
        All series.
    n_fewest : int
        How many rows a series needs.
    warn : bool
        Whether to warn of the others.

    Returns
    -------
    enough : list of History
        In the same order.
    """
    enough = [past for past in histories if len(past) >= n_fewest]
    short = [past for past in histories if len(past) < n_fewest]
    if short and warn:
        warn_user(
            f"{len(short)} of {len(histories)} series have fewer rows than the {n_fewest} that "
            f"lookback and horizon take, and are left out of training: {_names_and_rows(short)}. "
            "Those with a full lookback are forecast by what the others teach.",
        )
    return enough


def knowing(model: ForecastModel, histories: Iterable[History]) -> ForecastModel:
    """Return a model with a transformer for each of these series, fitted to its own rows.

    Parameters
    ----------
    model : ForecastModel
        With transformers of the series that it was fitted to, if it has any.
    histories : iterable of History
        Series, known or new.

    Returns
    -------
    model : ForecastModel
        The same one if it needs no other transformer.
    """
    unknown = [past for past in histories if not model.knows(past.key)]
    if not unknown:
        return model
    fitted = fit_transformers(model.transformer, unknown)
    return replace(model, transformers=model.transformers | fitted)


def rows_lost(model: ForecastModel, histories: Iterable[History]) -> int:
    """Return how many rows at the beginning of a series its transformer leaves missing.

    Parameters
    ----------
    model : ForecastModel
        Fitted.
    histories : iterable of History
        Series that it knows, of which the longest tells; others have no transformer yet.

    Returns
    -------
    n_rows : int
        0 without a transformer.
    """
    known = [past for past in histories if past.key in model.transformers]
    if not known:
        return 0
    past = max(known, key=len)
    first, first_left = (
        _first_complete(values) for values in (past.values, model.transformed(past))
    )
    return max(0, first_left - first)


def _first_complete(values):
    """Return the first row without a missing value, or how many rows there are."""
    complete = ~np.isnan(values).any(axis=1)
    return int(np.argmax(complete)) if complete.any() else len(values)


def _forecastable(forecaster: Any, series: Any) -> tuple[list[History], list[History]]:
    """Return the series to be forecast, and those of them that can be.

    Parameters
    ----------
    forecaster : Forecaster
        Fitted.
    series : key, list of keys or None
        As `Forecaster.forecast` is given it.

    Returns
    -------
    wanted, able : list of History
        Windows of the others are too short, or have missing steps that the regressor cannot read.

    Raises
    ------
    ValueError
        If every one has too few rows.

    Warns
    -----
    UserWarning
        If some cannot be forecast, or have so few rows that no window of training was so short.
    """
    wanted, fewest = forecaster._known.wanted(series), forecaster.min_rows_
    enough = [past for past in wanted if len(past) >= fewest]
    if not enough:
        raise ValueError(
            f"series{wanted[0].of} has {len(wanted[0])} rows, and a forecast takes at least "
            f"min_rows_={fewest} of them: give more rows (update, history)."
        )
    able = readable_now(forecaster._model, enough) or enough  # the first window then says why
    _warn_of_no_forecast(forecaster, wanted, _without(wanted, enough), _without(enough, able))
    _warn_of_shorter_windows(able, forecaster._model.features.fewest_observed)
    return wanted, able


def _without(histories, others):
    keys = {past.key for past in others}
    return [past for past in histories if past.key not in keys]


def _warn_of_no_forecast(forecaster, wanted, short, unread):
    if not (short or unread):
        return
    reasons = []
    if short:
        reasons.append(
            f"fewer rows than min_rows_={forecaster.min_rows_}: {_names_and_rows(short)}"
        )
    if unread:
        reasons.append(
            f"missing steps in the last {forecaster._model.features.n_rows} rows (lookback), which "
            f"{type(forecaster.estimator_).__name__} cannot forecast from: {_names(unread)}"
        )
    warn_user(
        f"{len(short) + len(unread)} of {len(wanted)} series cannot be forecast, and are NaN: "
        f"{'; '.join(reasons)}. Give more rows, or fill them."
    )


def readable_now(model: ForecastModel, histories: Sequence[History]) -> list[History]:
    """Return the series whose newest window a regressor can read.

    Parameters
    ----------
    model : ForecastModel
        Fitted.
    histories : list of History
        Series of rows enough for a window.

    Returns
    -------
    able : list of History
        In the same order.
    """
    # A transformer may have moved a missing row of any time to the end.
    first = 0 if model.transformers else -model.features.n_rows
    doubtful: list[History] = []
    for block in in_blocks(histories, map(len, histories)):
        parts = [past.values[first:] for past in block]
        missing = np.isnan(joined(parts)).any(axis=1)
        begins = ends_of([len(part) for part in parts])[:-1]
        doubtful += [block[k] for k in np.flatnonzero(np.logical_or.reduceat(missing, begins))]
    if not doubtful:
        return list(histories)
    futures = unused_futures(model, doubtful, 1)
    paths = [Path(past, NO_ROWS, own) for past, own in zip(doubtful, futures, strict=True)]
    unread = [
        path.history
        for path, origins in zip(paths, model.possible_origins(paths), strict=True)
        if not len(origins) or origins[-1] < len(path.history) - 1
    ]
    return _without(histories, unread)


def _warn_of_shorter_windows(histories, fewest):
    few = [past for past in histories if len(past) < fewest]
    if not few:
        return
    if few[0].key is None:
        warn_user(
            f"The series has {len(few[0])} rows, fewer than the shortest window of training, which "
            f"had {fewest}. Expect little of its forecast, or give more rows (update, history).",
        )
    else:
        warn_user(
            f"{len(few)} of {len(histories)} series have fewer rows than the shortest window of "
            f"training, which had {fewest}: {_names_and_rows(few)}. Expect little of their "
            "forecasts, or give more rows (update, history).",
        )


def adopted(
    forecaster: Any,
    known: KnownSeries,
    keys: Iterable[Hashable],
    *,
    goes_on: bool = False,
    replaces: bool = False,
) -> dict[str, Any]:
    """Return the fitted attributes of a forecaster that knows other rows, or more series.

    Parameters
    ----------
    forecaster : Forecaster
        Fitted; it is left as it is.
    known : KnownSeries
        All series as they are now.
    keys : iterable
        Those of other rows than before. Of one that `fit` did not learn from the transformer is
        fitted to its own rows, and all of them calibrate intervals.
    goes_on : bool, default=False
        Whether the rows of known series begin where those known before do.
    replaces : bool, default=False
        Whether some of these rows may have other values than before.

    Returns
    -------
    attributes : dict
        By their names.

    Raises
    ------
    ValueError
        If values are huge, as their transformer leaves them.
    """
    fewest = forecaster.min_rows_
    histories = [known.histories[key] for key in keys if len(known.histories[key]) >= fewest]
    model, calibrator = forecaster._model, forecaster._calibrator
    new = {p.key: len(p) for p in histories if p.key not in forecaster._known.histories}
    n_newest = forecaster._n_newest
    moved = forecaster._known, known, goes_on
    model = knowing(moved_transformers(model, histories, *moved), histories)
    refuse_huge_rows(model, histories)
    _warn_of_new_units(forecaster._known, histories, known, goes_on, replaces)
    warn_of_floored(model, histories)
    if not isinstance(calibrator, str):
        calibrator = moved_transformers(calibrator, histories, *moved)
        calibrator = knowing(calibrator, histories)
        n_newest = n_newest | new if new else n_newest
    return {
        "_known": known,
        "_model": model,
        "_calibrator": calibrator,
        "_n_newest": n_newest,
        "series_": list(known.histories),
    }


def _warn_of_new_units(before, histories, known, goes_on, replaces):
    """Warn of rows of known series in another unit; a history may be that of any other series."""
    pairs = [(before.histories[p.key], p) for p in histories if p.key in before.histories]
    first_of = partial(_first_new, replaces=replaces) if goes_on else lambda past, new: 0
    rows = [(new, first_of(past, new), past) for past, new in pairs]
    if goes_on:
        tables = [Rows(n.key, n.values[k:], n.index, k, past.values) for n, k, past in rows]
        warn_of_other_units(tables, known.columns, "series")
    if not known.n_exog:
        return
    given = slice(known.n_exog)  # without the columns of the calendar
    tables = [
        Rows(n.key, n.exog[k:, given], n.index, k, past.exog[:, given]) for n, k, past in rows
    ]
    warn_of_other_units(tables, known.exog_columns or list(range(known.n_exog)), "exog")


def _first_new(past, new, replaces):
    """Return the first row of a series that goes on whose values were not known before."""
    n_known = len(past)
    if not replaces:
        return n_known
    before = np.column_stack([past.values, past.exog])
    now = np.column_stack([new.values[:n_known], new.exog[:n_known]])
    same = same_values(before, now).all(axis=1)
    return n_known if same.all() else int(np.argmin(same))


def _seeing(forecaster: Any, history: Any, exog: Any) -> tuple[Any, list[Hashable]]:
    """Return a view of a forecaster that knows given rows in place of its own.

    Parameters
    ----------
    forecaster : Forecaster
        Fitted; it is left as it is, and shares its model with the view.
    history : array-like, series or frame
        All that is known of some series.
    exog : array-like, frame or None
        Exogenous columns of the same rows.

    Returns
    -------
    view : Forecaster
        Also knows the other series, whose errors short ones borrow.
    keys : list
        The series in `history`.

    Raises
    ------
    ValueError
        If rows are not as in `fit`, or too few.
    """
    known, keys = forecaster._known.with_given(history, exog)
    view = object.__new__(type(forecaster))
    vars(view).update(vars(forecaster) | adopted(forecaster, known, keys))
    return view, keys


def _those_given(known, series, keys):
    """Return which series are forecast from given rows; raise a ValueError if one has none."""
    if known.by is None:
        return series
    if series is None:
        return keys
    given = set(keys)
    absent = [past.key for past in known.wanted(series) if past.key not in given]
    if absent:
        raise ValueError(
            f"history has no rows of series {absent[0]!r}, which series names: forecast it without "
            "history, or give its rows."
        )
    return series


def beginning(
    forecaster: Any, steps: int, exog: Any, series: Any, history: Any, history_exog: Any
) -> tuple[Any, list[Path], dict[Hashable, Any]]:
    """Return who knows the rows to forecast from, paths after them, and the labels of these.

    Parameters
    ----------
    forecaster : Forecaster
        Fitted.
    steps : int
        How many rows to forecast.
    exog, series, history, history_exog : object
        As for its method ``forecast``.

    Returns
    -------
    seen : Forecaster
        Itself, or a view of it that knows `history`.
    paths : list of Path
        One for each series that can be forecast.
    labels : dict
        Those of the rows that follow, by series, of all that are asked for.

    Raises
    ------
    ValueError
        If something is given that does not fit together.
    """
    seen = forecaster
    if history is not None:
        seen, keys = _seeing(forecaster, history, history_exog)
        series = _those_given(seen._known, series, keys)
    elif history_exog is not None:
        raise ValueError("history_exog was given without history, whose columns it holds.")
    wanted, able = _forecastable(seen, series)
    futures = seen._known.futures(able, exog, steps, seen._model.padded(steps))
    paths = [Path(past, np.array([len(past) - 1]), futures[past.key][0]) for past in able]
    labels = seen._known.labels_after(_without(wanted, able), steps)
    labels |= {key: own for key, (_, own) in futures.items()}
    warn_of_repeated(seen, steps)
    return seen, paths, {past.key: labels[past.key] for past in wanted}
