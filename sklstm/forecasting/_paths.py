"""Joint paths of the rows that follow: `PathMaker`."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from sklstm._warn import warn_user
from sklstm.data import key_text

from ._calibrations import Calibrations
from ._copula import GaussianCopula
from ._drawn_errors import drawn_errors, n_errors
from ._error_scale import ErrorScale, are_whole
from ._errors_of_others import add_others, corrects_coverage
from ._intervals import IntervalMaker, or_recursive, refuse_missing
from ._past_probabilities import past_probabilities
from ._path import Path
from ._predicted_spread import refuse_quantile

_FEWEST = 10  # errors of its own that a series draws from
_FEWEST_OF_PANEL = 19  # those that intervals of 90 % take, too, before they borrow
_ALPHA = 0.1  # errors are too small by what bounds that hold the others would be


@dataclass(frozen=True)
class PathMaker:
    """Draws paths of the rows that follow on some rows of series.

    Recursive forecasts feed draws back: each predicted row, plus an error of one step drawn from
    those of the calibration rows, enters the window of the next. Rows that a regressor predicts at
    once with their distributions, steps or columns, are drawn from these by a copula. Where rows
    stand for more than themselves after the transformer, such as differences, and with direct
    forecasts of other regressors, whole paths of errors are drawn: those of all steps from one
    origin, so that steps depend on each other as they did there.

    Parameters
    ----------
    fitted : Forecaster
        Who forecasts.
    feeds_back : bool
        Whether draws enter the window of the next step.
    calibrations : Calibrations or None
        Errors to draw from; None if the regressor draws from distributions of its own.
    copula : GaussianCopula, optional
        How rows that are predicted at once depend on each other, if they have distributions.
    without : collection of keys, default=()
        Series whose paths are NaN, for there are too few errors to draw from.
    """

    fitted: Any
    feeds_back: bool
    calibrations: Calibrations | None
    copula: GaussianCopula | None = None
    without: Collection[Hashable] = ()

    @classmethod
    def of(
        cls,
        fitted: Any,
        paths: Sequence[Path],
        steps: int,
        asked_by: str = "sample_paths",
        own: Any = None,
    ) -> Self:
        """Return what draws paths of these series.

        Parameters
        ----------
        fitted : Forecaster
            Who forecasts.
        paths : list of Path
            The series, where their paths begin, and what is known of the time after their ends.
        steps : int
            The most rows of a path.
        asked_by : str, default="sample_paths"
            What an error says that takes earlier rows.
        own : Forecaster, optional
            That knows its own rows, where `fitted` knows others in place of them.

        Returns
        -------
        maker : PathMaker
            With all errors that it may draw from.

        Raises
        ------
        ValueError
            If the forecaster has no calibration rows, and its regressor predicts no distributions;
            or if there are too few errors to draw from, of all series, or too few forecasts to
            learn from how rows depend on each other.

        Warns
        -----
        UserWarning
            If some of several series have too few errors to draw from, whose paths are NaN.
        """
        refuse_quantile(fitted.estimator)
        model = fitted._model
        is_whole = are_whole(model.transformers, (path.history for path in paths))
        feeds_back = model.features.horizon == 1 and is_whole
        at_once = model.features.horizon * len(fitted.columns_)
        if is_whole and at_once > 1 and hasattr(model.regressor, "predict_distribution"):
            copula = GaussianCopula.fit(*past_probabilities(fitted, paths, own, asked_by))
            return cls(fitted, feeds_back, None, copula)
        if feeds_back and hasattr(model.regressor, "sample"):
            return cls(fitted, feeds_back, None)
        refuse_missing(fitted._calibrator, asked_by)
        at_once = 1 if feeds_back else steps
        maker = cls(fitted, feeds_back, _errors_of(fitted, paths, at_once))
        return replace(maker, without=maker._with_few_errors(paths, at_once))

    def draw(
        self, paths: Sequence[Path], steps: int, n_paths: int, rngs: Sequence[np.random.Generator]
    ) -> list[np.ndarray]:
        """Draw paths from all origins.

        Parameters
        ----------
        paths : list of Path
            Some or all of those that this is made for.
        steps : int
            Rows of a path.
        n_paths : int
            Paths from each origin.
        rngs : list of numpy Generator
            Source of the draws of each.

        Returns
        -------
        drawn : list of ndarray of shape (n_origins, n_paths, steps, n_columns)
            For each path, in the units of the series; NaN from origins where there are too few
            errors to draw from.
        """
        if self.copula is not None:
            return self._at_levels(paths, steps, n_paths, rngs)
        if self.calibrations is None:
            return self._fed_back(paths, steps, n_paths, rngs)
        errors = [self._errors(path, 1 if self.feeds_back else steps) for path in paths]
        few = [np.array([n_errors(one) < _FEWEST for one in own], dtype=bool) for own in errors]
        errors = [list(map(_or_none, own)) for own in errors]
        if self.feeds_back:
            drawn = self._fed_back(paths, steps, n_paths, rngs, errors)
        else:
            drawn = self._moved(paths, steps, n_paths, rngs, errors)
        for own, is_few in zip(drawn, few, strict=True):
            own[is_few] = np.nan
        return drawn

    def _moved(self, paths, steps, n_paths, rngs, errors):
        """Return forecasts moved by the errors of all steps from one origin."""
        drawn, forecasts = [], self.fitted._model.forecast(paths, steps)
        for path, forecast, rng, own in zip(paths, forecasts, rngs, errors, strict=True):
            chosen = [drawn_errors(one, (n_paths,), rng) for one in own]
            drawn.append(self._scale(path).moved(forecast[:, np.newaxis], np.stack(chosen)))
        return drawn

    def _fed_back(self, paths, steps, n_paths, rngs, errors=None):
        repeated = [replace(path, origins=np.repeat(path.origins, n_paths)) for path in paths]
        if errors is None:
            repeated = [replace(p, rng=rng) for p, rng in zip(repeated, rngs, strict=True)]
        else:
            noise = [
                [drawn_errors(one, (n_paths, steps), rng)[:, :, 0] for one in own]
                for own, rng in zip(errors, rngs, strict=True)
            ]
            repeated = [
                replace(path, noise=np.concatenate(of_origins))
                for path, of_origins in zip(repeated, noise, strict=True)
            ]
        drawn = self.fitted._model.forecast(repeated, steps, restored=False)
        return [
            self._scale(path).back(values).reshape(-1, n_paths, *values.shape[1:])
            for path, values in zip(paths, drawn, strict=True)
        ]

    def _at_levels(self, paths, steps, n_paths, rngs):
        """Return quantiles of the predicted distributions at levels that are drawn together."""
        model = self.fitted._model
        padded, horizon = model.padded(steps), model.features.horizon
        asked = []
        for path, rng in zip(paths, rngs, strict=True):
            n_blocks = len(path.origins) * n_paths * (padded // horizon)
            levels = self.copula.draw(n_blocks, rng)
            levels = levels.reshape(len(path.origins), n_paths, padded, levels.shape[2])
            if padded == horizon:  # nothing that is drawn enters a window
                asked.append(replace(path, levels=np.moveaxis(levels, 1, -1)))
            else:
                origins = np.repeat(path.origins, n_paths)
                levels = levels.reshape(-1, *levels.shape[2:], 1)
                asked.append(replace(path, origins=origins, levels=levels))
        drawn = model.forecast(asked, steps, restored=False)
        return [
            self._scale(path).back(
                np.moveaxis(values, -1, 1).reshape(-1, n_paths, *values.shape[1:3])
            )
            for path, values in zip(paths, drawn, strict=True)
        ]

    def _scale(self, path):
        transformer = self.fitted._model.transformers.get(path.history.key)
        return ErrorScale.of(transformer, path.history.values)

    def _errors(self, path, steps):
        """Return for each origin the errors of all steps known by then, (n, steps, n_columns)."""
        assert self.calibrations is not None
        found, key, enough = self.calibrations, path.history.key, _enough(self.fitted)
        return [_own_or_borrowed(found, key, int(own), steps, enough) for own in path.origins]

    def _n_errors(self, path, steps):
        """Return how many errors each origin has, at least; `draw` makes those that suffice."""
        assert self.calibrations is not None
        found, key = self.calibrations, path.history.key
        own = [len(found.complete_of(key, int(origin), steps)) for origin in path.origins]
        few = [n < _FEWEST for n in own]
        borrowed = iter(self._errors(replace(path, origins=path.origins[few]), steps))
        return [
            n_errors(next(borrowed)) if is_few else n for n, is_few in zip(own, few, strict=True)
        ]

    def _with_few_errors(self, paths, steps):
        """Return and warn of the series with too few errors, or raise a ValueError if all have."""
        fewest = [min(self._n_errors(path, steps), default=_FEWEST) for path in paths]
        few = [place for place, n in enumerate(fewest) if n < _FEWEST]
        if not few:
            return ()
        history = paths[few[0]].history
        told = (
            f"Paths are drawn from at least {_FEWEST} earlier errors of all steps, and the "
            f"calibration rows of series{history.of} give {fewest[few[0]]}: take fewer steps or a "
            f"larger calibration_size{or_recursive(self.fitted._model.features)}."
        )
        if len(few) == len(paths):
            raise ValueError(told)
        warn_user(f"{told} The paths of {len(few)} of {len(paths)} series are NaN.")
        return {paths[place].history.key for place in few}


def stream_of(seed: int, key: Hashable) -> np.random.Generator:
    """Return the source of the draws of one series, whichever others are drawn; None is alone."""
    if key is None:
        return np.random.default_rng(seed)
    return np.random.default_rng([seed, *str(key_text(key)).encode()])


def _errors_of(fitted, paths, steps):
    """Return the errors of series; if one has few of its own, those of all others as well."""
    maker = IntervalMaker(fitted._model, fitted._calibrator, fitted._n_newest, {})
    found = maker.calibrations(paths, steps)
    own = (len(found.complete_of(p.history.key, p.first_origin, steps)) for p in paths)
    few = any(n < _enough(fitted) for n in own)
    add_others(found, maker, fitted, steps, borrows=few)
    return found


def _enough(fitted):
    """Return with how many errors a series of a panel borrows none."""
    return _FEWEST_OF_PANEL if corrects_coverage(fitted) else _FEWEST


def _or_none(errors):
    """Return no errors at all in place of too few, whose draws are NaN in the end."""
    return errors if n_errors(errors) >= _FEWEST else np.zeros((_FEWEST, *np.shape(errors)[1:]))


def _own_or_borrowed(found, key, origin, steps, enough):
    errors, label = found.complete_of(key, origin, steps), found.label_at(key, origin)
    if len(errors) < enough and len(found) > 1:
        borrowed = found.borrowed_at(label, steps, by=key, origin=origin)
        if borrowed.n > len(errors) and borrowed.n >= _FEWEST and np.isfinite(borrowed.size).all():
            return borrowed
    return errors * found.factor_at(label, None, _ALPHA)
