"""A fit that another one goes on from, with ``warm_start=True``: `FittedBefore`."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from sklearn.base import clone

from sklstm._warn import warn_user
from sklstm.meta_estimators import takes_windows
from sklstm.time_labels import comparable, kind_of

from ._forecast_model import ForecastModel
from ._histories import History
from ._known_series import KnownSeries
from ._prepared_fit import PreparedFit
from ._same_parameters import same_parameters
from ._season import Season
from ._warm_start import goes_on_in_fit


def rows_of_calibrator(
    calibrator: ForecastModel | str,
    histories: Mapping[Hashable, History],
    n_newest: Mapping[Hashable, int],
) -> dict[Hashable, int]:
    """Return how many rows of each series a calibrator has learned from.

    Parameters
    ----------
    calibrator : ForecastModel or str
        A text if there is none.
    histories : dict
        All rows of each series by its key.
    n_newest : dict
        How many of them calibrate.

    Returns
    -------
    n_older : dict
        Without series that are too short for a window and its targets.
    """
    if isinstance(calibrator, str):
        return {}
    fewest = calibrator.features.first_origin + 1 + calibrator.features.horizon
    n_older = {key: len(past) - n_newest.get(key, 0) for key, past in histories.items()}
    return {key: n_rows for key, n_rows in n_older.items() if n_rows >= fewest}


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
    n_fitted : dict
        How many the model has learned from.
    """

    model: ForecastModel
    calibrator: ForecastModel | str
    known: KnownSeries
    n_older: Mapping[Hashable, int]
    n_fitted: Mapping[Hashable, int]

    @classmethod
    def of(cls, forecaster: Any) -> Self | None:
        """Return the fit that a forecaster is to go on from; None if it begins anew.

        A warning tells if ``warm_start=True`` has no effect.
        """
        is_fitted = hasattr(forecaster, "_model")
        if not is_fitted or not goes_on_in_fit(forecaster.estimator, forecaster._model.regressor):
            return None
        n_older, n_fitted = vars(forecaster).get("_n_older"), forecaster._n_fitted_rows()
        if n_older is None:  # of an older file, after `partial_fit` more rows than it has learned
            n_newest = forecaster._n_newest
            n_older = {key: n_rows - n_newest.get(key, 0) for key, n_rows in n_fitted.items()}
        return cls(forecaster._model, forecaster._calibrator, forecaster._known, n_older, n_fitted)

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

        Warns
        -----
        UserWarning
            If later rows than those of the series have been learned from.
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
        }
        if not takes_windows(own.estimator):  # each step of a window has weights of its own
            wanted["lookback"] = own.lookback, features.lookback
        transformer = self.model.transformer
        if not same_parameters(own.transformer, transformer):
            wanted["transformer"] = own.transformer, transformer
        _refuse_others(wanted)
        self._warn_of_later_rows(known)
        return own if transformer is None else own.set_params(transformer=clone(transformer))

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

        Warns
        -----
        UserWarning
            If there is none, so that another calibrator has to begin anew.
        """
        found = {past.key: past for past in older if len(past)}
        if not found:
            return None
        why = self._why_anew(found)
        if why is None:
            return self.calibrator.regressor  # type: ignore[union-attr]
        warn_user(
            "warm_start=True: forecasts go on from the last fit, but the second model, by whose "
            f"errors intervals are made, begins anew: {why}. In few epochs it learns little, and "
            "intervals become too wide. Fit with as many epochs as the first time."
        )
        return None

    def _why_anew(self, found):
        """Return why another calibrator begins anew; None if it goes on."""
        if isinstance(self.calibrator, str):
            return "the last fit had none"
        learned = self._first_rows(self.n_older)
        if not learned:
            return "nothing tells which rows the last one had learned from"
        # What it learned of a series that is not there any more must not be later than any other.
        ends = list({past.index[-1]: past for past in found.values()}.values())
        for key, before in learned.items():
            for past in [found[key]] if key in found else ends:
                why = _why_not_after(past, before)
                if why is not None:
                    return why
        return None

    def _first_rows(self, counts):
        """Return the history of so many rows of each series that has any."""
        histories = self.known.histories
        return {key: histories[key].part(0, count) for key, count in counts.items() if count > 0}

    def _warn_of_later_rows(self, known):
        """Warn of series that end before the rows which have been learned from."""
        for key, before in self._first_rows(self.n_fitted).items():
            past = known.histories.get(key)
            if past is None or not _are_same_time(past, before):
                continue
            if past.index[-1] < before.index[-1]:
                warn_user(
                    "warm_start=True goes on from a fit that has learned from later rows, of series"
                    f"{past.of} up to {before.index[-1]}, and it ends at {past.index[-1]} now: "
                    "errors in the rows between would be too small. To test on them, fit with "
                    "warm_start=False."
                )
                return

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
                f"warm_start=True goes on from the last fit, whose {name} was {_text(before)}, and "
                f"is {_text(now)} now. Set it back, or fit with warm_start=False."
            )


def _why_not_after(past, before):
    """Return why rows may end before others do; None if they end as late or later."""
    if not _are_same_time(past, before):
        return (
            f"rows of series{past.of} are counted, and those of the same number are not those of "
            "the last fit, so that none can be told to be later (label them by their times)"
        )
    if before.index[-1] <= past.index[-1]:
        return None
    return (
        f"of series{before.of} it had learned from rows up to {before.index[-1]}, and those after "
        f"{past.index[-1]} are to calibrate now (calibration_size)"
    )


def _are_same_time(past, before):
    """Tell whether the labels of two histories tell which rows are later.

    Those that are counted do if rows of the same number have the same values.
    """
    kind = kind_of(past.index)
    if kind is None or not comparable(past.index, before.index):
        return False
    if not kind.is_number:
        return True
    if past.key != before.key:
        return False
    common = past.index.intersection(before.index)
    own, its = (one.values[one.index.get_indexer(common)] for one in (past, before))
    return len(common) > 0 and np.array_equal(own, its, equal_nan=True)


def _text(value):
    return " ".join(repr(value).split())  # those of estimators have several lines


def _calendar_names(features):
    return [] if features is None else features.calendar_names()
