import numpy as np
import pytest

from sklstm import (
    BiLSTMClassifier,
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    SequenceWindower,
)
from sklstm.data import WindowSet
from sklstm.estimators._patches import in_patches

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 7, 2))
RAGGED = X.copy()
RAGGED[::3, :4] = np.nan
RAGGED[1::4, 2] = np.nan
Y = X[:, -1, 0] - X[:, -4, 1]
LABELS = np.where(Y > 0, "up", "down")
SMALL = {"hidden_size": 4, "max_epochs": 4, "batch_size": 8, "random_state": 0}


def patches_by_hand(window, size, filling):
    """Return the patches of one window (n_timesteps, n_features), from the newest step back."""
    observed = window[~np.isnan(window[:, 0])]
    patches = []
    while len(observed):
        patch = observed[-size:]
        filled = np.vstack([np.tile(filling, (size - len(patch), 1)), patch])
        patches.insert(0, filled.ravel())
        observed = observed[:-size]
    return np.array(patches)


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 20])
@pytest.mark.parametrize("windows", [X, RAGGED], ids=["full", "ragged"])
def test_patches_end_with_the_newest_step(windows, size, in_memory):
    found = in_patches(WindowSet.from_array(windows), size, in_memory=in_memory)
    for sample, window in enumerate(windows):
        rows = found.rows[found.starts[sample] : found.starts[sample] + found.lengths[sample]]
        np.testing.assert_array_equal(rows, patches_by_hand(window, size, np.zeros(2)))
    values, lengths = found.padded(np.array([3, 0]))
    np.testing.assert_array_equal(
        values[0, : lengths[0]], patches_by_hand(windows[3], size, [0, 0])
    )


def test_differences_are_from_the_first_step_of_the_window():
    windows = WindowSet.from_array(RAGGED)
    found = in_patches(windows.with_rows(windows.rows, np.array([True, False])), 3)
    for sample, window in enumerate(RAGGED):
        changes = window.copy()
        changes[:, 0] -= window[~np.isnan(window[:, 0])][0, 0]
        rows = found.rows[found.starts[sample] : found.starts[sample] + found.lengths[sample]]
        np.testing.assert_allclose(rows, patches_by_hand(changes, 3, np.zeros(2)), atol=1e-15)


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_it_is_the_network_of_windows_that_are_reshaped_by_hand(engine):
    options = SMALL | {"differencing": "never", "engine": engine}
    X = RNG.normal(size=(40, 6, 2))
    y = X[:, -1, 0] - X[:, 2, 1]
    # All steps have one mean and scale, whichever place in a patch they have.
    X = (X - X.mean(axis=(0, 1))) / X.std(axis=(0, 1))
    model = GRURegressor(patch_size=3, **options).fit(X, y)
    assert model.weights_["layer0_forward_input"].shape == (12, 6)
    by_hand = GRURegressor(**options).fit(X.reshape(40, 2, 6), y)
    by_hand.weights_ = model.weights_
    by_hand.feature_mean_, by_hand.feature_scale_ = np.zeros(6), np.ones(6)
    np.testing.assert_allclose(
        model.predict(X), by_hand.predict(X.reshape(40, 2, 6)), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("windows", [X, RAGGED], ids=["full", "ragged"])
@pytest.mark.parametrize("make", [LSTMClassifier, BiLSTMClassifier])
def test_engines_agree(make, windows):
    both = [
        make(patch_size=3, engine=engine, **SMALL).fit(windows, LABELS)
        for engine in ("auto", "torch")
    ]
    np.testing.assert_allclose(both[0].loss_curve_, both[1].loss_curve_, rtol=1e-4)
    probabilities = [model.predict_proba(windows) for model in both]
    np.testing.assert_allclose(*probabilities, atol=1e-4)


def test_a_prediction_does_not_depend_on_the_others():
    model = LSTMRegressor(patch_size=3, **SMALL).fit(RAGGED, Y)
    together = model.predict(RAGGED)
    alone = np.concatenate([model.predict(RAGGED[k : k + 1]) for k in range(len(RAGGED))])
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(model.predict(RAGGED[::-1]), together[::-1])


def test_windows_of_a_series_may_share_their_rows():
    series = np.cumsum(RNG.normal(size=(60, 1)), axis=0)
    windows = SequenceWindower(lookback=8).fit_transform(series)
    y = series[:, 0]
    model = LSTMRegressor(patch_size=3, differencing="always", **SMALL).fit(windows, y)
    copies = LSTMRegressor(patch_size=3, differencing="always", **SMALL).fit(windows.copy(), y)
    np.testing.assert_array_equal(model.predict(windows), copies.predict(windows.copy()))
    far = model.predict(windows + 1000) - model.predict(windows)
    np.testing.assert_allclose(far, 1000, rtol=1e-5)


def test_rows_on_disk_are_read_when_they_are_needed(tmp_path):
    series = RNG.normal(size=(80, 2)).astype(np.float32)
    mapped = np.memmap(tmp_path / "series", np.float32, "w+", shape=series.shape)
    mapped[:] = series
    views = [
        np.lib.stride_tricks.sliding_window_view(a, 7, axis=0).swapaxes(1, 2)
        for a in (mapped, series)
    ]
    y = series[6:, 0]
    models = [LSTMRegressor(patch_size=2, **SMALL).fit(windows, y) for windows in views]
    np.testing.assert_allclose(models[0].predict(views[0]), models[1].predict(views[1]), rtol=1e-5)


def test_gates_stand_at_the_newest_step_of_each_patch():
    model = GRUClassifier(patch_size=3, **SMALL).fit(X, LABELS)
    hidden = model.gate_activations(X)["layer0_forward"]["hidden"]
    assert hidden.shape == (30, 7, 4)
    np.testing.assert_array_equal(~np.isnan(hidden[0, :, 0]), [1, 0, 0, 1, 0, 0, 1])
    gaps = model.gate_activations(RAGGED)["layer0_forward"]["hidden"]
    last = gaps[:, -1] @ model.weights_["head_weight"].T + model.weights_["head_bias"]
    expected = model.predict_proba(RAGGED)[:, 1]
    np.testing.assert_allclose(1 / (1 + np.exp(-last[:, 0])), expected, rtol=1e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patch_size": 2, "output": "sequence"}, "patch_size=2 leaves one output"),
        ({"patch_size": 2, "embedding_dim": 3}, "patch_size=2 is for numbers"),
        ({"patch_size": 0}, "'patch_size'.*Got 0"),
    ],
)
def test_what_has_no_patches_is_refused(options, message):
    y = X[:, :, 0] if "output" in options else Y
    windows = np.ones((30, 7), dtype=int) if "embedding_dim" in options else X
    with pytest.raises(ValueError, match=message):
        GRURegressor(**SMALL | options).fit(windows, y)


def test_a_network_of_patches_cannot_predict_each_step():
    model = GRURegressor(patch_size=2, **SMALL).fit(X, Y).set_params(output="sequence")
    with pytest.raises(ValueError, match="reads 2 steps as one"):
        model.predict(X)


@pytest.mark.parametrize(
    ("longest", "size"), [(1, 1), (64, 1), (96, 1), (97, 2), (160, 2), (161, 3), (2000, 31)]
)
def test_auto_makes_about_64_patches_of_the_longest_window(longest, size):
    windows = np.full((12, 2010, 1), np.nan)
    windows[:, :1] = RNG.normal(size=(12, 1, 1))
    windows[3, 0] = np.nan
    windows[3, 2010 - longest :] = RNG.normal(size=(longest, 1))
    labels = np.arange(12) % 2
    model = GRUClassifier(2, patch_size="auto", max_epochs=1, random_state=0).fit(windows, labels)
    assert model.patch_size_ == size
    same = GRUClassifier(2, patch_size=size, max_epochs=1, random_state=0).fit(windows, labels)
    np.testing.assert_array_equal(model.predict_proba(windows), same.predict_proba(windows))


def test_auto_reads_tokens_and_targets_of_every_step_one_by_one():
    long = RNG.normal(size=(10, 130, 1))
    options = {"max_epochs": 1, "patch_size": "auto", "random_state": 0}
    every_step = GRURegressor(2, output="sequence", **options).fit(long, long[:, :, 0])
    assert every_step.predict(long).shape == (10, 130)
    tokens = RNG.integers(1, 5, (10, 130))
    of_tokens = GRUClassifier(2, embedding_dim=2, **options).fit(tokens, np.arange(10) % 2)
    assert every_step.patch_size_ == of_tokens.patch_size_ == 1


def test_training_continues_with_the_patches_of_the_first_fit():
    model = GRUClassifier(2, patch_size="auto", max_epochs=1, warm_start=True, random_state=0)
    long = RNG.normal(size=(10, 130, 1))
    model.fit(long, np.arange(10) % 2).fit(long[:, :40], np.arange(10) % 2)
    assert model.patch_size_ == 2


def test_another_patch_size_is_another_network():
    model = GRURegressor(patch_size=2, warm_start=True, **SMALL).fit(X, Y)
    with pytest.raises(ValueError, match="reads patch_size=2 steps as one"):
        model.set_params(patch_size=3).fit(X, Y)
