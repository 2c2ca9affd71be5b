"""Single exogenous columns: what is a number, what a category, and which categories are new."""

from typing import Any

import numpy as np
import pandas as pd

from sklstm._warn import warn_user

_MOST_CATEGORIES = 256  # more are names or dates, each of which a model meets a few times
_SHOWN = 5  # categories in a message


def numbers_of(column: pd.Series) -> np.ndarray:
    """Return the values of a column, or raise a ValueError that names it."""
    try:
        values = np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"exog has a column {column.name!r} that is neither numbers nor text: {error}"
        ) from error
    if not np.isfinite(values).all():
        raise ValueError(f"exog has values in column {column.name!r} that are not finite.")
    return values


def categories_of(column: pd.Series, name: Any) -> list[Any] | None:
    """Return the categories of a column in a fixed order; None if it holds numbers."""
    is_category = isinstance(column.dtype, pd.CategoricalDtype)
    may_be_text = pd.api.types.is_object_dtype(column.dtype)
    if not (is_category or may_be_text or pd.api.types.is_string_dtype(column.dtype)):
        return None
    try:
        found = list(pd.unique(column.dropna()))
    except TypeError:  # lists and the like
        return None
    if not is_category and not _is_text(found):
        return None
    if not is_category:
        _warn_of_text_among_numbers(found, name)
    values = [value.item() if isinstance(value, np.generic) else value for value in found]
    if not all(isinstance(value, str | int | float) for value in values):
        raise ValueError(
            f"exog has categories in column {name!r} that are neither text nor numbers, such as "
            f"{values[0]!r}: make them text (astype(str))."
        )
    if len(values) > _MOST_CATEGORIES:
        raise ValueError(
            f"exog has {len(values)} different values in column {name!r}, such as {values[0]!r}: "
            f"categories are encoded one-hot, up to {_MOST_CATEGORIES} of them. Leave the column "
            "out, group its values, or make numbers of them."
        )
    return sorted(values, key=lambda value: (isinstance(value, str), value))


def _is_text(values):
    """Tell whether values are text that does not stand for numbers."""
    if not any(isinstance(value, str) for value in values):
        return False
    try:
        np.array(values, dtype=object).astype(np.float64)
    except (TypeError, ValueError):
        return True
    return False


def _warn_of_text_among_numbers(values, name):
    """Warn of text, such as a dash for what is missing, among values that mostly are numbers."""
    text = [value for value in values if _is_text([value])]
    if 2 * len(text) < len(values):
        warn_user(
            f"exog has {text[0]!r} in column {name!r} among values that are numbers, so that all "
            f"of its {len(values)} different values are taken for categories. If it stands for "
            "what is missing make it NaN (pd.to_numeric(..., errors='coerce')), or give the column "
            "the dtype 'category'.",
        )


def tell_of_unseen(unseen: dict[Any, list[Any]]) -> None:
    """Warn of the categories of columns that `fit` did not have, if there are some."""
    if not unseen:
        return
    parts = [
        f"{name!r}: {', '.join(map(repr, values[:_SHOWN]))}"
        + (f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else "")
        for name, values in unseen.items()
    ]
    warn_user(
        f"exog has categories that fit did not have ({'; '.join(parts)}): they count as none of "
        "those that are known.",
    )
