"""Numbers at the ends of what there is: a model that predicts, or an error that says what to do.

Never a model that gives NaN or infinity without a word, and never a `fit` without an end.
"""

import re

import numpy as np
import pytest

from sklstm import (
    EMARegressor,
    ExponentialSmoother,
    Forecaster,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    PersistenceRegressor,
    RNNRegressor,
    SMARegressor,
    WindowScaledRegressor,
    WindowScaler,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 5, 2))
Y = X[:, -1, 0]
DENORMAL = 5e-324
SMALL_AND_LARGE = [1e-30, 1e-10, 1e10, 1e30, 1e100]
BEYOND_SQUARES = [1e-300, 1e-200, 1e160, 1e300]  # their squares are 0 or infinite
DIVERGED = r"diverged: .*(loss of epoch \d+ is|no longer finite|no finite number).*learning_rate"
TINY = {"hidden_size": 2, "max_epochs": 3, "batch_size": 8, "random_state": 0}


@pytest.fixture(params=["auto", "torch"])
def engine(request):
    return request.param


@pytest.fixture(params=[False, True], ids=["all epochs", "stops early"])
def options(request, engine):
    """Parameters of a tiny network, of each engine, with and without early stopping."""
    return TINY | {"engine": engine, "early_stopping": request.param}


def with_column(values):
    windows = X.copy()
    windows[:, :, 1] = values
    return windows


def finite_or_refused(model, X=X, y=Y, words=DIVERGED, **fit_params):
    """Return finite predictions, or None if `fit` was refused in these words."""
    try:
        model.fit(X, y, **fit_params)
    except ValueError as error:
        message = str(error)
    else:
        message = None
    if message is not None:
        assert re.search(words, message), message
        assert not hasattr(model, "weights_")
        return None
    assert np.isfinite(model.loss_curve_).all()
    assert all(np.isfinite(array).all() for array in model.weights_.values())
    predicted = model.predict(X)
    assert np.isfinite(predicted).all()
    return predicted


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "nadam", "rmsprop", "sgd"])
@pytest.mark.parametrize("cls", [LSTMRegressor, GRURegressor, RNNRegressor])
def test_steps_that_are_far_too_long(cls, optimizer, options):
    for rate in (1e3, 1e30):
        wild = {"learning_rate": rate, "activation": "relu", "max_grad_norm": None}
        finite_or_refused(cls(**(options | wild), optimizer=optimizer))


@pytest.mark.parametrize(
    ("optimizer", "engine"),
    [
        *[(name, "auto") for name in ("adam", "adamw", "nadam", "rmsprop", "sgd")],
        *[(name, "torch") for name in ("adam", "adamw", "sgd")],
        *[pytest.param(name, "torch") for name in ("nadam", "rmsprop")],
    ],
)
def test_steps_beyond_single_precision(optimizer, engine):
    wild = {"learning_rate": 1e300, "optimizer": optimizer, "engine": engine}
    finite_or_refused(LSTMRegressor(**TINY, **wild))


def test_an_exploding_loss_is_reported(options):
    wild = {"learning_rate": 1e3, "activation": "relu", "max_grad_norm": None, "optimizer": "sgd"}
    model = RNNRegressor(**(options | wild))
    with pytest.raises(ValueError, match=DIVERGED):
        model.fit(X, Y)


def test_too_much_weight_decay_is_reported(options):
    with pytest.raises(ValueError, match=DIVERGED):
        LSTMRegressor(**options, weight_decay=1e300).fit(X, Y)


@pytest.mark.parametrize("unit", SMALL_AND_LARGE)
def test_units_change_nothing(unit, options):
    values = options | {"differencing": "never"}  # a change is measured in the units of its feature
    expected = LSTMRegressor(**values).fit(X, Y).predict(X)
    of_targets = finite_or_refused(LSTMRegressor(**values), y=unit * Y)
    np.testing.assert_allclose(of_targets / unit, expected, rtol=1e-4, atol=1e-5)
    of_inputs = finite_or_refused(LSTMRegressor(**values), X=unit * X)
    np.testing.assert_allclose(of_inputs, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.filterwarnings("ignore:overflow encountered in square")
@pytest.mark.parametrize("differencing", ["auto", "always"])
@pytest.mark.parametrize("unit", [*SMALL_AND_LARGE, *BEYOND_SQUARES])
def test_common_units_change_nothing(unit, differencing, options, rng):
    walk = rng.normal(size=(40, 6, 2)).cumsum(axis=1)
    windows, later = walk[:, :5], walk[:, 5, 0]
    make = lambda: LSTMRegressor(**options, differencing=differencing)  # noqa: E731
    expected = make().fit(windows, later).predict(windows)
    model = make().fit(unit * windows, unit * later)
    assert model.differenced_targets_.tolist() == [0]
    found = model.predict(unit * windows) / unit
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.filterwarnings("ignore:overflow encountered in square")
@pytest.mark.parametrize("what", ["targets", "inputs"])
@pytest.mark.parametrize("unit", BEYOND_SQUARES)
def test_units_whose_squares_are_no_numbers(what, unit, options):
    make = lambda: LSTMRegressor(**options, differencing="never")  # noqa: E731
    expected = make().fit(X, Y).predict(X)
    if what == "targets":
        found = make().fit(X, unit * Y).predict(X) / unit
    else:
        found = make().fit(unit * X, Y).predict(unit * X)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_denormal_targets(options):
    predicted = LSTMRegressor(**options).fit(X, np.sign(Y) * DENORMAL * 1000).predict(X)
    assert np.abs(predicted).max() < 1e-300


@pytest.mark.parametrize("value", [0.0, 7.0, 1e-30, DENORMAL])
def test_constant_columns_and_targets(value, options):
    constant = finite_or_refused(LSTMRegressor(**options), X=with_column(value))
    of_zeros = LSTMRegressor(**options).fit(with_column(0.0), Y).predict(with_column(0.0))
    np.testing.assert_allclose(constant, of_zeros, rtol=1e-4, atol=1e-5)
    predicted = finite_or_refused(LSTMRegressor(**options), y=np.full(40, value))
    np.testing.assert_allclose(predicted, value, atol=1.0)  # of standardised, that is unit, scale


def test_large_constant_columns(options):
    of_zeros = LSTMRegressor(**options).fit(with_column(0.0), Y).predict(with_column(0.0))
    for value in (0.1e30, 3e100, 7e60):
        windows = with_column(value)
        constant = LSTMRegressor(**options).fit(windows, Y).predict(windows)
        np.testing.assert_allclose(constant, of_zeros, rtol=1e-4, atol=1e-5)


def test_a_value_far_from_the_others(options):
    windows = with_column(1.0)
    windows[20, 3, 1] = 1e30
    finite_or_refused(LSTMRegressor(**options), X=windows)
    outlier = np.where(np.arange(40) == 20, 1e30, Y)
    finite_or_refused(LSTMRegressor(**options), y=outlier)


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber", "quantile"])
def test_constant_targets_of_every_loss(loss, options):
    finite_or_refused(LSTMRegressor(**options, loss=loss), y=np.ones(40))


@pytest.mark.parametrize("weight", [DENORMAL, 1e-300, 1e30, 1e300])
def test_weights_count_by_their_ratio(weight, options):
    expected = LSTMRegressor(**options).fit(X, Y, np.ones(40)).predict(X)
    found = finite_or_refused(LSTMRegressor(**options), sample_weight=np.full(40, weight))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_weights_far_apart(options):
    uneven = np.where(np.arange(40) % 2, 1e308, 1e-308)
    finite_or_refused(LSTMRegressor(**options), sample_weight=uneven)
    weights = {0: 1e300, 1: 1e-300}
    finite_or_refused(LSTMClassifier(**options, class_weight=weights), y=(Y > 0).astype(int))


def test_one_sample_one_step_one_class(engine):
    options = TINY | {"engine": engine}
    stops = options | {"early_stopping": True}
    finite_or_refused(LSTMRegressor(**options), X=X[:1], y=Y[:1])
    finite_or_refused(LSTMRegressor(**options), X=X[:1, :1, :1], y=Y[:1])
    finite_or_refused(LSTMRegressor(**options), X=X[:, :1], y=Y)
    finite_or_refused(LSTMClassifier(**options), X=X[:2], y=np.array([0, 1]))
    with pytest.raises(ValueError, match="no training sample"):
        LSTMRegressor(**stops).fit(X[:1], Y[:1])
    with pytest.raises(ValueError, match="at least two classes, got one"):
        LSTMClassifier(**options).fit(X, np.ones(40))


@pytest.mark.parametrize("tol", [1e308, DENORMAL])
def test_any_tolerance_ends(tol, options):
    finite_or_refused(LSTMRegressor(**(options | {"tol": tol, "n_iter_no_change": 1})))


def test_predictions_far_from_training(engine):
    model = LSTMRegressor(**TINY, engine=engine).fit(X, Y)
    assert np.isfinite(model.predict(1e30 * X)).all()
    with pytest.raises(ValueError, match="X has values so far from those of fit"):
        model.predict(1e300 * X)


@pytest.mark.parametrize("unit", [DENORMAL, 1e-300, *SMALL_AND_LARGE, 1e300])
def test_baselines_take_any_unit(unit):
    windows, y = unit * np.abs(X[:, :, :1]), unit * Y
    largest = windows.max()
    for model in (PersistenceRegressor(), SMARegressor(4), EMARegressor()):
        predicted = model.fit(windows, y).predict(windows)
        assert ((predicted >= 0) & (predicted <= largest)).all()


def test_sums_that_are_too_large_are_refused():
    windows = np.full((3, 4), 1.7e308)
    with pytest.raises(ValueError, match="sums of windows of X.*larger unit"):
        SMARegressor(4).fit(windows, np.ones(3)).predict(windows)
    predicted = EMARegressor().fit(windows, np.ones(3)).predict(windows)
    np.testing.assert_array_equal(predicted, 1.7e308)


@pytest.mark.parametrize("method", ["minmax", "standard", "first", "last"])
@pytest.mark.parametrize("unit", [DENORMAL, 1e-300, *SMALL_AND_LARGE, 1e160, 1e300])
def test_scalers_give_numbers_or_say_why_not(method, unit):
    series = unit * X[:, 0]
    for size in (None, 4):
        model = WindowScaler(method, window_size=size)
        try:
            scaled = model.fit_transform(series)
        except ValueError as error:
            message = str(error)
        else:
            message = None
        if message is not None:
            assert "beyond the largest number" in message
            continue
        assert np.isfinite(scaled).all()
        restored = model.inverse_transform(scaled)
        np.testing.assert_allclose(restored, series, rtol=1e-6, atol=1e-9 * unit)


@pytest.mark.parametrize("unit", [DENORMAL, 1e-300, *SMALL_AND_LARGE, 1e300])
def test_smoothed_values_lie_between_values(unit):
    series = unit * X[:, 0]
    smoothed = ExponentialSmoother(0.3).fit_transform(series)
    assert (np.abs(smoothed) <= np.abs(series).max(axis=0)).all()


@pytest.mark.parametrize("unit", [1e-100, *SMALL_AND_LARGE])
def test_forecasts_scale_with_the_unit(unit):
    series = np.abs(X[:, 0, 0]) + 1
    model = WindowScaledRegressor(LSTMRegressor(**TINY))
    expected = Forecaster(model, lookback=3, scaling=None).fit(series).forecast(3)
    found = Forecaster(model, lookback=3, scaling=None).fit(unit * series).forecast(3)
    np.testing.assert_allclose(found / unit, expected, rtol=1e-3)
