"""Changes in place of values: which targets and features, and what becomes of them."""

import numpy as np
import pytest

from sklstm import (
    BiLSTMRegressor,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNRegressor,
    SequenceWindower,
    forecast_pairs,
)
from sklstm.data import WindowSet
from sklstm.estimators._differencing import (
    choose_reference_features,
    newest_values,
    root_mean_square_changes,
)

REGRESSORS = [RNNRegressor, LSTMRegressor, GRURegressor, BiLSTMRegressor]
RNG = np.random.default_rng(0)
WALK = RNG.normal(size=400).cumsum()
NOISE = RNG.normal(size=400)


def windows_and_targets(*columns, horizon=1, lookback=8, target=0):
    """Windows without missing steps of some columns, and later values of one of them."""
    X, y = forecast_pairs(np.stack(columns, axis=1), horizon=horizon, target=target)
    return SequenceWindower(lookback).fit_transform(X)[lookback:], y[lookback:]


def ragged(windows):
    cut = windows.copy()
    for k, window in enumerate(cut):
        window[: k % 5] = np.nan
    return cut


# Which features


@pytest.mark.parametrize("weight", [None, RNG.uniform(0.1, 1.0, 300)], ids=["equal", "weighted"])
def test_reference_is_the_feature_that_leaves_the_least(weight, rng):
    newest = np.stack([WALK, 2 * WALK, NOISE, WALK + 0.5 * NOISE], axis=1)[:300]
    targets = np.stack(
        [newest[:, 0] + rng.normal(size=300), newest[:, 1] - 40, NOISE[:300]], axis=1
    )
    every = np.arange(300)
    found = choose_reference_features(targets, newest, every, weight)
    for target, feature in zip(targets.T, found, strict=True):
        left = [np.cov(target - x, aweights=weight, ddof=0) for x in newest.T]
        whole = np.cov(target, aweights=weight, ddof=0)
        assert feature == (np.argmin(left) if min(left) < whole / 2 else -1)
    assert found.tolist() == [0, 1, 2]
    unlike = choose_reference_features(newest[:, :2] * 1e3, newest[:, 2:], every, weight)
    assert unlike.tolist() == [-1, -1]
    forced = choose_reference_features(newest[:, :1] * 1e3, newest, every, weight, force=True)
    assert forced.tolist() == [1]
    # Of several rows of a window the newest counts.
    rows = np.concatenate([newest, NOISE[:300, np.newaxis] * np.ones(4)])
    assert choose_reference_features(targets, rows, every, weight).tolist() == [0, 1, 2]


@pytest.mark.parametrize("unit", [1e200, 1e-200])
def test_reference_of_very_large_and_very_small_numbers(unit):
    newest, every = np.stack([NOISE, WALK], axis=1) * unit, np.arange(400)
    targets = (WALK + NOISE)[:, np.newaxis] * unit
    assert choose_reference_features(targets, newest, every).tolist() == [1]
    assert choose_reference_features(targets, np.full((400, 1), unit), every).tolist() == [-1]


def test_newest_values_are_zero_without_reference(rng):
    newest = rng.normal(size=(5, 3))
    features = np.array([2, -1])
    found = newest_values(newest[:, features], features)
    np.testing.assert_array_equal(found, np.stack([newest[:, 2], np.zeros(5)], axis=1))


def test_sizes_are_root_mean_squares_of_all_changes(monkeypatch, rng):
    windows = ragged(rng.normal(size=(60, 7, 3)) * [1, 1e3, 1e-3] + 50)
    windows[:, :, 2] = np.where(np.isnan(windows[:, :, 2]), np.nan, 4.0)
    weight, features = rng.uniform(0.1, 1.0, 60), np.array([1, 2])
    changes, weights = [], []
    for window, w in zip(windows, weight, strict=True):
        observed = window[~np.isnan(window[:, 0])][:, features]
        changes.append(observed - observed[0])
        weights.append(np.full(len(observed), w))
    squares = np.concatenate(changes) ** 2
    for block in (1, 1 << 16):
        monkeypatch.setattr("sklstm.estimators._differencing._BLOCK_VALUES", block)
        window_set = WindowSet.from_array(windows)
        found = root_mean_square_changes(window_set, features, np.array([900.0, 1.0]), weight)
        expected = np.sqrt(np.average(squares[:, 0], weights=np.concatenate(weights)))
        np.testing.assert_allclose(found, [expected, 0.0], rtol=1e-12)


def test_what_is_chosen_by_itself(rng):
    X, y = windows_and_targets(WALK, NOISE, np.arange(400.0))
    model = LSTMRegressor(4, max_epochs=1, random_state=0).fit(X, y)
    assert model.differenced_targets_.tolist() == [0]
    assert model.differenced_features_.tolist() == [True, False, True]
    # Of a target with no such feature the levels stay.
    model.fit(X, rng.normal(size=len(y)))
    assert model.differenced_targets_.tolist() == [-1]
    assert not model.differenced_features_.any()
    # Of a target among others, too, the level may say all.
    model.fit(X, np.stack([y, rng.normal(size=len(y))], axis=1))
    assert model.differenced_targets_.tolist() == [0, -1]
    assert not model.differenced_features_.any()
    # What is measured in another unit is no change of a feature.
    assert model.fit(X, 10 * y).differenced_targets_.tolist() == [-1]


def test_a_level_that_says_something_is_kept():
    wave = np.sin(np.arange(400) / 9) + 0.1 * NOISE
    X, y = windows_and_targets(wave)
    model = LSTMRegressor(4, max_epochs=1, random_state=0).fit(X, y)
    assert model.differenced_targets_.tolist() == [0]  # tomorrow is like today, ...
    assert not model.differenced_features_.any()  # ... and where the wave is tells where it goes


def test_always_and_never():
    X, y = windows_and_targets(WALK, NOISE, horizon=[1, 2])
    make = lambda how: LSTMRegressor(4, differencing=how, max_epochs=1, random_state=0)  # noqa: E731
    never = make("never").fit(X, y)
    assert never.differenced_targets_.tolist() == [-1, -1]
    assert not never.differenced_features_.any()
    always = make("always").fit(X, NOISE[: len(y)])
    assert always.differenced_targets_.shape == (1,)
    assert always.differenced_targets_[0] >= 0
    assert always.differenced_features_.all()


def test_choice_is_that_of_the_training_block_alone(rng):
    series = np.concatenate([rng.normal(size=380), 50 + WALK[:20]])
    X, y = windows_and_targets(series)
    held = LSTMRegressor(4, max_epochs=1, random_state=0, early_stopping=True).fit(X, y)
    assert held.differenced_targets_.tolist() == [-1]


def test_partial_fit_and_warm_start_keep_the_first_choice():
    X, y = windows_and_targets(WALK)
    for model in (LSTMRegressor(4, max_epochs=1, warm_start=True), LSTMRegressor(4)):
        fit = model.fit if model.warm_start else model.partial_fit
        fit(X, y)
        first = model.feature_scale_, model.target_scale_
        fit(X, NOISE[: len(y)])
        assert model.differenced_targets_.tolist() == [0]
        if model.warm_start:
            assert model.feature_scale_ is first[0]
            assert model.target_scale_ is first[1]


@pytest.mark.parametrize("values", [WALK, NOISE], ids=["differenced", "not differenced"])
@pytest.mark.parametrize("before", ["auto", "always", "never"])
@pytest.mark.parametrize("now", ["auto", "always", "never"])
def test_going_on_with_other_differences_is_refused(values, before, now):
    X, y = windows_and_targets(values)
    model = LSTMRegressor(2, differencing=before, max_epochs=1, warm_start=True, random_state=0)
    model.fit(X, y)
    as_fitted = "always" if model.differenced_features_.all() else "never"
    model.set_params(differencing=now)
    for go_on in (model.fit, model.partial_fit):
        if now in ("auto", as_fitted):
            go_on(X, y)
        else:
            with pytest.raises(ValueError, match=f"is now differencing='{now}'. Set it back"):
                go_on(X, y)


@pytest.mark.parametrize("options", [{"loss": "poisson"}, {"embedding_dim": 2}])
def test_where_nothing_is_ever_differenced_nothing_is_refused(options):
    X, y = np.arange(40).reshape(10, 4) + 1, np.arange(10.0)
    model = LSTMRegressor(2, differencing="always", max_epochs=1, warm_start=True, **options)
    assert model.fit(X, y).fit(X, y).n_iter_ == 2


def test_weights_that_repeat_choose_as_repetitions_do(rng):
    X, y = windows_and_targets(WALK, NOISE)
    weight = rng.integers(0, 3, len(y))
    make = lambda: LSTMRegressor(4, max_epochs=1, random_state=0)  # noqa: E731
    weighted = make().fit(X, y, sample_weight=weight)
    repeated = make().fit(np.repeat(X, weight, axis=0), np.repeat(y, weight))
    np.testing.assert_allclose(weighted.feature_scale_, repeated.feature_scale_, rtol=1e-9)
    np.testing.assert_allclose(weighted.target_scale_, repeated.target_scale_, rtol=1e-9)


# What becomes of them


@pytest.mark.parametrize("engine", ["auto", "torch"])
@pytest.mark.parametrize("cls", REGRESSORS)
def test_prediction_is_the_newest_value_and_what_the_textbook_network_adds(cls, engine, oracle):
    X, y = windows_and_targets(WALK, NOISE, horizon=[1, 3])
    X = ragged(X)
    model = cls(5, num_layers=2, max_epochs=2, engine=engine, random_state=0).fit(X[:90], y[:90])
    assert model.differenced_targets_.tolist() == [0, 0]
    assert model.differenced_features_.tolist() == [True, False]
    for sample in (0, 4, 50):
        observed = X[sample][~np.isnan(X[sample, :, 0])]
        steps = observed - np.where(model.differenced_features_, observed[0], model.feature_mean_)
        output = oracle(model._spec, model.weights_, steps / model.feature_scale_)
        expected = observed[-1, 0] + output * model.target_scale_ + model.target_mean_
        np.testing.assert_allclose(model.predict(X[[sample]])[0], expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("output", ["last", "sequence"])
@pytest.mark.parametrize("cls", REGRESSORS)
def test_a_series_on_another_level_is_forecast_alike(cls, output):
    X, y = windows_and_targets(WALK)
    if output == "sequence":
        y = np.stack([y[k : k + 8] for k in range(len(y) - 8)])
        X = X[7:-1]
    levels = [
        cls(4, output=output, max_epochs=2, batch_size=256, random_state=0).fit(
            X[:200] + level, y[:200] + level
        )
        for level in (0.0, 1000.0)
    ]
    low, high = (model.predict(X[200:]) for model in levels)
    np.testing.assert_allclose(levels[1].predict(X[200:] + 1000) - 1000, low, atol=1e-8)
    # And a fitted network takes levels that it has never seen.
    np.testing.assert_allclose(levels[0].predict(X[200:] + 1000) - 1000, low, atol=1e-8)
    np.testing.assert_allclose(high + 1000 - 1000, low, atol=1e-8)


def test_a_price_beyond_all_of_training_is_forecast_as_well_as_any():
    rising = np.arange(400) / 4 + WALK / 4
    X, y = windows_and_targets(rising)
    errors = {}
    for how in ("auto", "never"):
        model = GRURegressor(8, differencing=how, random_state=0).fit(X[:300], y[:300])
        errors[how] = np.sqrt(np.mean((model.predict(X[300:]) - y[300:]) ** 2))
    naive = np.sqrt(np.mean((X[300:, -1, 0] - y[300:]) ** 2))
    assert errors["auto"] < 1.1 * naive
    assert errors["never"] > 3 * naive


def test_targets_of_every_step_are_relative_to_their_own_step(oracle):
    X = np.lib.stride_tricks.sliding_window_view(WALK, 6)[:, :, np.newaxis]
    y = X[1:, :, 0].copy()
    y[::3, :4] = np.nan
    for given in (X[:-1], ragged(X[:-1])):  # slices of one series, and windows apart
        model = GRURegressor(3, output="sequence", max_epochs=2, random_state=0).fit(given, y)
        assert model.differenced_targets_.tolist() == [0]
        there = ~np.isnan(y) & ~np.isnan(given[:, :, 0])
        changes = (y - given[:, :, 0])[there]
        np.testing.assert_allclose(model.target_mean_, changes.mean(), rtol=1e-9)
        np.testing.assert_allclose(model.target_scale_, changes.std(), rtol=1e-9)
        window = given[[7]]
        window = window[:, ~np.isnan(window[0, :, 0])]
        predicted = model.predict(window)[0]
        for end in range(1, window.shape[1] + 1):
            steps = (window[0, :end] - window[0, 0]) / model.feature_scale_
            output = oracle(model._spec, model.weights_, steps)
            output = output[-1] if output.ndim > 1 else output
            expected = window[0, end - 1, 0] + output * model.target_scale_ + model.target_mean_
            np.testing.assert_allclose(predicted[end - 1], expected, rtol=1e-5, atol=1e-5)


def test_several_quantiles_stand_around_the_newest_value():
    X, y = windows_and_targets(WALK, horizon=[1, 2])
    model = LSTMRegressor(4, loss="quantile", quantile=[0.9, 0.1], max_epochs=60, random_state=0)
    model.fit(X, y)
    predicted = model.predict(X) - X[:, -1, :, np.newaxis]
    assert predicted.shape == (len(X), 2, 2)
    for step in range(2):
        change = y[:, step] - X[:, -1, 0]
        for k, level in enumerate((0.9, 0.1)):
            assert np.mean(change < predicted[:, step, k]) == pytest.approx(level, abs=0.06)


def test_files_on_disk_are_read_as_arrays_are(tmp_path):
    X, y = windows_and_targets(WALK, NOISE)
    np.save(tmp_path / "rows.npy", np.stack([WALK, NOISE], axis=1))
    rows = np.load(tmp_path / "rows.npy", mmap_mode="r")
    on_disk = SequenceWindower(8).fit_transform(rows)[8:-1]
    models = [LSTMRegressor(4, max_epochs=2, random_state=0).fit(w, y) for w in (X, on_disk)]
    assert models[1].differenced_features_.tolist() == [True, False]
    np.testing.assert_array_equal(models[0].feature_scale_, models[1].feature_scale_)
    np.testing.assert_allclose(models[0].predict(X), models[1].predict(on_disk), rtol=1e-5)


def test_a_window_has_the_same_bits_alone_and_among_others():
    X, y = windows_and_targets(WALK, NOISE)
    X = ragged(X)
    for engine in ("auto", "torch"):
        model = GRURegressor(6, max_epochs=1, engine=engine, random_state=0).fit(X[:200], y[:200])
        whole = model.predict(X)
        for sample in (0, 17, 300):
            np.testing.assert_array_equal(model.predict(X[[sample]]), whole[[sample]])


def test_gates_are_those_of_what_is_read(oracle):
    X, y = windows_and_targets(WALK, NOISE)
    model = LSTMRegressor(4, max_epochs=1, random_state=0).fit(X, y)
    hidden = model.gate_activations(X[:5])["layer0_forward"]["hidden"][:, -1]
    output = hidden @ model.weights_["head_weight"].T + model.weights_["head_bias"]
    predicted = X[:5, -1, 0] + output[:, 0] * model.target_scale_ + model.target_mean_
    np.testing.assert_allclose(model.predict(X[:5]), predicted, atol=1e-5)


def test_of_classes_nothing_is_relative():
    X, y = windows_and_targets(WALK)
    model = LSTMClassifier(4, max_epochs=1, random_state=0).fit(X, y > y.mean())
    assert model._fitted.inputs.differenced is None
    assert "differencing" not in model.get_params()
