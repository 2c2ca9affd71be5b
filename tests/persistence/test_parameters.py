"""Parameters are plain Python, those of `fit` decide; one thread fits an estimator at a time."""

import pickle
import threading
from numbers import Integral, Real

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.utils._param_validation import Interval

import sklstm
from sklstm.callbacks import Checkpoint
from sklstm.persistence import trusted_types

X = np.random.default_rng(0).normal(size=(60, 9, 2)).cumsum(axis=1) + 5
Y = X[:, -1, 0] + 1
FRAME = pd.DataFrame(X[:, 0], columns=["a", "b"], index=pd.date_range("2024", periods=60))
TEXTS = ["To be, or not to be.", "That is the question!"]
NAMES = [name.rpartition(".")[2] for name in trusted_types()]
PUBLIC = [name for name in NAMES if hasattr(sklstm, name)]
SMALL = {"max_epochs": 1, "random_state": 0, "hidden_size": 3, "batch_size": 30}
DTYPES = ["int8", "uint8", "int16", "uint64", "int64", "float16", "float32", "longdouble"]


def make(name, **parameters):
    cls = getattr(sklstm, name)
    small = {k: v for k, v in SMALL.items() if k in cls._parameter_constraints}
    if name == "Forecaster":
        return cls(Ridge(), **parameters)
    if name == "WindowScaledRegressor":
        return cls(Ridge(), **parameters)
    if name == "SlicedClassifier":
        return cls(sklstm.RNNClassifier(**SMALL), **parameters)
    if name == "SequenceClassifier":
        return cls(sklstm.RNNClassifier(**SMALL), **{"n_slices": 2, "cv": 2} | parameters)
    if name == "SequenceEncoder":
        return cls(sklstm.RNNRegressor(**SMALL))
    if name in ("SeasonalAdjuster", "SeasonalDifferencer"):
        small["season"] = 7
    return cls(**small | parameters)


def fit(model):
    """Fit a model of any public class."""
    if isinstance(model, sklstm.Forecaster):
        return model.fit(FRAME[:50])
    if hasattr(model, "perplexity") or isinstance(model, sklstm.TextSequencer):
        return model.fit(TEXTS)
    if hasattr(model, "predict") or isinstance(model, sklstm.SequenceEncoder):
        return model.fit(X, Y.mean() < Y if hasattr(model, "predict_proba") else Y)
    return model.fit(FRAME[:50])


def result(model):
    """What a fitted model gives."""
    if isinstance(model, sklstm.Forecaster):
        return model.forecast().to_numpy()
    if hasattr(model, "perplexity"):
        return np.array([model.score(TEXTS), *model.sample(20, "to ", random_state=0).encode()])
    if isinstance(model, sklstm.TextSequencer):
        return model.transform(TEXTS)
    if hasattr(model, "predict_proba"):
        return model.predict_proba(X)
    if hasattr(model, "predict"):
        return model.predict(X)
    if isinstance(model, sklstm.SequenceEncoder):
        return model.transform(X)
    return np.asarray(model.transform(FRAME[50:]))


def numeric_parameters():
    for name in PUBLIC:
        if name == "PanelTimeSeriesSplit":
            continue
        constraints = getattr(sklstm, name)._parameter_constraints
        for parameter, allowed in constraints.items():
            kinds = [a.type for a in allowed if isinstance(a, Interval)] if allowed else []
            if parameter in make(name).get_params(deep=False) and kinds:
                yield name, parameter, Real in kinds and Integral not in kinds


@pytest.mark.parametrize(("name", "parameter", "is_real"), [*numeric_parameters()])
def test_numbers_of_numpy_are_those_of_python(name, parameter, is_real):
    """Each dtype that holds the value gives what Python's number gives, and is stored as one."""
    default = make(name).get_params(deep=False)[parameter]
    value = 0.5 if is_real else 3  # which every precision holds
    if type(default) is int and default > 0 and not is_real:
        value = default
    found = []
    for dtype in DTYPES:
        if np.dtype(dtype).type(value) != value:
            continue
        number = np.dtype(dtype).type(value)
        for given in (number, np.array(number)):
            model = make(name).set_params(**{parameter: given})
            stored = model.get_params(deep=False)[parameter]
            assert type(stored) in (int, float)
            assert stored == value
            again = clone(model)
            assert again.get_params(deep=False)[parameter] is stored
            found.append(stored)
    assert found


WHOLE = [(name, parameter) for name, parameter, is_real in numeric_parameters() if not is_real]
WHOLE += [("SMARegressor", "target_feature"), ("WindowScaledRegressor", "target_feature")]


@pytest.mark.parametrize(("name", "parameter"), WHOLE)
@pytest.mark.parametrize("value", [True, np.False_])
def test_true_and_false_are_no_whole_numbers(name, parameter, value):
    model = make(name).set_params(**{parameter: value})
    words = rf"The '{parameter}' parameter of {name} must be .* Got {bool(value)} instead"
    with pytest.raises(ValueError, match=words):
        fit(model)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "uint64"])
def test_seasons_and_horizons_that_overflow_a_width(dtype):
    """Where a number stands in arithmetic, its width would be that of the result."""
    number = np.dtype(dtype).type
    model = sklstm.PersistenceRegressor(number(7), horizon=[number(5), number(100)])
    windows = np.arange(200.0).reshape(1, -1)
    np.testing.assert_array_equal(model.fit(windows, [[0.0, 0.0]]).predict(windows), [[197, 194]])
    mean = sklstm.SMARegressor(number(120)).fit(windows, [0.0]).predict(windows)
    assert mean == np.mean(np.arange(80, 200))
    long = pd.DataFrame({"a": np.arange(300.0)})
    forecaster = sklstm.Forecaster(Ridge(), lookback=number(100), horizon=number(100))
    plain = sklstm.Forecaster(Ridge(), lookback=100, horizon=100)
    expected = plain.fit(long).forecast()
    pd.testing.assert_frame_equal(forecaster.fit(long).forecast(), expected)
    pd.testing.assert_frame_equal(plain.forecast(number(100)), expected)
    X, y = sklstm.forecast_pairs(long, horizon=number(100))
    assert len(X) == 200
    assert y[0] == 100
    windows = sklstm.SequenceWindower(number(100)).fit_transform(long)
    assert windows.shape == (300, 100, 1)
    splits = sklstm.PanelTimeSeriesSplit(n_splits=number(3), gap=number(100))
    assert [type(k) for k in (splits.n_splits, splits.gap)] == [int, int]


def test_other_parameters_are_left_as_they_are():
    array, times = np.arange(3), np.datetime64("2024-01-01")
    nested, plain = [np.int8(1), (np.float32(0.5), "a")], [1, (0.5, "a")]
    model = sklstm.SMARegressor()
    for value in (array, times, plain, None, "a", 1, Ridge()):
        model.window = value
        assert model.window is value
    model.window = nested
    assert model.window == plain
    assert type(model.window[0]) is int
    for given, expected in ((np.bool_(True), True), (np.str_("a"), "a"), (np.array(2), 2)):
        model.window = given
        assert model.window == expected
        assert type(model.window) is type(expected)
    assert Checkpoint("a", every=np.int8(100)).every == 100
    assert type(Checkpoint("a", every=np.int8(100)).every) is int


OTHER = {
    "season": 3, "horizon": 4, "window": 5, "alpha": 0.9, "initial": 2.0, "lookback": 3,
    "target_feature": 1, "pad": "edge", "gaps": "ignore", "flatten": True, "level": "char",
    "lowercase": False, "token_pattern": r"\w", "truncate": "post", "max_tokens": 7, "length": 2,
    "analyzer": str.split, "skip_top": 1, "vocabulary": ["a"], "method": "standard",
    "window_size": 5, "causal": False, "feature_range": (2, 3), "strategy": "direct",
    "transformer": sklstm.ExponentialSmoother(), "calibration_size": None, "known_exog": None,
    "by": "a", "freq": "h", "estimator": Ridge(99), "regressor": Ridge(99),
    "loss": "absolute_error",
    "quantile": 0.9, "differencing": "always", "embedding_dim": 2, "hidden_size": 9,
    "num_layers": 2, "bidirectional": True, "peephole": True, "activation": "relu",
    "init_scale": 2.0, "dropout": 0.5, "recurrent_dropout": 0.5, "batch_size": 3,
    "max_epochs": 3, "sequence_length": 5, "stateful": True, "class_weight": "balanced",
    "early_stopping": True, "warm_start": True, "random_state": 7, "optimizer": "sgd",
    "learning_rate": 0.9, "shuffle": False, "verbose": True, "patch_size": 2, "pooling": "mean",
    "scaler": sklstm.WindowScaler("first"), "learning_rate_schedule": "cosine", "limit": 1,
    "weight_decay": 0.5, "max_grad_norm": 0.1, "n_iter_no_change": 1, "validation_fraction": 0.5,
    "add_indicator": True, "incomplete": "nan", "n_slices": 2,
}  # fmt: skip
# What is a question of each prediction: where context comes from, and what computes.
FREE = {"context", "engine", "output"}


def changed_parameters():
    for name in PUBLIC:
        if name == "PanelTimeSeriesSplit":
            continue
        for parameter in make(name).get_params(deep=False):
            if parameter in OTHER and parameter not in FREE:
                yield name, parameter


@pytest.fixture(scope="module")
def fitted():
    """A pickled fitted model of each class, and what it gives."""
    models = {}

    def fitted(name):
        if name not in models:
            model = fit(make(name))
            models[name] = model, result(model)
        model, expected = models[name]
        return pickle.loads(pickle.dumps(model)), expected

    return fitted


@pytest.mark.filterwarnings("ignore:window=26 asks for the mean")
@pytest.mark.parametrize(("name", "parameter"), [*changed_parameters()])
def test_what_was_fitted_decides(name, parameter, fitted):
    """A parameter that is set after `fit` changes nothing, or is refused, until the next `fit`."""
    model, expected = fitted(name)
    value = OTHER[parameter]
    if parameter == "alpha" and name == "EMARegressor":
        value = 0.1
    model.set_params(**{parameter: value})
    try:
        found = result(model)
    except ValueError as error:
        assert "fit again" in str(error) or "in fit" in str(error)  # noqa: PT017
    else:
        np.testing.assert_array_equal(found, expected)


@pytest.mark.filterwarnings("ignore:alpha=0.1 gives what came before")
@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        (sklstm.PersistenceRegressor(2), {"season": 3}),
        (sklstm.PersistenceRegressor(3), {"horizon": 2}),
        (sklstm.SMARegressor(3), {"window": 2}),
        (sklstm.EMARegressor(0.5), {"alpha": 0.1}),
        (sklstm.EMARegressor(0.5), {"initial": 0.0}),
        (sklstm.TextSequencer(length=30), {"level": "char"}),
        (sklstm.TextSequencer(length=3), {"truncate": "post"}),
        (sklstm.Forecaster(Ridge()), {"horizon": 3}),
    ],
)
def test_the_next_fit_takes_the_new_one(model, parameters):
    before = result(fit(clone(model)))
    other = clone(model).set_params(**parameters)
    expected = result(fit(other))
    assert before.shape != expected.shape or (before != expected).any()
    changed = fit(clone(model)).set_params(**parameters)
    np.testing.assert_array_equal(result(changed), before)
    np.testing.assert_array_equal(result(pickle.loads(pickle.dumps(changed))), before)
    np.testing.assert_array_equal(result(fit(changed)), expected)


def at_once(*tasks):
    errors = []

    def guarded(task):
        try:
            task()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize(
    "name", ["GRURegressor", "LSTMClassifier", "PersistenceRegressor", "RNNLanguageModel"]
)
def test_two_threads_that_fit_one_estimator_leave_no_mixture(name):
    """The state is that of one fit or of the other, and it can be pickled at any time."""
    model, stop = make(name), threading.Event()
    if name == "RNNLanguageModel":
        data = [(["ab" * 20],), (["xyz" * 20],)]
        give = lambda m: sorted(m.vocabulary_)  # noqa: E731
    else:
        y = Y.mean() < Y if name == "LSTMClassifier" else Y
        data = [(X, y), (X[:, :5, :1], y)]
        give = lambda m: (m.n_features_in_, m.window_shape_)  # noqa: E731
    expected = [give(clone(model).fit(*d)) for d in data]

    def save():
        while not stop.is_set():
            pickle.dumps(model)

    def refit(k):
        for _ in range(4):
            model.fit(*data[k])
        stop.set()

    at_once(save, lambda: refit(0), lambda: refit(1))
    assert give(model) in expected
    k = expected.index(give(model))
    if name != "RNNLanguageModel":
        model.predict(data[k][0])
    else:
        model.score(data[k][0])
