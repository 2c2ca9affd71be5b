"""The scale of each window of a forecast: `Scaling`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np

from sklstm.meta_estimators import walk
from sklstm.preprocessing import (
    Representation,
    Represented,
    choose_representation,
    has_own_scale,
    is_seasonal,
    newest_of_known,
)

from ._abilities import is_baseline, learns_amounts
from ._linear_part import LinearPart


class Scale(NamedTuple):
    """What undoes the scale of some windows, column by column.

    Parameters
    ----------
    columns : list of Represented
        One for each column.
    linear : ndarray of shape (n_samples, horizon, n_columns), optional
        What the linear part predicts, in this scale.
    """

    columns: list[Represented]
    linear: np.ndarray | None = None


@dataclass(frozen=True)
class Scaling:
    """How each column of the series stands in windows, and columns known up to now.

    Columns known in advance, and those that describe a series, stay as they are.

    Parameters
    ----------
    columns : list of Representation
        One for each column.
    scores : list of dict
        The score of each candidate, for each column.
    linear : LinearPart, optional
        What is subtracted from scaled targets, too, so that a regressor learns the rest.
    linear_score : float, default=nan
        Its error on the newest windows, relative to that of random features.
    trials : dict, optional
        Error of the regressor itself in each scale that it was tried in.
    past : list of str, optional
        How columns that are known up to now stand in windows: ``"level"`` or ``"difference"``, less
        their newest value. By default, and in older files, all as they are.
    """

    columns: list[Representation]
    scores: list[dict[str, float]]
    linear: LinearPart | None = None
    linear_score: float = np.nan
    trials: dict[str, float] | None = None
    past: Sequence[str] = ()

    @classmethod
    def choose(
        cls,
        scaling: str | Sequence[str],
        windows: np.ndarray,
        targets: np.ndarray,
        places: np.ndarray,
        season: int,
        n_ahead: int,
        saturates: bool = True,
        *,
        fixed_season: bool = False,
        shrinks: bool = False,
    ) -> Self:
        """Choose the scale of each column, or take the one that a user names.

        Parameters
        ----------
        scaling : str or list of str
            ``"auto"`` or one of `SCALINGS`, for all columns or for each.
        windows : ndarray of shape (n_samples, n_rows, n_features)
            Training windows, those of a series in the order of time.
        targets : ndarray of shape (n_samples, horizon, n_columns)
            The rows that follow.
        places : ndarray of shape (n_samples, 2)
            Number of the series of each window, and its last row.
        season : int
            Rows in a season, and rows in front of those that are read; 1 for none.
        n_ahead : int
            How many rows users forecast, beyond those that are predicted at once if need be.
        saturates : bool, default=True
            Whether the regressor has bounded units; linear models have not.
        fixed_season : bool, default=False
            Whether it is a season of the calendar, or named, and no cycle that has been found.
        shrinks : bool, default=False
            Whether predictions of few windows may be shrunk towards the season before.

        Returns
        -------
        scaling : Scaling
            The chosen one.
        """
        columns, scores = [], []
        for place in range(targets.shape[2]):
            column = windows[:, :, place]
            if scaling == "auto":
                representation, found = choose_representation(
                    column, targets[:, :, place], season=season, groups=places[:, 0],
                    ends=places[:, 1], n_ahead=n_ahead, saturates=saturates,
                    fixed_season=fixed_season, shrinks=shrinks,
                )  # fmt: skip
            else:
                name = scaling if isinstance(scaling, str) else scaling[place]
                representation, found = Representation.fit(name, column, season), {}
            columns.append(representation)
            scores.append(found)
        return cls(columns, scores)

    @property
    def names(self) -> str | list[str]:
        """Name of the representation of each column, of a single one by itself."""
        return _by_column([column.name for column in self.columns])

    @property
    def errors(self) -> dict[str, float] | list[dict[str, float]]:
        """Error of each candidate by column, of a single one by itself."""
        return _by_column(list(self.scores))

    @property
    def weights(self) -> float | list[float]:
        """Weight of the regressor beside no change over a season by column, of one by itself."""
        return _by_column([column.weight for column in self.columns])

    def weighted_like(self, other: Self) -> Self:
        """Return this with the weights of another of the same columns."""
        pairs = zip(self.columns, other.columns, strict=True)
        return replace(self, columns=[replace(own, weight=one.weight) for own, one in pairs])

    @property
    def is_seasonal(self) -> bool:
        """Whether any column is differenced to the season before."""
        return any(is_seasonal(column.name) for column in self.columns)

    @property
    def is_scaled(self) -> bool:
        """Whether any column is divided by the scale of its window, or its logarithm taken."""
        return any(has_own_scale(column.name) for column in self.columns)

    def represent(self, windows: np.ndarray, horizon: int) -> tuple[np.ndarray, Scale]:
        """Return windows as a regressor reads them, and what undoes it.

        Parameters
        ----------
        windows : ndarray of shape (n_samples, n_rows, n_features)
            Values, with the rows in front.
        horizon : int
            How many rows follow.

        Returns
        -------
        read : ndarray of shape (n_samples, lookback, n_features)
            Scaled windows.
        scale : Scale
            For `targets` and `restore`.
        """
        found = [
            column.represent(windows[:, :, place], horizon)
            for place, column in enumerate(self.columns)
        ]
        read = np.stack([column.windows for column in found], axis=2)
        if windows.shape[2] > len(found):
            beside = windows[:, self.columns[0].n_before :, len(found) :]
            read = np.concatenate([read, beside], axis=2, dtype=np.float64)
            changes = len(found) + np.flatnonzero([name == "difference" for name in self.past])
            if len(changes):
                past = read[:, :, changes]
                read[:, :, changes] = past - newest_of_known(past)[:, np.newaxis]
        if self.linear is None:
            return read, Scale(found)
        predicted = self.linear.predict(read)
        return read, Scale(found, predicted.reshape(len(read), -1, len(found)))

    def transform(self, windows: np.ndarray) -> np.ndarray:
        """Return windows as a regressor reads them, in their precision."""
        return self.represent(windows, 1)[0].astype(windows.dtype, copy=False)

    def targets(self, after: np.ndarray, scale: Scale) -> np.ndarray:
        """Return the rows that follow windows, of shape (n_samples, horizon, n_columns), scaled."""
        scaled = self._each("targets", after, scale)
        return scaled if scale.linear is None else scaled - scale.linear

    def restore(self, predicted: np.ndarray, scale: Scale) -> np.ndarray:
        """Return predictions, the inverse of `targets`, in the units of the series."""
        if scale.linear is not None:
            predicted = predicted + scale.linear
        return self._each("restore", predicted, scale)

    def _each(self, method, values, scale):
        parts = [
            getattr(column, method)(values[:, :, place], represented)
            for place, (column, represented) in enumerate(
                zip(self.columns, scale.columns, strict=True)
            )
        ]
        return np.stack(parts, axis=2)


def _by_column(items):
    return items[0] if len(items) == 1 else items


def wanted_scaling(forecaster: Any) -> str | None:
    """Return what the parameter `scaling` of a forecaster means for its regressor.

    Parameters
    ----------
    forecaster : Forecaster
        With its parameters.

    Returns
    -------
    scaling : str or None
        In place of ``"auto"`` None for a regressor that scales windows itself, and for one of
        targets that must not be shifted, such as counts; ``"level"`` for a baseline, which is
        another forecast in any other scale.
    """
    scaling, estimator = forecaster.scaling, forecaster.estimator
    if scaling != "auto":
        return scaling
    if any(type(one).__name__ == "WindowScaledRegressor" for one in walk(estimator)):
        return None
    if is_baseline(estimator):
        return "level"
    return None if learns_amounts(estimator) else scaling
