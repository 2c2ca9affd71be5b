"""The labels of rows of many series, one after the other: `labels_of_rows`."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ._joined import ends_of


def labels_of_rows(indexes: Sequence[pd.Index], rows: Sequence[np.ndarray]) -> pd.Index:
    """Return the labels of some rows of several series.

    Parameters
    ----------
    indexes : list of pandas index
        Labels of each series; those that several share are looked at once.
    rows : list of ndarray of int of shape (n_rows,)
        Rows of each.

    Returns
    -------
    labels : pandas index
        Those of the first series, then those of the next.
    """
    once = {id(index): index for index in indexes}
    begins = dict(zip(once, ends_of([len(index) for index in once.values()]), strict=False))
    first, *others = once.values()
    shifts = np.repeat([begins[id(index)] for index in indexes], [len(own) for own in rows])
    return (first.append(others) if others else first)[shifts + np.concatenate(rows)]
