"""What is refused: it would validate on slices of what it trains on, or gives other classes."""

from typing import Any

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from sklstm.data import WindowSet, of_one_series

_MOST_WITHOUT_STOP = 10_000  # samples for which scikit-learn's early_stopping="auto" does nothing


def last_step(estimator: Any) -> tuple[str, Any]:
    """Return the last step of a pipeline, and what the names of its parameters begin with."""
    prefix = ""
    while isinstance(estimator, Pipeline):
        name, estimator = estimator.steps[-1]
        prefix += f"{name}__"
    return prefix, estimator


def refuse_every_step(estimator: Any) -> None:
    """Raise a ValueError for a network that gives a class to each step of a sequence."""
    _, last = last_step(estimator)
    if getattr(last, "output", None) == "sequence":
        raise ValueError(
            f'estimator gives classes of each step, and sequences have one class: set output="last"'
            f" of {type(last).__name__}."
        )


def refuse_splits_of_slices(estimator: Any, n_slices: int, owner: str) -> None:
    """Raise a ValueError for what would validate on slices of sequences that `owner` trains on."""
    _, last = last_step(estimator)
    inside = [value for value in estimator.get_params().values() if hasattr(value, "get_params")]
    for one in [estimator, *inside]:
        params, name = one.get_params(deep=False), type(one).__name__
        is_told_groups = one is last and has_fit_parameter(one, "groups")
        if "cv" in params:
            instead = f"put {name} around {owner}"
        elif _stops_early(params.get("early_stopping"), n_slices) and not is_told_groups:
            instead = f"set early_stopping=False of {name}"
        else:
            continue
        raise ValueError(
            f"estimator must not split slices, and {name} would validate on slices of sequences "
            f"that it trains on: {instead}."
        )


def _stops_early(early_stopping: Any, n_slices: int) -> bool:
    if early_stopping == "auto":  # of HistGradientBoostingClassifier
        return n_slices > _MOST_WITHOUT_STOP
    return early_stopping is True


def refuse_shared_rows(estimator: Any, windows: WindowSet) -> None:
    """Raise a ValueError if early stopping would hold out windows of rows that it trains on."""
    _, last = last_step(estimator)
    if getattr(last, "early_stopping", False) is True and of_one_series(windows):
        raise ValueError(
            "X has windows that share rows, as those of one series do, and early_stopping=True of "
            f"{type(last).__name__} would validate on rows that it trains on: set "
            "early_stopping=False, or give groups to fit."
        )
