"""Wrong parameters: the message names the parameter, what it takes and what it got."""

import re
from inspect import signature

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

import sklstm

X = np.random.default_rng(0).normal(size=(20, 6, 2))
Y = X[:, -1, 0]
SERIES = X[:, 0]
COUNT, FRACTION = "an int in the range [1, inf)", "a float in the range [0.0, 1.0)"
POSITIVE, BOOL = "a float in the range (0.0, inf)", "an instance of 'bool'"
CONTEXT = "a str among | 'always' | 'auto' | 'never'"

# Parameter, values that are refused, and what the message says is taken; | parts its words.
OF_NETWORKS = [
    ("hidden_size", [0, -1, 2.5, "many", None, np.nan], f"{COUNT}, an instance of 'list'"),
    ("num_layers", [0, 1.5, None, [1]], COUNT),
    ("bidirectional", ["yes", 1.5, None], BOOL),
    ("dropout", [1.0, -0.1, "half", None, np.nan, np.inf], FRACTION),
    ("recurrent_dropout", [1, -1e-9, None, [0.5]], FRACTION),
    ("activation", ["sigmoid", None, np.tanh], "a str among | 'tanh' | 'relu'"),
    ("peephole", ["yes", None], "Got "),
    ("output", ["first", None, True], "a str among | 'last' | 'sequence'"),
    ("loss", ["mse", None, abs], "a str among | 'huber' | 'quantile'"),
    ("quantile", [0, 1, "median", None], "a float in the range (0.0, 1.0)"),
    ("class_weight", ["fair", 2.0, [1, 2]], "an instance of 'dict', a str among {'balanced'}"),
    ("optimizer", ["lion", None, object], "a str among | 'adam' | 'sgd'"),
    ("patch_size", [0, -2, 1.5, "all", None], COUNT),
    ("pooling", ["sum", None, 1], "a str among | 'auto' | 'concat' | 'last' | 'max' | 'mean'"),
    ("learning_rate", [0, -1, "auto", None, np.nan], POSITIVE),
    ("learning_rate_schedule", ["step", None, 0.1], "a str among | 'auto' | 'cosine'"),
    ("weight_decay", [-1, None, "some"], "a float in the range [0.0, inf)"),
    ("max_grad_norm", [0, -1, "long"], POSITIVE),
    ("batch_size", [0, 1.5, None, "auto"], COUNT),
    ("max_epochs", [0, 1e3, None, "all"], COUNT),
    ("shuffle", ["no", None], BOOL),
    ("early_stopping", ["no", None], BOOL),
    ("validation_fraction", [0, 1, None], "a float in the range (0.0, 1.0)"),
    ("n_iter_no_change", [0, 2.5, "never"], COUNT),
    ("tol", [-1e-9, None, "small"], "a float in the range [0.0, inf)"),
    ("warm_start", ["no", None], BOOL),
    ("callbacks", ["print", print, {}], "an instance of 'list'"),
    ("device", [0, None], "an instance of 'str'"),
    ("engine", ["numpy", None], "a str among | 'auto' | 'torch'"),
    ("random_state", ["lucky", 1.5, -1], "an int in the range [0, 4294967295]"),
    ("verbose", ["loud", None], BOOL),
]
OF_OTHERS = [
    ("SequenceWindower", "lookback", [0, -3, 2.0, "10", None, [5]], COUNT),
    ("SequenceWindower", "pad", ["zero", None, 0], "a str among | 'edge' | 'missing'"),
    ("SequenceWindower", "flatten", ["yes", None, 2], BOOL),
    ("SequenceWindower", "context", ["sometimes", True, None], CONTEXT),
    ("SequenceWindower", "incomplete", ["never", None, True], "a str among | 'nan' | 'raise'"),
    ("CausalImputer", "strategy", ["mean", None], "a str among | 'decay' | 'forward'"),
    ("CausalImputer", "limit", [0, 1.5, "all"], f"{COUNT} or None"),
    ("CausalImputer", "decay_rate", [-1, None, np.nan, "fast"], "a str among {'auto'}"),
    ("CausalImputer", "add_indicator", ["yes", None], BOOL),
    ("CausalImputer", "context", ["sometimes"], CONTEXT),
    ("SequenceWindower", "by", [0, ("name",)], "of 'str', an instance of 'list' or None"),
    ("ExponentialSmoother", "alpha", [0, 1.1, -1, "auto", None, np.nan], "in the range (0.0, 1.0]"),
    ("ExponentialSmoother", "initial", ["last", np.inf, np.nan, None], "a str among {'first'}"),
    ("ExponentialSmoother", "context", ["sometimes"], CONTEXT),
    ("SeasonalAdjuster", "season", [0, -1, 1.5, "weekly", None], "a str among {'auto'}"),
    ("SeasonalAdjuster", "model", ["add", None], "a str among"),
    ("LagFeatures", "lags", [7, None, "7"], "'list' or an instance of 'tuple'"),
    ("LagFeatures", "rolling", [7, "mean", ["mean"]], "an instance of 'dict' or None"),
    ("LagFeatures", "ahead", [-1, 1.5, None], "an int in the range [0, inf)"),
    ("LagFeatures", "context", ["sometimes"], CONTEXT),
    ("SeasonalDifferencer", "season", [0, -1, 1.5, "weekly", None], "a str among {'auto'}"),
    ("SeasonalDifferencer", "context", ["sometimes"], CONTEXT),
    (
        "WindowScaler",
        "method",
        ["max", None, 0],
        "a str among | 'first' | 'last' | 'minmax' | 'standard'",
    ),
    ("WindowScaler", "window_size", [0, 2.5, "all"], f"{COUNT} or None"),
    ("WindowScaler", "causal", ["no", None], BOOL),
    ("WindowScaler", "feature_range", [None, 1, "01"], "an instance of 'tuple'"),
    ("WindowScaler", "context", [None], CONTEXT),
    ("PersistenceRegressor", "season", [0, 1.5, None], COUNT),
    ("PersistenceRegressor", "horizon", [0, 1.5, None, "far"], COUNT),
    (
        "PersistenceRegressor",
        "target_feature",
        [None, 0.0],
        "an instance of 'int' or an instance of 'str'",
    ),
    ("SMARegressor", "window", [0, 2.5, None], COUNT),
    ("EMARegressor", "alpha", [0, 2, None], "in the range (0.0, 1.0]"),
    ("EMARegressor", "initial", ["mean", np.nan], "a str among {'first'}"),
    ("WindowScaledRegressor", "regressor", [None, 3, "ridge"], "an object implementing 'fit'"),
    ("WindowScaledRegressor", "scaler", ["last", StandardScaler], "an instance of 'sklstm."),
    (
        "WindowScaledRegressor",
        "target_feature",
        [None, 1.5],
        "an instance of 'int' or an instance of 'str'",
    ),
    ("SequenceEncoder", "estimator", [None, Ridge(), "gru"], "'fit' and 'gate_activations'"),
    ("SlicedClassifier", "estimator", [None, Ridge(), "gru"], "'fit' and 'predict_proba'"),
    (
        "SlicedClassifier",
        "length",
        [0, 0.0, -3, 1.5, None, "all"],
        f"{COUNT} or a float in the range (0.0, 1.0]",
    ),
    ("SlicedClassifier", "n_slices", [0, 2.5, None], COUNT),
    ("SequenceClassifier", "estimator", [Ridge(), "gru"], "'fit' and 'predict_proba' or None"),
    ("SequenceClassifier", "lengths", [0.5, None, "all"], "'tuple' or an instance of 'list'"),
    ("SequenceClassifier", "n_slices", [0, 2.5, None], COUNT),
    ("SequenceClassifier", "cv", [1, 2.5, None, "all"], "an int in the range [2, inf)"),
    ("SequenceClassifier", "n_jobs", [1.5, "all"], "'int' or None"),
    ("SequenceClassifier", "random_state", [-1, 1.5, "one"], "RandomState"),
    ("Forecaster", "estimator", [None, 3, "ridge"], "an object implementing 'fit'"),
    ("Forecaster", "lookback", [0, 1.5, None], COUNT),
    ("Forecaster", "horizon", [0, 1.5, [1, 2]], COUNT),
    ("Forecaster", "strategy", ["multi", None], "a str among | 'direct' | 'recursive'"),
    ("Forecaster", "transformer", ["log", Ridge()], "'fit', 'transform' and 'inverse_transform'"),
    ("Forecaster", "known_exog", ["some", 2], "a str among {'all'}"),
    ("Forecaster", "by", [1], "an instance of 'str', an instance of 'list' or None"),
    ("Forecaster", "freq", [1], "an instance of 'str'"),
    ("Forecaster", "gaps", ["fill", None], "a str among | 'missing' | 'raise'"),
    ("Forecaster", "calibration_size", [0, 1.5, "some"], "a float in the range (0.0, 1.0)"),
    ("TextSequencer", "level", ["sentence", None], "a str among | 'char' | 'word'"),
    ("TextSequencer", "max_tokens", [2, 2.5], "an int in the range [3, inf) or None"),
    ("TextSequencer", "skip_top", [-1, None], "an int in the range [0, inf)"),
    ("TextSequencer", "length", [0, 1.5], f"{COUNT} or None"),
    ("TextSequencer", "lowercase", ["yes", None], BOOL),
    ("TextSequencer", "token_pattern", [None, 3, b"x"], "an instance of 'str'"),
    ("TextSequencer", "analyzer", ["word", 3], "a callable or None"),
    ("TextSequencer", "truncate", ["both", None], "a str among | 'post' | 'pre'"),
    ("TextSequencer", "pad", ["both", None], "a str among | 'post' | 'pre'"),
    ("TextSequencer", "vocabulary", [3], "an instance of 'collections.abc.Mapping'"),
    ("PanelTimeSeriesSplit", "max_train_size", [0, 2.5], f"{COUNT} or None"),
    ("PanelTimeSeriesSplit", "test_size", [0, 2.5], f"{COUNT} or None"),
    ("PanelTimeSeriesSplit", "gap", [-1, None], "an int in the range [0, inf)"),
    ("PanelTimeSeriesSplit", "level", [1.5, [0]], "an instance of 'str'"),
]
NETWORKS = [name for name in sklstm.__all__ if re.fullmatch("(Bi)?(LSTM|GRU|RNN).*", name)]
REQUIRED = {
    "WindowScaledRegressor": {"regressor": Ridge()},
    "SequenceEncoder": {"estimator": sklstm.GRURegressor()},
    "SlicedClassifier": {"estimator": sklstm.GRUClassifier()},
    "Forecaster": {"estimator": Ridge()},
}
CASES = [
    (name, parameter, value, taken)
    for name in NETWORKS
    if not name.endswith("LanguageModel")
    for parameter, values, taken in OF_NETWORKS
    if parameter in signature(getattr(sklstm, name)).parameters
    for value in values
] + [(name, p, value, taken) for name, p, values, taken in OF_OTHERS for value in values]


def use(model):
    """Give a model what makes sense to it, but for its parameters."""
    if hasattr(model, "split"):
        return next(model.split(SERIES, groups=np.arange(len(SERIES))))
    if type(model).__name__ == "TextSequencer":
        return model.fit(["a film", "a fine film"])
    if hasattr(model, "predict") or hasattr(model, "estimator"):
        y = (Y > 0).astype(int) if hasattr(model, "predict_proba") else Y
        return model.fit(SERIES) if hasattr(model, "forecast") else model.fit(X, y)
    return model.fit(SERIES)


def name_of(value):
    """Name a value, without the address that some have."""
    return re.sub(r" at 0x\w+|[<>'\s]", "", repr(value))[:20]


@pytest.mark.parametrize(
    ("name", "parameter", "value", "taken"),
    [pytest.param(*case, id=f"{case[0]}-{case[1]}-{name_of(case[2])}") for case in CASES],
)
def test_a_wrong_parameter_is_named(name, parameter, value, taken):
    model = getattr(sklstm, name)(**(REQUIRED.get(name, {}) | {parameter: value}))
    with pytest.raises(ValueError, match=f"'{parameter}' parameter of {name} must be") as error:
        use(model)
    message = str(error.value)
    assert all(words in message for words in taken.split(" | ")), message
    assert f"Got {value!r} instead" in message, message


# What no table of types can tell: lists that belong together, and what belongs to another one.
TOGETHER = [
    ("LSTMRegressor", {"hidden_size": []}, "hidden_size as a list takes integers from 1 on"),
    ("LSTMRegressor", {"hidden_size": [4, 0]}, "hidden_size as a list takes integers.*4, 0"),
    ("GRURegressor", {"hidden_size": [4, 4], "num_layers": 3}, "is for 2 layers.*num_layers=3"),
    ("RNNRegressor", {"dropout": [0.1, 0.2]}, "dropout=.* has 2 numbers, and the network 1"),
    ("LSTMRegressor", {"dropout": [1.5]}, r"dropout as a list takes numbers in \[0, 1\).*1.5"),
    ("LSTMRegressor", {"quantile": []}, r"'quantile' .* Got \[\]"),
    ("LSTMRegressor", {"quantile": [0.5, 0.5]}, r"'quantile' .* distinct ones. Got \[0.5, 0.5\]"),
    ("LSTMRegressor", {"quantile": [0.1, 0.9]}, "only loss='quantile'.*Got loss='squared_error'"),
    ("LSTMRegressor", {"device": "abacus"}, "'device'.*Got 'abacus'"),
    ("GRUClassifier", {"class_weight": {0: -1}}, "class_weight must be finite.*Got {0: -1}"),
    ("PersistenceRegressor", {"season": 9}, "season=9 .* lookback of at least 9; X .* 6 steps"),
    ("PersistenceRegressor", {"horizon": [1, 2]}, r"horizon=\[1, 2\] must .* y, which has 1"),
    ("PersistenceRegressor", {"horizon": [0]}, r"horizon=\[0\] .* integers of at least 1"),
    ("SMARegressor", {"target_feature": 5}, "target_feature=5 .* X has 2 features.*-2 to 1"),
    ("EMARegressor", {"target_feature": "a"}, "target_feature='a' is unknown.*have no names"),
    ("WindowScaledRegressor", {"target_feature": -3}, "target_feature=-3 .* -2 to 1"),
    ("WindowScaler", {"feature_range": (1, 0)}, r"feature_range=\(1, 0\) .* two finite numbers"),
    ("WindowScaler", {"feature_range": (0, 1, 2)}, "feature_range=.* two finite numbers"),
    ("WindowScaler", {"feature_range": ("a", "b")}, "feature_range=.* two finite numbers"),
    ("WindowScaler", {"feature_range": ()}, r"feature_range=\(\) .* two finite numbers"),
    ("TextSequencer", {"vocabulary": ["a"], "skip_top": 2}, "skip_top=2 .* leave out skip_top"),
    ("TextSequencer", {"token_pattern": "("}, "token_pattern='\\('"),
    ("TextSequencer", {"vocabulary": {"a": 1}}, "vocabulary.*1"),
    ("TextSequencer", {"vocabulary": ["a", "a"]}, "vocabulary.*'a'"),
    ("Forecaster", {"lookback": 30}, "series has 20 rows, and lookback=30 .* at least 31"),
    ("Forecaster", {"known_exog": ["a"]}, "known_exog has 'a', which is no column of exog"),
    ("Forecaster", {"by": "name"}, "by='name'.* dataframe, got ndarray"),
    ("Forecaster", {"estimator": sklstm.GRUClassifier()}, "must be a regressor.*GRUClassifier"),
    ("Forecaster", {"estimator": sklstm.GRURegressor(output="sequence")}, "output='sequence'"),
    ("Forecaster", {"estimator": StandardScaler()}, "'estimator' .* 'predict'.*StandardScaler"),
    ("SequenceWindower", {"by": "name"}, "by='name'.* dataframe, got ndarray"),
]


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [pytest.param(*case, id=f"{case[0]}-{name_of(case[1])}") for case in TOGETHER],
)
def test_parameters_that_do_not_fit(name, parameters, words):
    with pytest.raises(ValueError, match=words):
        use(getattr(sklstm, name)(**(REQUIRED.get(name, {}) | parameters)))
