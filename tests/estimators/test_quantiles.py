"""Several quantiles at once."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import d2_pinball_score, mean_pinball_loss
from sklearn.model_selection import GridSearchCV

from sklstm import BiLSTMRegressor, GRURegressor, LSTMRegressor, RNNRegressor
from sklstm.losses._quantile import uncross

REGRESSORS = pytest.mark.parametrize(
    "cls", [LSTMRegressor, GRURegressor, RNNRegressor, BiLSTMRegressor]
)
LEVELS = [0.9, 0.1, 0.5]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(150, 6, 2))
Y = X[:, -1, 0] + RNG.normal(size=150)


def make(cls=LSTMRegressor, **options):
    defaults = {"hidden_size": 6, "max_epochs": 4, "random_state": 0, "loss": "quantile"}
    return cls(**(defaults | {"quantile": LEVELS} | options))


@REGRESSORS
@pytest.mark.parametrize("shape", [(150,), (150, 1), (150, 2)])
@pytest.mark.parametrize("levels", [[0.3], (0.2, 0.7), LEVELS])
def test_quantiles_are_the_last_axis(cls, shape, levels, rng):
    model = make(cls, quantile=levels).fit(X, rng.normal(size=shape))
    assert model.predict(X).shape == (*shape, len(levels))
    assert model.target_mean_.shape == (np.prod(shape[1:], dtype=int),)
    steps = make(cls, quantile=levels, output="sequence")
    y = rng.normal(size=(150, 6, *shape[1:]))
    assert steps.fit(X, y).predict(X).shape == (*y.shape, len(levels))


def test_one_level_in_a_list_is_that_level_alone():
    model, plain = make(quantile=[0.3]).fit(X, Y), make(quantile=0.3).fit(X, Y)
    np.testing.assert_array_equal(model.predict(X)[:, 0], plain.predict(X))
    assert model.loss_curve_ == plain.loss_curve_


@pytest.mark.parametrize("engine", ["auto", "torch"])
@pytest.mark.parametrize("n_outputs", [1, 2])
def test_the_loss_is_the_mean_over_outputs_and_levels(engine, n_outputs, monkeypatch, rng):
    monkeypatch.setattr("sklstm.losses._quantile.uncross", lambda q, levels: q)
    y, weight = rng.normal(3, 2, size=(150, n_outputs)), rng.uniform(0.1, 1, size=150)
    model = make(engine=engine, learning_rate=1e-30, max_epochs=1).fit(X, y, sample_weight=weight)
    predicted = (model.predict(X) - model.target_mean_[:, None]) / model.target_scale_[:, None]
    standard = (y - model.target_mean_) / model.target_scale_
    losses = [
        mean_pinball_loss(standard, predicted[..., k], sample_weight=weight, alpha=level)
        for k, level in enumerate(LEVELS)
    ]
    assert model.loss_curve_[0] == pytest.approx(np.mean(losses), rel=1e-5)


@pytest.mark.parametrize("output", ["last", "sequence"])
def test_engines_agree(output, rng):
    y = X[:, :, :1] + rng.normal(size=(150, 6, 1)) if output == "sequence" else Y
    compiled, plain = (make(output=output, engine=engine).fit(X, y) for engine in ("auto", "torch"))
    np.testing.assert_allclose(compiled.loss_curve_, plain.loss_curve_, rtol=1e-4)
    np.testing.assert_allclose(compiled.predict(X), plain.predict(X), rtol=1e-3, atol=1e-3)


def test_quantiles_never_cross(rng):
    model = make(output="sequence").fit(X, rng.normal(size=(150, 6, 2)))
    for seed in range(5):
        rng = np.random.default_rng(seed)
        for name, array in model.weights_.items():
            model.weights_[name] = (10 * rng.normal(size=array.shape)).astype(array.dtype)
        for output in ("last", "sequence"):
            high, low, middle = np.moveaxis(model.set_params(output=output).predict(X), -1, 0)
            assert (low <= middle).all()
            assert (middle <= high).all()
            assert (low < high).any()


def test_uncrossing_keeps_the_order_of_the_levels(rng):
    found = uncross(np.array([[3.0, 1.0, 2.0, 0.0]]), (0.2, 0.9, 0.1, 0.5))
    assert found.tolist() == [[1.0, 3.0, 0.0, 2.0]]
    # Never further from the true quantiles, in any order of the levels.
    true, wrong = np.sort(rng.normal(size=(100, 4))), rng.normal(size=(100, 4))
    order = rng.permutation(4)
    levels = np.array([0.1, 0.4, 0.6, 0.9])[order]
    sorted_ = uncross(wrong[:, order], tuple(levels))
    before, after = (np.abs(q - true[:, order]).sum(axis=1) for q in (wrong[:, order], sorted_))
    assert (after <= before + 1e-12).all()
    assert (after < before).any()


def test_share_of_targets_below_each_quantile():
    rng = np.random.default_rng(1)
    windows = rng.uniform(-1, 1, size=(26000, 3, 1))
    spread = 1.0 + 0.8 * windows[:, -1, 0]  # the noise depends on the last step
    y = windows.sum(axis=(1, 2)) + spread * rng.normal(size=26000)
    model = GRURegressor(
        12,
        loss="quantile",
        quantile=[0.05, 0.5, 0.95],
        max_epochs=80,
        learning_rate=0.002,
        batch_size=256,
        n_iter_no_change=None,
        random_state=0,
    ).fit(windows[:6000], y[:6000])
    predicted, y, spread = model.predict(windows[6000:]), y[6000:], spread[6000:]
    for calm in (spread < 0.7, (spread >= 0.7) & (spread < 1.3), spread >= 1.3):
        below = (y[:, np.newaxis] < predicted)[calm].mean(axis=0)
        np.testing.assert_allclose(below, [0.05, 0.5, 0.95], atol=0.02)
    width = predicted[:, 2] - predicted[:, 0]  # 2 * 1.645 standard deviations
    np.testing.assert_allclose(np.polyfit(spread, width, 1), [3.29, 0.0], atol=0.3)


@pytest.mark.parametrize("output", ["last", "sequence"])
def test_score_is_the_mean_of_d2_over_levels(output, rng):
    y, weight = Y, rng.uniform(size=150)
    if output == "sequence":
        y = X[:, :, 0] + rng.normal(size=(150, 6))
        y[::3, 2] = np.nan
    model = make(output=output).fit(X, y)
    there, by_step = ~np.isnan(y), np.broadcast_to(weight.reshape(-1, *[1] * (y.ndim - 1)), y.shape)
    predicted = model.predict(X)[there]
    scores = [
        d2_pinball_score(y[there], predicted[:, k], sample_weight=by_step[there], alpha=level)
        for k, level in enumerate(LEVELS)
    ]
    assert model.score(X, y, sample_weight=weight) == pytest.approx(np.mean(scores), rel=1e-12)


def test_pickles_clones_and_searches():
    model = make().fit(X, Y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    copy = clone(model)
    assert copy.quantile == LEVELS
    assert copy.quantile is not model.quantile
    np.testing.assert_array_equal(copy.fit(X, Y).predict(X), model.predict(X))
    search = GridSearchCV(make(), {"quantile": [[0.1, 0.9], (0.5,), LEVELS]}, cv=2).fit(X, Y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_what_is_predicted_is_what_was_fitted():
    model = make().fit(X, Y)
    expected = model.predict(X)
    np.testing.assert_array_equal(model.set_params(quantile=0.5).predict(X), expected)
    other = make(warm_start=True).fit(X, Y).set_params(quantile=[0.2, 0.4])
    with pytest.raises(ValueError, match=r"n_outputs=2 \(it was 3\)"):
        other.fit(X, Y)
    # Going on with other levels, as many as before, they are those that are fitted.
    low, middle, high = other.set_params(quantile=[0.1, 0.5, 0.9]).fit(X, Y).predict(X).T
    assert (low <= middle).all()
    assert (middle <= high).all()


@pytest.mark.parametrize("loss", ["auto", "squared_error", "normal", "poisson"])
def test_a_level_that_no_loss_takes_is_warned_of(loss):
    y = np.round(np.abs(Y) * 3)
    model = make(loss=loss, quantile=0.9, max_epochs=1)
    with pytest.warns(UserWarning, match=r"quantile=0.9 is not used: .*and its loss is '"):
        found = model.fit(X, y).predict(X)
    expected = make(loss=loss, quantile=0.5, max_epochs=1).fit(X, y)  # without a word
    np.testing.assert_array_equal(found, expected.predict(X))


@pytest.mark.parametrize(
    "quantile", [[], [0.1, 0.1], [0.0, 0.5], [0.5, 1.0], ["a"], [None], [[0.5]]]
)
def test_bad_lists(quantile):
    with pytest.raises(ValueError, match="'quantile' parameter must be.*distinct"):
        make(quantile=quantile).fit(X, Y)


@pytest.mark.parametrize("quantile", [0.0, 1.5, "a", None, {0.5}])
def test_bad_numbers(quantile):
    with pytest.raises(ValueError, match="'quantile' parameter of LSTMRegressor must be"):
        make(quantile=quantile).fit(X, Y)


def test_a_list_is_for_the_quantile_loss():
    with pytest.raises(ValueError, match="only loss='quantile' predicts. Got loss='huber'"):
        make(loss="huber").fit(X, Y)
