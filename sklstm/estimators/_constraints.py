"""What each parameter of the recurrent estimators takes."""

from numbers import Integral, Real

from sklearn.utils._param_validation import Interval, Options, StrOptions

from sklstm.losses import LOSSES

_FRACTION = [Interval(Real, 0, 1, closed="left")]
_POSITIVE = [Interval(Real, 0, None, closed="neither")]
_COUNT = [Interval(Integral, 1, None, closed="left")]

SHARED = {
    "hidden_size": [*_COUNT, list, tuple],
    "num_layers": _COUNT,
    "bidirectional": ["boolean"],
    "dropout": [*_FRACTION, list, tuple],
    "recurrent_dropout": _FRACTION,
    "activation": [StrOptions({"tanh", "relu"})],
    "peephole": ["boolean"],
    "embedding_dim": [*_COUNT, None],
    "init_scale": _POSITIVE,
    "optimizer": [StrOptions({"adam", "adamw", "nadam", "rmsprop", "sgd"})],
    "learning_rate": _POSITIVE,
    "weight_decay": [Interval(Real, 0, None, closed="left"), StrOptions({"auto"})],
    "max_grad_norm": [*_POSITIVE, None],
    "batch_size": _COUNT,
    "max_epochs": _COUNT,
    "shuffle": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
    "n_iter_no_change": [*_COUNT, None],
    "tol": [Interval(Real, 0, None, closed="left")],
    "warm_start": ["boolean"],
    "callbacks": [list, tuple, None],
    "device": [str],
    "engine": [StrOptions({"auto", "torch"})],
    "random_state": ["random_state"],
    "verbose": ["boolean"],
}

REGRESSOR = {
    "differencing": [StrOptions({"auto", "always", "never"})],
    "output": [StrOptions({"last", "sequence"})],
    "loss": [StrOptions(LOSSES.keys())],
    "quantile": [Interval(Real, 0, 1, closed="neither"), list, tuple],
}

CLASSIFIER = {"class_weight": [dict, StrOptions({"balanced"}), None]}

NO_RECURRENT_DROPOUT = {"recurrent_dropout": [Options(Real, {0.0})]}  # nothing is fed back
NO_PEEPHOLE = {"peephole": [Options(bool, {False})]}  # there is no cell state to see
