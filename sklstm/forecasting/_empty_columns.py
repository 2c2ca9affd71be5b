"""Exogenous columns without any value: `warn_of_empty_columns`."""

import numpy as np

from sklstm._warn import warn_user

from ._known_series import KnownSeries


def warn_of_empty_columns(known: KnownSeries) -> None:
    """Warn of exogenous columns that are missing in all rows of all series.

    Nothing can be learned from them, and a regressor that takes missing values may still refuse a
    column of nothing else, with a message about arrays of its own: the gradient boosting of
    scikit-learn 1.9 does.

    Parameters
    ----------
    known : KnownSeries
        The series with their exogenous columns.

    Warns
    -----
    UserWarning
        It names these columns.
    """
    if not known.n_exog or not known.exog_nan:
        return
    tables = [past.exog[:, : known.n_exog] for past in known.histories.values()]
    is_empty = np.logical_and.reduce([np.isnan(table).all(axis=0) for table in tables])
    if is_empty.any():
        names = known.exog_columns or list(range(known.n_exog))
        empty = list(dict.fromkeys(names[place] for place in np.flatnonzero(is_empty)))
        warn_user(
            f"exog has no value in any row of the columns {empty}, so that nothing can be learned "
            "from them: leave them out. A column that begins late is NaN in all early rows of a "
            "series, and of folds."
        )
