"""A fit that another one goes on from, with ``warm_start=True``: `FittedBefore`."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from sklearn.base import clone

from sklstm.time_labels import comparable, kind_of

from ._forecast_model import ForecastModel
from ._histories import History
from ._known_series import KnownSeries
from ._prepared_fit import PreparedFit
from ._season import Season


@dataclass(frozen=True, eq=False)
class FittedBefore:
    """What the last fit of a forecaster has settled and learned.

    Weights mean something in the scale of windows that they were learned in, so what was chosen
    then, by ``"auto"``, is not chosen anew.

    Parameters
    ----------
    model : ForecastModel
        That of all rows.
    calibrator : ForecastModel or str
        That of the older rows; a text if there is none.
    known : KnownSeries
        The series.
    n_older : dict
        How many rows of each series the calibrator may have learned from, by its key.
    """

    model: ForecastModel
    calibrator: ForecastModel | str
    known: KnownSeries
    n_older: Mapping[Hashable, int]

    @classmethod
    def of(cls, forecaster: Any) -> Self | None:
        """Return the fit that a forecaster is to go on from; None if it begins anew."""
        is_fitted = hasattr(forecaster, "_model")
        if not is_fitted or not _has_warm_start(forecaster.estimator):
            return None
        n_newest, n_fitted = forecaster._n_newest, forecaster._n_fitted_rows()
        n_older = {key: n_rows - n_newest.get(key, 0) for key, n_rows in n_fitted.items()}
        return cls(forecaster._model, forecaster._calibrator, forecaster._known, n_older)

    @property
    def scaling(self) -> list[str] | None:
        """How windows of each column are scaled, None for not at all."""
        scaling = self.model.scaling
        return None if scaling is None else [column.name for column in scaling.columns]

    @property
    def past(self) -> Sequence[str]:
        """How columns known up to now stand in windows."""
        scaling = self.model.scaling
        return [] if scaling is None else scaling.past

    def settled(self, forecaster: Any, known: KnownSeries) -> Any:
        """Return a forecaster with what was chosen before in place of ``"auto"``.

        Parameters
        ----------
        forecaster : Forecaster
            With its parameters.
        known : KnownSeries
            The series that it is to be fitted to.

        Returns
        -------
        forecaster : Forecaster
            A clone.

        Raises
        ------
        ValueError
            If what was learned would mean something else: other columns, or another scale.
        """
        self._check_columns(known)
        features, scaling = self.model.features, self.model.scaling
        chosen = {
            "lookback": features.lookback,
            "strategy": "direct" if features.horizon > 1 else "recursive",
            "linear_part": scaling is not None and scaling.linear is not None,
        }
        own = clone(forecaster).set_params(
            **{name: now for name, now in chosen.items() if getattr(forecaster, name) == "auto"}
        )
        ahead = own.horizon if own.strategy == "direct" else 1
        names = own.scaling if own.scaling in ("auto", None) else [own.scaling] * len(known.columns)
        wanted = {
            "number of rows predicted at once": (ahead, features.horizon),
            "linear_part": (own.linear_part, chosen["linear_part"]),
            "scaling": (names, names if names == "auto" else self.scaling),
            "transformer": (_class_name(own.transformer), _class_name(self.model.transformer)),
        }
        _refuse_others(wanted)
        return own

    def season_of_scale(self, season: Season) -> Season:
        """Return the season that windows are differenced by, else the one that is given."""
        scaling = self.model.scaling
        return Season(scaling.columns[0].season) if scaling and scaling.is_seasonal else season

    def prepared(self, prepared: PreparedFit) -> PreparedFit:
        """Return what is settled for another fit, with the regressor to go on from.

        Weights beside values one season before, and units, are those of this fit, too.
        """
        if prepared.may_choose_units:
            prepared = prepared.with_units(self.model.regressor.hidden_size_)
        scaling = prepared.scaling
        if scaling is not None and self.model.scaling is not None:
            scaling = scaling.weighted_like(self.model.scaling)
        return replace(prepared, scaling=scaling, begin=self.model.regressor)

    def calibrating(self, older: Sequence[History]) -> Any:
        """Return the regressor that another calibrator may go on from; None for none.

        Parameters
        ----------
        older : list of History
            What that one is to learn from: not even the last one may have seen a later row.

        Returns
        -------
        regressor : estimator or None
            Fitted.
        """
        if isinstance(self.calibrator, str):
            return None
        found = {past.key: past.index for past in older if len(past)}
        learned = {
            key: self.known.histories[key].index[:n_rows]
            for key, n_rows in self.n_older.items()
            if n_rows > 0
        }
        # What it learned of a series that is not there any more must not be later than any other.
        earliest = min(found.values(), key=lambda index: index[-1])
        goes_on = learned and all(
            _ends_later(found.get(key, earliest), index) for key, index in learned.items()
        )
        return self.calibrator.regressor if goes_on else None

    def _check_columns(self, known):
        """Raise a ValueError if columns are others than before."""
        asked = {
            "columns of series": lambda one: one.columns,
            "columns of exog": lambda one: one.exog_columns,
            "known_exog": lambda one: one.known_columns,
            "static_exog": lambda one: one.encoding.static if one.encoding else [],
            "calendar": lambda one: _calendar_names(one.calendar_features),
        }
        _refuse_others({name: (of(known), of(self.known)) for name, of in asked.items()})


def _refuse_others(pairs):
    """Raise a ValueError if one of several things is not what it was in the fit before."""
    for name, (now, before) in pairs.items():
        if now != before:
            raise ValueError(
                f"warm_start=True goes on from the last fit, whose {name} was {before!r}, and is "
                f"{now!r} now. Set it back, or fit with warm_start=False."
            )


def _ends_later(index, before):
    """Tell whether labels end as late as others; rows that are counted do not tell."""
    kind = kind_of(index)
    if kind is None or kind.is_number or not comparable(index, before):
        return False
    return bool(before[-1] <= index[-1])


def _calendar_names(features):
    return [] if features is None else features.calendar_names()


def _class_name(transformer):
    return None if transformer is None else type(transformer).__name__


def _has_warm_start(estimator):
    """Tell whether an estimator, or one inside it, goes on where its last fit ended.

    ``warm_start`` of trees means more of them, of the same data: with others, and no more trees,
    gradient boosting would learn nothing. Those that go on with any data have ``partial_fit``.
    """
    parameters = estimator.get_params()
    for name, value in parameters.items():
        inside, _, last = name.rpartition("__")
        owner = parameters[inside] if inside else estimator
        if last == "warm_start" and value is True and hasattr(owner, "partial_fit"):
            return True
    return False
