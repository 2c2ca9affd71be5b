"""How the targets of windows are scaled, and predictions back: `TargetScale`."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy import stats

from sklstm.preprocessing import Representation, WindowScaler, has_own_scale

from ._scaling import Scaling

VALUES_AT_A_TIME = 1 << 20  # so that windows of series are never written out all at once


@dataclass(frozen=True)
class TargetScale:
    """Scale of the target of each window, for all outputs alike.

    Parameters
    ----------
    center, scale : ndarray of shape (n_samples,)
        What is subtracted from targets, and what they are divided by.
    representation : Representation, optional
        Of which these are; by default they are those of a `WindowScaler`.
    """

    center: np.ndarray
    scale: np.ndarray
    representation: Representation | None = None

    @classmethod
    def of(cls, scaler: WindowScaler | Scaling, windows: np.ndarray, position: int) -> Self:
        """Return the scale that windows give to their targets.

        Parameters
        ----------
        scaler : WindowScaler or Scaling
            Fitted.
        windows : ndarray of shape (n_samples, n_timesteps, n_features)
            Values.
        position : int
            Which feature targets are later values of.

        Returns
        -------
        target_scale : TargetScale
            That of each window.
        """
        if isinstance(scaler, Scaling):
            representation = scaler.columns[position]
            center, scale = np.empty((2, len(windows)))
            size = max(1, VALUES_AT_A_TIME // (windows.shape[1] * windows.shape[2]))
            for first in range(0, len(windows), size):
                part = slice(first, first + size)
                found = representation.represent(np.asarray(windows[part])[:, :, position], 1)
                center[part], scale[part] = found.center[:, 0], found.scale[:, 0]
            return cls(center, scale, representation)
        center, scale = scaler.statistics(windows)
        return cls(center[:, position], scale[:, position])

    @property
    def is_own(self) -> bool:
        """Whether errors count relative to the size or the spread of each window."""
        return self.representation is None or has_own_scale(self.representation.name)

    @property
    def is_logarithmic(self) -> bool:
        """Whether logarithms are scaled, not the values themselves."""
        return self.representation is not None and self.representation.is_logarithmic

    @property
    def _name(self):
        return self.representation and self.representation.name

    def targets(self, values: np.ndarray) -> np.ndarray:
        """Return targets with any axes after that of the samples, scaled.

        Parameters
        ----------
        values : ndarray of shape (n_samples, ...)
            In units of the target; NaN is missing.

        Returns
        -------
        targets : ndarray of the same shape
            What a regressor learns.

        Raises
        ------
        ValueError
            If a value is not positive and its logarithm is to be scaled.
        """
        if self.is_logarithmic:
            if (values <= 0).any():
                raise ValueError(
                    f"scaler={self._name!r} takes the logarithm of targets, and the "
                    f"smallest is {np.nanmin(values):g}: take one without logarithms, such as "
                    "'scaled_difference'."
                )
            values = np.log(values)
        center, scale = self._beside(values.ndim)
        return (values - center) / scale

    def restore(self, predicted: np.ndarray) -> np.ndarray:
        """Return predictions, or quantiles and draws, in units of the target.

        Parameters
        ----------
        predicted : ndarray of shape (n_samples, ...)
            Of scaled targets.

        Returns
        -------
        values : ndarray of the same shape
            The inverse of `targets`; infinite where it is beyond all bounds.
        """
        center, scale = self._beside(np.ndim(predicted))
        values = predicted * scale + center
        return values if self.representation is None else self.representation.unlogged(values)

    def restore_std(self, std: np.ndarray) -> np.ndarray:
        """Return standard deviations of scaled targets in units of the target.

        Raises
        ------
        ValueError
            If logarithms are scaled.
        """
        if self.is_logarithmic:
            raise ValueError(
                f"scaler={self._name!r} takes the logarithm of targets, whose "
                "standard deviation is none of theirs: take a scaler without logarithms, such as "
                "'scaled_difference', or predict_interval."
            )
        _, scale = self._beside(std.ndim)
        return std * np.abs(scale)

    def restore_distribution(self, distribution: Any) -> Any:
        """Return a distribution of a location and a scale, shifted and scaled back.

        Parameters
        ----------
        distribution : frozen distribution of scipy.stats
            Of scaled targets, symmetric.

        Returns
        -------
        distribution : frozen distribution of scipy.stats
            Of the same family.
        """
        parameters = dict(distribution.kwds)
        center, scale = self._beside(np.ndim(parameters["loc"]))
        parameters["loc"] = parameters["loc"] * scale + center
        parameters["scale"] = parameters["scale"] * np.abs(scale)
        return getattr(stats, distribution.dist.name)(**parameters)

    def _beside(self, n_axes):
        shape = (len(self.center), *[1] * (n_axes - 1))
        return self.center.reshape(shape), self.scale.reshape(shape)
