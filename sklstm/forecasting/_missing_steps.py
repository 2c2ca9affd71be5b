"""Windows that a regressor cannot forecast from: `refuse_missing_steps`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ._path import Path


def refuse_missing_steps(
    model: Any, batch: Sequence[tuple[np.ndarray, int, Path, Path]], buffers: np.ndarray
) -> None:
    """Raise a ValueError for missing steps in windows that must not be there.

    Parameters
    ----------
    model : ForecastModel
        Whose windows they are.
    batch : sequence of (ndarray, int, Path, Path)
        Values of series from some row on, the number of that row, and paths, the last of which has
        the origins of the windows.
    buffers : ndarray of shape (n_origins, n_rows + steps, n_features)
        Windows, and the rows after them.

    Raises
    ------
    ValueError
        It names the first of them, and whether it is the transformer that has left them.
    """
    n_rows = model.features.n_rows
    windows = model.features.is_missing(buffers[:, :n_rows])
    if model.takes_missing:
        wrong = windows[:, model.features.before :].all(axis=1)
    else:
        wrong = windows.any(axis=1)
    if not wrong.any():
        return
    number = int(wrong.argmax())
    ends = np.cumsum([len(portion.origins) for *_, portion in batch])
    *_, path, _ = batch[int(np.searchsorted(ends, number, side="right"))]
    origin = np.concatenate([portion.origins for *_, portion in batch])[number]
    past, instead = path.history, "Fill them first"
    if past.key in model.transformers and not np.isnan(past.values[: origin + 1]).any():
        instead = "They are those that transformer leaves missing: give more rows before them"
    raise ValueError(
        f"The last {n_rows} rows of series{past.of} up to {past.index[origin]} (lookback) have "
        f"{windows[number].sum()} missing steps, which {type(model.regressor).__name__} cannot "
        f"forecast from. {instead}."
    )
