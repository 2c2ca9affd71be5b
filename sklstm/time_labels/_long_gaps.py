"""Gaps that are not filled, such as the one before a date that stands for none: `has_long_gap`."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from ._kinds import kind_of
from ._reading import label_text

_MOST_STEPS = 1_000_000  # of one gap that are filled, however few rows there are
_STEPS_OF_ROW = 100  # that are filled for each row, where these are more
_MOST_IN_ALL = 10_000_000  # with those of all gaps, however few rows there are
_WHAT_TO_DO = (
    "Drop rows whose date stands for none, such as 9999-12-31; or make the parts before and after "
    "the gap two series of a panel (by=)."
)


def has_long_gap(index: pd.Index) -> bool:
    """Return whether a gap between times is so long that its steps are not to be listed.

    Parameters
    ----------
    index : pandas index
        Increasing labels.

    Returns
    -------
    is_long : bool
        Whether it has more than a million median steps, and a hundred times as many as rows.
    """
    kind = kind_of(index)
    if kind is None or kind.is_number or len(index) < 3:
        return False
    gaps = np.diff(kind.numbers(index)).astype(float)
    most = max(_MOST_STEPS, _STEPS_OF_ROW * len(index))
    return bool(gaps.max() > most * gaps.min() and gaps.max() > most * np.median(gaps))


def refuse_long_gap(index: pd.Index, key: Hashable = None) -> None:
    """Raise a ValueError that names the gap if there is such a one.

    Parameters
    ----------
    index : pandas index
        As for `has_long_gap`.
    key : object, optional
        Whose labels these are.
    """
    if not has_long_gap(index):
        return
    kind = kind_of(index)
    assert kind is not None
    place = int(np.argmax(np.diff(kind.numbers(index))))
    of = "" if key is None else f" {key!r}"
    raise ValueError(
        f"The index of series{of} has a gap of more than a million steps, from "
        f"{label_text(index[place])} to {label_text(index[place + 1])}, and {len(index)} rows. "
        f"{_WHAT_TO_DO}"
    )


def refuse_many_missing(places: np.ndarray, index: pd.Index) -> None:
    """Raise a ValueError if rows have so many missing steps that these would fill the memory.

    Parameters
    ----------
    places : ndarray of int of shape (n_rows,)
        How many steps each row is after the first one.
    index : pandas index
        Labels of the rows.
    """
    if places[-1] <= max(_MOST_IN_ALL, _STEPS_OF_ROW * len(places)):
        return
    place = int(np.diff(places).argmax())
    raise ValueError(
        f"X has a gap of {places[place + 1] - places[place] - 1} steps, from "
        f"{label_text(index[place])} to {label_text(index[place + 1])}, and {len(places)} rows: so "
        f"many missing steps are not filled. {_WHAT_TO_DO}"
    )
