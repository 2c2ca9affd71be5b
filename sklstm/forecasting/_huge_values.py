"""Values that are too large for sums of their squares: `refuse_huge`, `refuse_huge_rows`."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from sklstm.time_labels import label_text

from ._forecast_model import ForecastModel
from ._histories import History
from ._in_blocks import is_any

_LARGEST = 1e150  # sums of up to 1e8 squares still are numbers
_LARGE = 1e75  # what a transformer such as a square may make too large


def refuse_huge(histories: Iterable[History], tables: Iterable[tuple[Any, ...]]) -> None:
    """Raise a ValueError for values whose sums of squares may overflow.

    Parameters
    ----------
    histories : iterable of History
        The series.
    tables : iterable of tuple
        Of each the labels, the values of its columns after its transformer, and those of its
        exogenous ones.

    Raises
    ------
    ValueError
        It names the first of them.
    """
    for past, (index, *both) in zip(histories, tables, strict=True):
        for name, values in zip(("series", "exog"), both, strict=True):
            if is_any(_are_huge, values):
                row, column = np.argwhere(_are_huge(values))[0]
                raise ValueError(
                    f"{name}{past.of} has {values[row, column]:.6g} at {label_text(index[row])}, "
                    f"and sums of squares of values beyond {_LARGEST:g} may overflow: give it in a "
                    "larger unit, such as thousands, or without its outliers."
                )


def refuse_huge_rows(model: ForecastModel, histories: Iterable[History]) -> None:
    """Raise a ValueError for huge values among new rows, as transformers leave them.

    Most rows are far from huge, and are not transformed for this.

    Parameters
    ----------
    model : ForecastModel
        Fitted, with a transformer for each of the series if it has any.
    histories : iterable of History
        The series.

    Raises
    ------
    ValueError
        It names the first of them.
    """
    for past in histories:
        asks = bool(model.transformers) and is_any(_are_large, past.values)
        values = model.transformed(past) if asks else past.values
        refuse_huge([past], [(past.index, values, past.exog)])


def _are_huge(values):
    return np.abs(values) > _LARGEST


def _are_large(values):
    return np.abs(values) > _LARGE
