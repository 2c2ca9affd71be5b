"""What each parameter of the recurrent estimators takes."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any

from sklearn.utils._param_validation import Interval, Options, StrOptions

from sklstm.losses import LOSSES
from sklstm.training import SCHEDULES

_FRACTION = [Interval(Real, 0, 1, closed="left")]
_POSITIVE = [Interval(Real, 0, None, closed="neither")]
_COUNT = [Interval(Integral, 1, None, closed="left")]
_LOSS_NAMES: ChainMap[str, Any] = ChainMap({"auto": None}, LOSSES)  # losses may be added later

SHARED = {
    "hidden_size": [*_COUNT, list, tuple],
    "num_layers": _COUNT,
    "bidirectional": ["boolean"],
    "dropout": [*_FRACTION, list, tuple],
    "recurrent_dropout": _FRACTION,
    "activation": [StrOptions({"tanh", "relu"})],
    "embedding_dim": [*_COUNT, None],
    "patch_size": [*_COUNT, StrOptions({"auto"})],
    "pooling": [StrOptions({"auto", "last", "mean", "max", "concat"})],
    "output": [StrOptions({"last", "sequence"})],
    "init_scale": _POSITIVE,
    "optimizer": [StrOptions({"adam", "adamw", "nadam", "rmsprop", "sgd"})],
    "learning_rate": _POSITIVE,
    "learning_rate_schedule": [StrOptions({"auto", *SCHEDULES})],
    "weight_decay": [Interval(Real, 0, None, closed="left"), StrOptions({"auto"})],
    "max_grad_norm": [*_POSITIVE, None],
    "batch_size": _COUNT,
    "max_epochs": [*_COUNT, StrOptions({"auto"})],
    "samples_per_epoch": [*_COUNT, None],
    "shuffle": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
    "n_iter_no_change": [*_COUNT, StrOptions({"auto"}), None],
    "tol": [Interval(Real, 0, None, closed="left")],
    "warm_start": ["boolean"],
    "callbacks": [list, tuple, None],
    "device": [str],
    "engine": [StrOptions({"auto", "torch"})],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}

REGRESSOR = {
    "hidden_size": [*_COUNT, list, tuple, StrOptions({"auto"})],
    "differencing": [StrOptions({"auto", "always", "never"})],
    "loss": [StrOptions(_LOSS_NAMES.keys())],
    "quantile": [Interval(Real, 0, 1, closed="neither"), list, tuple],
}

CLASSIFIER = {"class_weight": [dict, StrOptions({"balanced"}), None]}

NO_RECURRENT_DROPOUT = {"recurrent_dropout": [Options(Real, {0.0})]}  # nothing is fed back
PEEPHOLE = {"peephole": ["boolean"]}  # of the cells whose gates can see a cell state


def check_layers(
    hidden_size: Any, num_layers: int, dropout: Any
) -> tuple[int | tuple[int, ...], int, float | tuple[float, ...]]:
    """Return units, number of layers and dropout of a network, each of which may be a list.

    Parameters
    ----------
    hidden_size : int or list of int
        Units of each layer, one number for all or one for each.
    num_layers : int
        Number of layers; with a list of units it says nothing if it is 1.
    dropout : float or list of float
        One number for all layers or one for each.

    Returns
    -------
    units : int or tuple of int
        A tuple only if layers differ.
    n_layers : int
        Number of layers.
    dropout : float or tuple of float
        A tuple only if a list was given.

    Raises
    ------
    ValueError
        If lists are of unequal length, or of something else.
    """
    if isinstance(hidden_size, list | tuple):
        _check("hidden_size", hidden_size, Integral, lambda value: value >= 1, "integers from 1 on")
        if num_layers not in (1, len(hidden_size)):
            raise ValueError(
                f"hidden_size={hidden_size!r} is for {len(hidden_size)} layers, and "
                f"num_layers={num_layers}: leave num_layers out, or make the two agree."
            )
        num_layers = len(hidden_size)
        alike = len(set(hidden_size)) == 1
        hidden_size = hidden_size[0] if alike else tuple(int(units) for units in hidden_size)
    if isinstance(dropout, list | tuple):
        _check("dropout", dropout, Real, lambda value: 0 <= value < 1, "numbers in [0, 1)")
        if len(dropout) != num_layers:
            raise ValueError(
                f"dropout={dropout!r} has {len(dropout)} numbers, and the network {num_layers} "
                "layers: give one number for each, or a single one for all."
            )
        dropout = tuple(float(share) for share in dropout)
    return hidden_size, num_layers, dropout


def check_reading(estimator: Any) -> None:
    """Raise a ValueError if an estimator is to read patches, or to pool, where there are none."""
    if estimator.output == "sequence" and estimator.pooling not in ("auto", "last"):
        raise ValueError(
            f"pooling={estimator.pooling!r} makes one output of all steps, and output='sequence' "
            "asks for one at each. Set pooling='last' or output='last'."
        )
    if estimator.patch_size in (1, "auto"):
        return
    if estimator.embedding_dim is not None:
        raise ValueError(
            f"patch_size={estimator.patch_size} is for numbers that stand side by side; tokens, "
            "which embedding_dim announces, are read one by one. Set patch_size=1."
        )
    if estimator.output == "sequence":
        raise ValueError(
            f"patch_size={estimator.patch_size} leaves one output for so many steps, and "
            "output='sequence' asks for one at each. Set patch_size=1 or output='last'."
        )


def check_same_patches(patch_size: int | str, fitted: int) -> None:
    """Raise a ValueError if training is to go on with patches of another size."""
    if patch_size not in (fitted, "auto"):
        raise ValueError(
            f"Training continues with a network that reads patch_size={fitted} steps as one, and "
            f"the parameter is now {patch_size}. Set it back, or fit anew (warm_start=False)."
        )


def _check(
    name: str, values: Any, kind: type, allowed: Callable[[Any], bool], description: str
) -> None:
    good = [isinstance(v, kind) and not isinstance(v, bool) and allowed(v) for v in values]
    if not good or not all(good):
        raise ValueError(f"{name} as a list takes {description}, one for each layer; got {values}.")
