"""Several steps read side by side as one: `in_patches`, `PatchRows`."""

from __future__ import annotations

from typing import Any

import numpy as np

from sklstm._whole_numbers import refuse_far_beyond
from sklstm.data import WindowSet

_N_PATCHES = 64  # about as many steps as a network can still learn from to their beginning


def patches_and_pooling(estimator: Any, windows: WindowSet) -> tuple[int, str]:
    """Return how an estimator is to read windows: what it says, or what ``"auto"`` makes of it.

    Parameters
    ----------
    estimator : estimator
        A recurrent estimator.
    windows : WindowSet
        Those of the training set.

    Returns
    -------
    patch_size : int
        For ``"auto"`` ``max(1, (longest + 31) // 64)``: 1 for windows of up to 96 observed steps,
        and about 64 patches in longer ones. Tokens, and windows with an output at each step, have
        no patches.
    pooling : str
        For ``"auto"`` ``"concat"`` where windows are that long, otherwise ``"last"``.

    Raises
    ------
    ValueError
        If patches are far longer than any window.
    """
    step_by_step = estimator.output == "sequence" or estimator.embedding_dim is not None
    size = (
        1
        if step_by_step
        else max(1, (int(windows.lengths.max()) + _N_PATCHES // 2 - 1) // _N_PATCHES)
    )
    patch_size, pooling = estimator.patch_size, estimator.pooling
    if patch_size == "auto":
        patch_size = size
    refuse_far_beyond(patch_size, "patch_size", int(windows.lengths.max()), "steps")
    if pooling == "auto":
        pooling = "concat" if size > 1 else "last"
    return patch_size, pooling


def in_patches(windows: WindowSet, patch_size: int, *, in_memory: bool = False) -> WindowSet:
    """Return windows whose steps are patches: some successive steps of others, side by side [1]_.

    Patches are counted from the newest step, so that the last one is always complete. The oldest
    one is filled up with zeros on its old side: with means of standardised features, or with no
    change.

    Parameters
    ----------
    windows : WindowSet
        Standardised steps, of which missing ones are left out.
    patch_size : int
        Number of steps of a patch.
    in_memory : bool, default=False
        Whether the patches are made now; otherwise when they are asked for.

    Returns
    -------
    patches : WindowSet
        ``ceil(length / patch_size)`` steps for each window, of ``patch_size * n_features`` columns:
        all features of its oldest step, then of the next one. Differenced features are differences
        already.

    References
    ----------
    .. [1] Y. Nie, N. H. Nguyen, P. Sinthong and J. Kalagnanam, "A time series is worth 64 words:
       long-term forecasting with transformers", ICLR 2023.
    """
    if patch_size == 1:
        return windows
    rows: Any = PatchRows(windows, patch_size)
    lengths, starts = rows.lengths, rows.starts
    if in_memory:
        rows = rows[:]
    return WindowSet(rows, starts, lengths)


class PatchRows:
    """The patches of windows, made when they are asked for.

    Parameters
    ----------
    windows : WindowSet
        Standardised steps.
    patch_size : int
        Number of steps of a patch.

    Attributes
    ----------
    starts, lengths : ndarray of shape (n_samples,), int64
        Number of the first patch of each window, and number of its patches.
    """

    def __init__(self, windows: WindowSet, patch_size: int) -> None:
        self._windows, self._patch_size = windows, patch_size
        self.lengths = -(-windows.lengths // patch_size)
        self.starts = np.cumsum(self.lengths) - self.lengths
        self.dtype = windows.rows.dtype

    def __len__(self) -> int:
        return int(self.starts[-1] + self.lengths[-1])

    @property
    def shape(self) -> tuple[int, int]:
        """Number of patches, and of their columns."""
        return len(self), self._patch_size * self._windows.n_features

    def __getitem__(self, index: Any) -> np.ndarray:
        numbers = np.arange(len(self))[index] if isinstance(index, slice) else np.asarray(index)
        flat, windows, size = numbers.ravel(), self._windows, self._patch_size
        sample = np.searchsorted(self.starts, flat, side="right") - 1
        first = windows.starts[sample][:, np.newaxis]
        after = self.starts[sample] + self.lengths[sample] - flat - 1  # patches behind this one
        newest = windows.newest_rows[sample] - after * size
        rows = newest[:, np.newaxis] + np.arange(1 - size, 1)
        values = windows.rows[np.maximum(rows, first)]
        if windows.differenced is not None and windows.differenced.any():
            values[:, :, windows.differenced] -= windows.rows[first][:, :, windows.differenced]
        values[rows < first] = 0.0
        return values.reshape(*numbers.shape, self.shape[1])
