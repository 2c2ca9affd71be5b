"""Losses of counts and amounts, and scales of windows: `refuse_scaled_amounts`."""

from typing import Any

import numpy as np

from sklstm.losses import LOSSES, make_loss
from sklstm.meta_estimators import takes_windows, walk

from ._abilities import learns_amounts
from ._parameter_inside import parameter_inside
from ._scaled_pairs import scaled_pairs
from ._scaling import Scaling
from ._training_pairs import TrainingPairs

_AT_A_TIME = 1 << 12  # pairs that are gathered
_SAME_TARGETS = ("pipeline", "search", "frozen", "other")  # those inside learn them as they are


def refuse_scaled_amounts(regressor: Any, pairs: TrainingPairs, scaling: Scaling | None) -> None:
    """Raise a ValueError if a scale makes other numbers of counts or amounts than a loss takes.

    Differences of a total that never falls are counts, too, and logarithms of large amounts are
    amounts: so the numbers themselves are looked at, and not the name of the scale alone.

    Parameters
    ----------
    regressor : estimator
        Not yet fitted.
    pairs : TrainingPairs
        What it is to learn from.
    scaling : Scaling or None
        How each window is scaled.

    Raises
    ------
    ValueError
        It names the loss, or the regressor, and the scale.
    """
    if scaling is None or not learns_amounts(regressor):
        return
    names = [column.name for column in scaling.columns]
    *_, learner = walk(regressor, through=_SAME_TARGETS)
    *_, innermost = walk(regressor)
    if set(names) == {"level"} or learner is not innermost:
        return
    name = parameter_inside(learner, "loss") if takes_windows(learner) else None
    loss = make_loss(name) if name in LOSSES else None
    for first in range(0, len(pairs), _AT_A_TIME):
        some = np.arange(first, min(first + _AT_A_TIME, len(pairs)))
        windows, targets, _ = pairs.gather(some)
        targets = scaled_pairs(scaling, windows, targets, pairs.features.horizon)[1]
        if not _are_taken(targets, loss):
            what = repr(regressor) if loss is None else f"loss={loss.name!r}"
            raise ValueError(
                f"{what} takes counts or amounts as they are, and scaling={scaling.names!r} makes "
                "other numbers of them, such as negative ones or fractions: take scaling=None or "
                "scaling='level'."
            )


def _are_taken(targets, loss):
    """Tell whether a loss takes targets; those of others than networks at least no negative."""
    if loss is None:
        return bool((targets >= 0).all())
    try:
        loss.check_targets(targets)
    except ValueError:
        return False
    return True
