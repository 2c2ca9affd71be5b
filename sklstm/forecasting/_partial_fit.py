"""Training that goes on from a fitted regressor, on rows that are new: `trained_further`."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np

from ._fit_to_pairs import form_of, form_of_targets
from ._forecast_model import ForecastModel
from ._histories import History
from ._scaled_pairs import pairs_as_read
from ._training_pairs import TrainingPairs


def trained_further(
    model: ForecastModel, histories: Sequence[History], n_learned: Mapping[Any, int], n_epochs: int
) -> ForecastModel:
    """Return a model whose regressor has learned from new rows as well.

    Parameters
    ----------
    model : ForecastModel
        Fitted; it is left as it is, and so is its regressor.
    histories : list of History
        Series with their new rows, of which each has its transformer.
    n_learned : dict
        How many rows of each series by its key were learned from; none by default.
    n_epochs : int
        How often to go through the windows in whose targets there are new rows.

    Returns
    -------
    model : ForecastModel
        With a copy of the regressor; the same model if there is no such window.

    Raises
    ------
    ValueError
        If the regressor refuses to go on.
    """
    features = model.features
    tables, firsts, static = [], [], []
    for past in histories:
        begin = n_learned.get(past.key, 0) - features.horizon  # the end of the first such window
        first = max(0, begin + 1 - features.n_rows)
        values = model.transformed(past)
        tables.append((past.index[first:], values[first:], past.exog[first:]))
        firsts.append(begin - first)
        static.append(past.static)
    if not tables:
        return model
    described = np.array(static) if features.n_static else None
    pairs = TrainingPairs.of(tables, features, model.takes_missing, described)
    if not len(pairs):
        return model
    order = pairs.in_order_of_time()
    places = pairs.places(order)
    is_new = places[:, 1] >= np.array(firsts)[places[:, 0]]
    if not is_new.any():
        return model
    some = pairs.gather(order[is_new])
    windows, targets = pairs_as_read(model.scaling, model.future, pairs, some)
    regressor = deepcopy(model.regressor)
    windows = form_of(windows, regressor, features.n_static)
    targets = form_of_targets(targets, regressor)
    for _ in range(n_epochs):
        regressor.partial_fit(windows, targets)
    return replace(model, regressor=regressor)


def goes_on(forecaster: Any) -> bool:
    """Return whether the regressor of a forecaster can learn further; for `available_if`.

    Raises
    ------
    AttributeError
        If it can't.
    """
    if hasattr(forecaster.estimator, "partial_fit"):
        return True
    raise AttributeError(
        f"{type(forecaster.estimator).__name__} has no partial_fit, so that a Forecaster around it "
        "has none: fit it anew, or take a recurrent network, an SGDRegressor or an MLPRegressor."
    )
