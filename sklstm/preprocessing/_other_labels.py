"""Labels that do not go on as those of `fit` would: what is told of them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sklstm._warn import warn_user
from sklstm.time_labels import IndexEnd, label_text


def warn_of_rows_between(
    indices: Mapping[Any, pd.Index | None], ends: Mapping[Any, IndexEnd | None]
) -> None:
    """Warn of labels between the steps of the fitted index: their rows are counted.

    Parameters
    ----------
    indices : dict of pandas index or None
        Of each series.
    ends : dict of IndexEnd or None
        What is known of the index of each series in `fit`.
    """
    for key, index in indices.items():
        end = ends.get(key)
        steps = None if end is None else end.steps
        if steps is None:
            continue
        label = steps.first_between(index)
        if label is not None:
            of = "" if key is None else f" of series {key!r}"
            warn_user(
                f"X has the label {label_text(label)}{of}, between two steps of the index of "
                f"fit, whose step is {steps.step!r}: its rows are counted, whatever their "
                "times. Give rows at the times of these steps (resample)."
            )
            return


def warn_of_another_kind(
    indices: Mapping[Any, pd.Index | None], ends: Mapping[Any, IndexEnd | None]
) -> None:
    """Warn of labels that cannot continue those of `fit`, such as numbers where it saw times.

    Numbers from zero on, which pandas gives to rows without labels, are none: those rows are new,
    as the rows of an array are.

    Parameters
    ----------
    indices : dict of pandas index or None
        Of each series.
    ends : dict of IndexEnd or None
        What is known of the index of each series in `fit`.
    """
    for key, index in indices.items():
        end = ends.get(key)
        if end is None or index is None or not len(index) or _is_default(index):
            continue
        kind = end.kind_beside(index)
        if kind is not None:
            warn_user(
                f"The index of X is of the kind {kind!r} (its first label is "
                f"{label_text(index[0])}), and that of fit was of the kind {end.kind!r}: no row "
                "continues those of fit, so that what reaches back begins anew. Give both "
                "labels of one kind; or context='never', if they are different series."
            )
            return


def _is_default(index):
    return isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1
