"""Windows that a `WindowScaledRegressor` scales when they are asked for: `ScaledWindows`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sklstm.data import GatheredWindows, WindowSet, newest_block, window_rows
from sklstm.preprocessing import WindowScaler

from ._abilities import early_stopping_inside, takes_step_targets
from ._scaling import Scaling
from ._training_pairs import some_numbers, take_much_memory

_VALUES_AT_A_TIME = 1 << 22
_HELD_OUT = {"X_val", "y_val"}


def are_scaled_at_once(windows: np.ndarray, regressor: Any, params: dict[str, Any]) -> bool:
    """Return whether all windows are scaled before a regressor is given them.

    Parameters
    ----------
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        The windows.
    regressor : estimator
        Recurrent ones may be handed many windows a few at a time.
    params : dict
        What else its ``fit`` is given. Weights and groups are of all windows.

    Returns
    -------
    at_once : bool
        False for many windows of a recurrent regressor.
    """
    gathers = hasattr(regressor, "_fit_gathered") and not takes_step_targets(regressor)
    gathers &= all(name in _HELD_OUT or value is None for name, value in params.items())
    return not gathers or not take_much_memory(windows.size)


def gathered(windows: np.ndarray) -> GatheredWindows:
    """Return windows of which any part can be taken without a copy of its values."""
    if isinstance(windows, GatheredWindows):
        return windows
    return GatheredWindows(*window_rows(windows), windows.shape[1])


def parts_of(windows: np.ndarray, regressor: Any) -> Iterator[np.ndarray]:
    """Yield windows a few at a time, all at once to a regressor that may not be given parts.

    Predictions of recurrent regressors do not depend on the part, to the last bit.
    """
    size = len(windows)
    if hasattr(regressor, "_fit_gathered"):
        size = max(1, _VALUES_AT_A_TIME // (windows.shape[1] * windows.shape[2]))
    for first in range(0, len(windows), size):
        yield np.asarray(windows[first : first + size])


def join_parts(parts: list[Any]) -> Any:
    """Join arrays, or tuples of arrays, that belong to successive windows."""
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0], tuple):
        return tuple(np.concatenate(one) for one in zip(*parts, strict=True))
    return np.concatenate(parts)


@dataclass(frozen=True)
class ScaledWindows:
    """Windows and their scaled targets, gathered and scaled when a regressor asks for them.

    Parameters
    ----------
    windows : GatheredWindows
        Before scaling.
    targets : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        Scaled, none of them missing.
    scaler : WindowScaler or Scaling
        Fitted; scales each window by itself.
    """

    windows: GatheredWindows
    targets: np.ndarray
    scaler: WindowScaler | Scaling

    @property
    def n_steps(self) -> int:
        """Number of steps of the windows."""
        return self.windows.shape[1]

    def __len__(self) -> int:
        return len(self.targets)

    def gather(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the scaled windows and targets of the samples of some numbers."""
        return self.scaler.transform(np.asarray(self.windows[samples])), self.targets[samples]

    def some(self) -> tuple[np.ndarray, np.ndarray]:
        """Return windows and targets that stand for all."""
        return self.gather(some_numbers(len(self)))

    def take(self, part: slice | np.ndarray) -> "ScaledWindows":
        """Return a part of the samples."""
        return replace(self, windows=self.windows[part], targets=self.targets[part])

    def fit(self, regressor: Any, held_out: tuple[Any, Any]) -> Any:
        """Fit a recurrent regressor to the samples, a few of which are in memory at a time.

        Parameters
        ----------
        regressor : estimator
            Not yet fitted.
        held_out : tuple of (ndarray, ndarray) or (None, None)
            Scaled windows and targets to validate by. None: early stopping looks at some of the
            newest samples.

        Returns
        -------
        regressor : estimator
            The fitted one.
        """
        training, fraction = self, early_stopping_inside(regressor)
        windows: Any = self.windows
        if fraction is not None and held_out[0] is None:
            first, last = newest_block(WindowSet.from_array(windows), fraction)
            training, held_out = self.take(first), self.take(last).some()
        return regressor._fit_gathered(training, *held_out)
