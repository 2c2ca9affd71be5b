"""What is settled before a regressor is trained on windows of series: `PreparedFit`."""

from collections.abc import Hashable, Sequence
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from sklearn.base import clone

from sklstm.meta_estimators import takes_missing_steps

from ._abilities import (
    early_stopping_inside,
    is_linear,
    shrinks,
    train_in_scale,
    train_on_rest,
)
from ._auxiliary_fit import with_callbacks_of
from ._features import Features
from ._fit_to_pairs import fit_to_pairs
from ._fit_transformers import fit_transformers
from ._forecast_model import ForecastModel
from ._future_steps import FutureSteps, reads_future
from ._histories import History
from ._huge_values import refuse_huge
from ._linear_part import nothing_may_be_left
from ._scaled_pairs import choose_scaling, with_linear_part
from ._scaling import Scaling
from ._season import NO_SEASON, Season
from ._training_pairs import TrainingPairs


@dataclass(frozen=True, eq=False)
class PreparedFit:
    """Windows of series and how they are scaled, before a regressor has seen them.

    Parameters
    ----------
    regressor : estimator
        Not yet fitted, and set for the scale.
    pairs : TrainingPairs
        What it is to learn from.
    scaling : Scaling or None
        How each window is scaled.
    transformers : dict
        The fitted transformer of each series by its key; empty without transformer.
    takes_missing : bool
        Whether the regressor takes windows with missing steps.
    future : FutureSteps or None
        Steps of windows for the rows to come, if it reads them.
    begin : estimator, optional
        A fitted regressor, of which training makes a copy and goes on.
    """

    regressor: Any
    pairs: TrainingPairs
    scaling: Scaling | None
    transformers: dict[Hashable, Any]
    takes_missing: bool
    future: FutureSteps | None
    begin: Any = None

    @classmethod
    def of(
        cls,
        histories: Sequence[History],
        features: Features,
        estimator: Any,
        transformer: Any,
        scaling: str | Sequence[str] | None = None,
        season: Season = NO_SEASON,
        n_ahead: int = 1,
        *,
        linear_part: bool | str = False,
        past: Sequence[str] | None = None,
    ) -> Self:
        """Fit clones of a transformer, cut windows, and choose their scale.

        Parameters
        ----------
        histories : list of History
            The series to learn from.
        features : Features
            What is to stand in the rows of windows.
        estimator : estimator
            Any regressor.
        transformer : estimator or None
            A transformer with an inverse; each series has its own clone.
        scaling : str or list of str, optional
            ``"auto"``, or the name of a representation of windows, one for all columns or for each.
        season : Season, optional
            That of the series, for differences to the season before; by default none.
        n_ahead : int, default=1
            How many rows users forecast, for the choice of a representation.
        linear_part : bool or "auto", default=False
            Whether the regressor learns what a ridge regression on its windows leaves.
        past : list of str, optional
            How columns known up to now are to stand in windows; by default as these say.

        Returns
        -------
        prepared : PreparedFit
            All but the fitted regressor.

        Raises
        ------
        ValueError
            If no pair of a window and the rows after it is without missing values, values are huge,
            or the transformer does not keep the rows.
        """
        transformers = {}
        if transformer is not None:
            transformers = fit_transformers(transformer, histories)
        model = ForecastModel(features, None, transformers)
        tables = [(past.index, model.transformed(past), past.exog) for past in histories]
        refuse_huge(histories, tables)
        season = replace(season, tables=tables) if transformers else season  # of what they leave
        takes_nan = takes_missing_steps(estimator)
        features = replace(features, pads=scaling is not None and takes_nan)
        static = None
        if features.n_static:
            static = np.array([past.static for past in histories])
        pairs, chosen = choose_scaling(
            tables, features, takes_nan, scaling, season, n_ahead, not is_linear(estimator),
            shrinks(estimator), static, past,
        )  # fmt: skip
        if not len(pairs):
            raise ValueError(
                f"series has no {pairs.features.n_rows} + {features.horizon} rows in succession (of"
                f" lookback and horizon) from which {type(estimator).__name__} could learn: all of "
                "them hold missing values."
            )
        regressor = clone(estimator)
        if chosen is not None:
            train_in_scale(regressor, absolute=chosen.is_scaled)
            stopped_by = early_stopping_inside(regressor)
            chosen = with_linear_part(chosen, pairs, linear_part, stopped_by)
        future = None
        if reads_future(regressor, pairs.features) and not (chosen and chosen.is_seasonal):
            future = FutureSteps.of(pairs.features, tables[0][1].shape[1])
            regressor.set_params(output="sequence")
        return cls(regressor, pairs, chosen, transformers, takes_nan, future)

    @property
    def transformer(self) -> Any:
        """One of the transformers, whose parameters are those of all, a season set; or None."""
        return next(iter(self.transformers.values()), None)

    @property
    def may_choose_units(self) -> bool:
        """Whether a network reads rows to come, and nobody has named its number of units."""
        return self.future is not None and self.regressor.hidden_size == "auto"

    def with_units(self, hidden_size: Any) -> Self:
        """Return the same with a network of so many units."""
        regressor = clone(self.regressor).set_params(hidden_size=hidden_size)
        return replace(self, regressor=regressor)

    def train(self) -> ForecastModel:
        """Return the model, with a regressor that is trained."""
        regressor = clone(self.regressor)
        has_linear_part = self.scaling is not None and self.scaling.linear is not None
        if has_linear_part:
            train_on_rest(regressor)
        if self.begin is not None:
            regressor = _with_parameters_of(regressor, self.begin)
        with nothing_may_be_left() if has_linear_part else nullcontext():
            regressor = fit_to_pairs(regressor, self.pairs, self.scaling, self.future)
        return ForecastModel(
            self.pairs.features, regressor, self.transformers, self.takes_missing, self.scaling,
            future=self.future,
        )  # fmt: skip


def _with_parameters_of(regressor, fitted):
    """Return a copy of a fitted regressor with parameters and callbacks of one not fitted."""
    plain = {name: value for name, value in regressor.get_params().items() if _is_plain(value)}
    return with_callbacks_of(deepcopy(fitted), regressor).set_params(**plain)


def _is_plain(value):
    """Tell whether a parameter holds no estimator, which would take the place of a fitted one."""
    parts = value if isinstance(value, list | tuple) else [value]
    held = [part for own in parts for part in (own if isinstance(own, tuple) else (own,))]
    return not any(hasattr(part, "get_params") for part in held)
