"""Rows that belong together: labels of two arguments in different orders are refused."""

from typing import Any

import numpy as np
import pandas as pd

from sklstm.time_labels import as_time_labels, in_zone_of, label_text

from ._frames import index_of


def check_same_labels(arguments: dict[str, Any]) -> None:
    """Raise a ValueError if arguments have the same labels of rows in different orders.

    Rows are paired by their position, as everywhere in scikit-learn. Where two arguments carry an
    index and the labels of one are those of the other in another order, that would pair rows that
    do not belong together. Labels that differ, such as times of rows and times of their targets,
    say nothing.

    Parameters
    ----------
    arguments : dict
        The arguments by their names in error messages; only pandas objects have labels.

    Raises
    ------
    ValueError
        If the labels of two arguments disagree; it names the first such row.
    """
    labelled: list[tuple[str, pd.Index]] = []
    for name, value in arguments.items():
        found = index_of(value)
        if found is not None:
            labelled.append((name, found))
    for name, index in labelled[1:]:
        first_name, first = labelled[0]
        row = _first_disagreement(first, index)
        if row is not None:
            raise ValueError(
                f"{name} has the labels of {first_name} in another order: row {row} is "
                f"{label_text(first[row])} in {first_name} and {label_text(index[row])} in {name}, "
                f"and rows are paired by position. Give {name}.loc[{first_name}.index], or leave "
                f"the labels out ({name}.to_numpy()) if the rows do belong together."
            )


def _first_disagreement(first: pd.Index, second: pd.Index) -> int | None:
    """Return the first row whose labels differ, if the labels are the same as a set."""
    if len(first) != len(second) or first is second or first.equals(second):
        return None
    if not isinstance(first, pd.MultiIndex) and not isinstance(second, pd.MultiIndex):
        try:
            first = as_time_labels(first)
            second = in_zone_of(as_time_labels(second), first)
        except ValueError:  # labels that cannot be read are refused elsewhere, where it matters
            return None
    if not (first.isin(second).all() and second.isin(first).all()):
        return None
    same = np.asarray(first == second, dtype=bool)
    return None if same.all() else int(np.argmin(same))
