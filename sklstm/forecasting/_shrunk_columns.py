"""Exogenous columns of so large a unit that a ridge regression ignores them."""

from typing import Any

import numpy as np

from sklstm._warn import warn_user

from ._known_series import KnownSeries

_SHARE = 0.1  # of the penalty: the coefficient of such a column is a tenth of the unpenalised one


def warn_of_shrunk_columns(regressor: Any, known: KnownSeries) -> None:
    """Warn of exogenous columns that the penalty of `Ridge` leaves without influence.

    The coefficient of a column by itself is that of least squares times ``S / (S + alpha)``, where
    S is the sum of squares around its mean: daily returns of a year have a sum of 0.03, and alpha
    is 1 by default.

    Parameters
    ----------
    regressor : estimator
        Of the forecaster; inside others, such as a pipeline, columns may have another scale.
    known : KnownSeries
        The series with their exogenous columns.

    Warns
    -----
    UserWarning
        It names the first of them, of those that have a unit if there are some.
    """
    if not known.n_exog or not _is_ridge(regressor):
        return
    tables = [past.exog[:, : known.n_exog] for past in known.histories.values()]
    squares, n_rows = _sums_of_squares(tables)
    alpha = float(np.max(regressor.alpha))
    shrunk = np.flatnonzero((squares > 0) & (squares < _SHARE * alpha))
    if len(shrunk):
        flags = _are_flags(tables)
        place = int(min(shrunk, key=lambda column: flags[column]))
        in_unit = "this one in a smaller unit, such as percent"
        instead = "a smaller alpha" if flags[place] else in_unit
        names = known.exog_columns
        name = place if names is None else names[place]
        deviation, times = np.sqrt(squares[place] / n_rows), alpha / squares[place]
        warn_user(
            f"{regressor!r} all but ignores the column {name!r} of exog, whose standard deviation "
            f"is {deviation:.2g}: the penalty is {times:.2g} times the sum of its squares. Give "
            f"columns one scale (make_pipeline(StandardScaler(), Ridge())), or {instead}.",
        )


def _is_ridge(regressor):
    # By name: an import would bring all linear models.
    return any(
        cls.__module__ == "sklearn.linear_model._ridge" and cls.__name__ == "Ridge"
        for cls in type(regressor).__mro__
    )


def _sums_of_squares(tables):
    """Return the sum of squares around the mean of each column of all tables, and their rows."""
    n_rows = sum(map(len, tables))
    mean = sum(table.sum(axis=0) for table in tables) / n_rows
    return sum(np.square(table - mean).sum(axis=0) for table in tables), n_rows


def _are_flags(tables):
    """Tell which columns have no values but 0 and 1, as rare categories do, and so no unit."""
    return np.logical_and.reduce([((table == 0) | (table == 1)).all(axis=0) for table in tables])
