"""Whether columns known up to now make forecasts better: `warn_of_harm`."""

from collections.abc import Hashable, Mapping
from dataclasses import replace

import numpy as np

from sklstm._warn import caught_warnings, warn_user

from ._abilities import is_baseline
from ._choose_by_regressor import relative_errors
from ._forecast_model import ForecastModel
from ._intervals import without_newest
from ._model_maker import ModelMaker
from ._past_columns import listed_past
from ._prepared_fit import PreparedFit

_HARM = 1.2  # errors with such columns relative to those without
_HARM_OF_HALF = 1.1  # the same in either half of the newest rows
_MOST_SERIES = 1000


def warn_of_harm(
    maker: ModelMaker,
    prepared: PreparedFit,
    model: ForecastModel | str,
    n_newest: Mapping[Hashable, int],
) -> None:
    """Warn where forecasts of the newest rows are clearly worse than without such columns.

    Each of them brings as many numbers as a window has rows, from which little may follow for the
    rows to come: then a regressor learns the noise in them. So it is fitted to the older rows
    without them as well. A baseline reads none of them.

    Parameters
    ----------
    maker : ModelMaker
        Makes models of the series.
    prepared : PreparedFit
        Of all rows.
    model : ForecastModel or str
        That of the rows before those that calibrate.
    n_newest : dict
        How many rows of each series the model has not seen.

    Warns
    -----
    UserWarning
        If errors are larger by a fifth, and by a tenth in both halves of the newest rows, of up to
        1000 series.
    """
    features = maker.features
    if isinstance(model, str) or not len(features.past) or prepared.scaling is None:
        return
    if is_baseline(maker.forecaster.estimator):
        return
    older = without_newest(maker.known.histories, n_newest, maker.n_fewest)
    if len(older) > _MOST_SERIES:
        return
    ratios = _beside_none(maker, prepared, older, model)
    if ratios is None or not (np.mean(ratios) > _HARM and min(ratios) > _HARM_OF_HALF):
        return
    warn_user(
        f"Columns of exog that are not known in advance ({listed_past(maker.known)}) made "
        f"forecasts of the newest rows worse: their errors are {np.mean(ratios):.2g} times those "
        "without these columns. Other rows may differ: compare both by backtest, and leave out "
        "what tells nothing of the rows to come, or take a smaller lookback or a larger penalty."
    )


def _beside_none(maker, prepared, older, model):
    """Return the errors of a model relative to those of one without such columns; None if unknown.

    Nobody has asked for the latter: what goes wrong in it is neither told nor raised.
    """
    features = replace(maker.features, past=maker.features.past[:0])
    bare = replace(prepared, scaling=replace(prepared.scaling, past=[]))
    with caught_warnings(), np.errstate(all="ignore"):
        try:
            other = replace(maker, features=features).model_of_older(bare, older)
            if isinstance(other, str):
                return None
            histories, horizon = maker.known.histories, maker.forecaster.horizon
            return relative_errors(model, other, older, histories, horizon)
        except Exception:  # of any regressor
            return None
