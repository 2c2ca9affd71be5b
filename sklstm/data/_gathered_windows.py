"""Windows of several series, read from the rows that they share: `GatheredWindows`."""

from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

_FULL = slice(None)


class GatheredWindows(NDArrayOperatorsMixin):
    """An array of windows of which only the rows are in memory.

    Windows of several series are no strided view of their rows, for where a series ends the next
    window is further away. This stands for the array all the same: it has its shape and indices,
    and NumPy's functions, operators and methods make the array of it. Indexed by samples it stays
    what it is. It is read-only, as a view would be.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_features)
        Steps of all series, one series after the other; NaN where a window has no step.
    starts : ndarray of shape (n_samples,), int64
        First row of each window.
    n_timesteps : int
        Rows of each window.
    """

    ndim = 3

    def __init__(self, rows: np.ndarray, starts: np.ndarray, n_timesteps: int) -> None:
        self.rows = rows
        self.starts = starts
        self.n_timesteps = n_timesteps

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of samples, steps and features."""
        return len(self.starts), self.n_timesteps, self.rows.shape[1]

    @property
    def dtype(self) -> np.dtype:
        """Type of the values."""
        return self.rows.dtype

    @property
    def size(self) -> int:
        """Number of values of all windows."""
        n_samples, n_timesteps, n_features = self.shape
        return n_samples * n_timesteps * n_features

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, key: Any) -> Any:
        samples, *rest = key if isinstance(key, tuple) and key else (key,)
        while rest and rest[-1] is Ellipsis:
            rest.pop()
        if not _picks_samples(samples) or not all(isinstance(k, slice | int) for k in rest):
            return np.asarray(self)[key]
        if isinstance(samples, int | np.integer):
            return self._at([samples])._array(rest)[0]
        taken = self._at(samples)
        return taken._array(rest) if rest else taken

    def __contains__(self, value: Any) -> bool:
        return value in np.asarray(self)

    def __bool__(self) -> bool:
        return bool(np.asarray(self))  # NumPy says what is ambiguous

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("Windows of several series are no array in memory: they take a copy.")
        return self._array([]).astype(dtype or self.dtype, copy=False)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        written = (*options.get("out", ()), *(inputs[:1] if method == "at" else ()))
        if any(isinstance(x, GatheredWindows) for x in written):
            raise ValueError(
                "Windows of several series are read-only: write to numpy.asarray of them."
            )
        arrays = [np.asarray(x) if isinstance(x, GatheredWindows) else x for x in inputs]
        return getattr(ufunc, method)(*arrays, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(np.ndarray, name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        array = np.asarray(self)
        array.flags.writeable = False  # what is done to it in place would be lost
        return getattr(array, name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(shape={self.shape}, dtype={self.dtype})"

    def __getstate__(self) -> dict[str, Any]:
        rows, starts = self.rows_in_use()
        return {"rows": rows, "starts": starts, "n_timesteps": self.n_timesteps}

    def rows_in_use(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows that are in a window, and where windows start among them.

        Returns
        -------
        rows : ndarray of shape (n_rows_in_use, n_features)
            `rows` itself if all are in use.
        starts : ndarray of shape (n_samples,), int64
            First row of each window.
        """
        n_samples, n_timesteps, n_features = self.shape
        if n_samples * n_timesteps <= len(self.rows):
            rows = self._array([]).reshape(-1, n_features)
            return rows, np.arange(n_samples, dtype=np.int64) * n_timesteps
        opened = np.bincount(self.starts, minlength=len(self.rows) + 1)
        opened[n_timesteps:] -= opened[:-n_timesteps].copy()  # a window closes after its last row
        used = np.cumsum(opened[:-1]) > 0
        if used.all():
            return self.rows, self.starts
        place = np.cumsum(used) - 1
        return self.rows[used], place[self.starts]

    def _at(self, samples):
        return GatheredWindows(self.rows, self.starts[samples], self.n_timesteps)

    def _array(self, rest):
        """Return the array, indexed by what follows the samples in a key."""
        rows, (steps, features) = self.rows, [*rest, _FULL, _FULL][:2]
        if len(rest) > 2:
            raise IndexError(f"too many indices: windows have 3 axes, got {1 + len(rest)}.")
        (row, item), n_windows = rows.strides, len(rows) - self.n_timesteps + 1
        shape = max(n_windows, 0), self.n_timesteps, rows.shape[1]
        every = np.lib.stride_tricks.as_strided(rows, shape, (row, row, item), writeable=False)
        return every[:, steps, features][self.starts]


def _picks_samples(key):
    """Return whether an index picks samples as a whole."""
    if isinstance(key, slice | int | np.integer):
        return not isinstance(key, bool)
    return isinstance(key, list | np.ndarray) and np.ndim(key) == 1
