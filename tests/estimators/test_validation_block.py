import numpy as np
import pandas as pd
import pytest

from sklstm import (
    GRUClassifier,
    GRURegressor,
    SequenceWindower,
    WindowScaledRegressor,
    WindowScaler,
)
from sklstm.data import WindowSet, newest_block, of_one_series
from sklstm.estimators._samples import Samples
from sklstm.estimators._validation_split import newest_of_each_class, validation_split

SERIES = np.random.default_rng(0).normal(size=(100, 2))


def split(windows, fraction=0.2):
    return newest_block(WindowSet.from_array(np.asarray(windows)), fraction)


@pytest.mark.parametrize("lookback", [1, 2, 7, 30])
@pytest.mark.parametrize("copy", [False, True])
def test_no_training_window_shares_a_row_with_validation(lookback, copy):
    windows = SequenceWindower(lookback).fit_transform(SERIES)
    training, validation = split(windows.copy() if copy else windows)
    assert validation == slice(80, 100)
    first_row_seen = 80 - (lookback - 1)
    assert training == slice(0, first_row_seen)  # whose last window ends one row earlier


@pytest.mark.parametrize("by_day", [True, False])
@pytest.mark.parametrize("scaled", [True, False])
def test_no_window_of_a_panel_shares_a_row_with_validation(by_day, scaled, rng):
    days = np.tile(np.arange(40), 3)
    panel = pd.DataFrame({"id": np.repeat(list("abc"), 40), "a": rng.normal(size=120)}, index=days)
    panel = panel.sort_index(kind="stable") if by_day else panel
    windows = SequenceWindower(5, by="id").fit_transform(panel)
    training, validation = newest_block(WindowSet.from_array(windows), 0.2)
    assert validation == slice(96, 120)
    last = {key: own.index[0] - 5 for key, own in panel[validation].groupby("id")}
    wanted = [panel.index[k] <= last.get(panel["id"].iloc[k], 40) for k in range(96)]
    np.testing.assert_array_equal(np.arange(96)[training], np.flatnonzero(wanted))
    assert sum(wanted) == 96 - 4 * len(last)

    network = GRURegressor(2, max_epochs=2, early_stopping=True, validation_fraction=0.2)
    network.set_params(random_state=0, batch_size=len(windows))
    y, first = np.asarray(windows)[:, -1, 0], np.flatnonzero(wanted)
    inside = WindowScaledRegressor(network) if scaled else network
    found = inside.fit(windows, y)
    whole = np.asarray(windows)
    expected = inside.__class__(**inside.get_params(deep=False)).fit(
        whole[first], y[first], X_val=whole[96:], y_val=y[96:]
    )
    a, b = (getattr(model, "regressor_", model).loss_curve_ for model in (found, expected))
    np.testing.assert_allclose(a, b, rtol=1e-5)


@pytest.mark.parametrize("lookback", [2, 9, 40, 100])
@pytest.mark.parametrize("copy", [False, True])
def test_rows_are_not_shared_where_some_are_missing(lookback, copy):
    rng = np.random.default_rng(lookback)
    for _ in range(30):
        series = SERIES.copy()
        hole = rng.integers(70, 95)
        series[hole : hole + rng.integers(1, min(lookback, 12))] = np.nan
        series[rng.random(100) < 0.1] = np.nan
        series[0] = 1.0
        windows = SequenceWindower(lookback).fit_transform(series)
        seen = ~np.isnan(windows[:, :, 0]).all(axis=1)
        first, last = np.flatnonzero(seen)[[0, -1]]  # windows must hold something
        if not seen[first : last + 1].all():
            continue
        windows = windows[first : last + 1]
        rows = WindowSet.from_array(windows)
        try:
            training, validation = split(windows.copy() if copy else windows)
        except ValueError:
            assert lookback > 60
            continue
        ends = (rows.starts + rows.lengths)[training]
        assert ends.max() <= rows.starts[validation].min()


@pytest.mark.parametrize(
    "sequences",
    [
        np.random.default_rng(1).normal(size=(50, 6, 3)),
        np.ones((50, 80, 1)),
        np.tile(np.arange(7.0).reshape(1, 7, 1), (50, 1, 1)),
    ],
    ids=["random", "constant", "equal"],
)
def test_separate_sequences_have_no_gap(sequences):
    training, validation = split(sequences)
    assert (training, validation) == (slice(0, 40), slice(40, 50))


def panel_windows(rng, n_days=30):
    days = np.repeat(np.arange(n_days), 4)
    panel = pd.DataFrame({"id": list("abcd") * n_days, "a": rng.normal(size=4 * n_days)}, days)
    return SequenceWindower(5, by="id").fit_transform(panel)


def test_classifiers_keep_interleaved_series_apart(rng):
    windows = WindowSet.from_array(panel_windows(rng))
    y = rng.integers(2, size=120)
    samples = Samples(windows, y, np.ones(120))
    training, validation = validation_split(samples, 0.2, np.arange(2))
    np.testing.assert_array_equal(validation.targets, y[96:])
    np.testing.assert_array_equal(training.targets, y[: 96 - 4 * 4])


def test_shuffled_windows_that_share_rows_are_warned_of(rng):
    windows = WindowSet.from_array(panel_windows(rng)).take(rng.permutation(120))
    rows = [set(range(a, a + n)) for a, n in zip(windows.starts, windows.lengths, strict=True)]
    held = set().union(*rows[108:])
    expected = [number for number in range(108) if not rows[number] & held]
    with pytest.warns(UserWarning, match=f"time: {108 - len(expected)} of the other 108 share"):
        training, _ = newest_block(windows, 0.1)
    np.testing.assert_array_equal(training, expected)


def test_windows_several_rows_apart():
    windows = SequenceWindower(10).fit_transform(SERIES)[9::4]  # 23 of them
    training, validation = split(windows)
    assert validation == slice(18, 23)
    assert training == slice(0, 16)  # windows 16 and 17 begin 8 and 4 rows before number 18


def test_at_least_one_sample_validates():
    assert split(np.arange(30.0).reshape(10, 3, 1), fraction=0.001)[1] == slice(9, 10)


@pytest.mark.parametrize(("n_samples", "fraction"), [(1, 0.5), (10, 0.99), (12, 0.5)])
def test_nothing_left_to_train_on(n_samples, fraction):
    windows = SequenceWindower(10).fit_transform(SERIES)[:n_samples]
    with pytest.raises(ValueError, match="early_stopping=True leaves no training sample"):
        split(windows, fraction)


# Classifiers: unrelated sequences are split by class, windows of one series in time.
TINY = {"max_epochs": 200, "learning_rate": 0.02, "early_stopping": True, "random_state": 0}


def sorted_by_class(rng, n_classes=20, of_each=6):
    y = np.repeat(np.arange(n_classes), of_each)
    return np.eye(n_classes)[y][:, np.newaxis] + rng.normal(size=(len(y), 5, n_classes)) / 9, y


def test_sequences_sorted_by_class_are_all_learned(rng):
    X, y = sorted_by_class(rng)
    assert GRUClassifier(**TINY).fit(X, y).score(X, y) == 1.0
    names = np.array([f"class {number:02}" for number in y])
    assert GRUClassifier(**TINY).fit(X, names).score(X, names) == 1.0


def test_tokens_sorted_by_class_are_all_learned(rng):
    y = np.repeat(np.arange(10), 6)
    X = np.repeat(y[:, np.newaxis] + 2, 5, axis=1)  # neighbours look like windows of one series
    assert GRUClassifier(embedding_dim=4, **TINY).fit(X, y).score(X, y) == 1.0


def test_the_newest_of_each_class_validate():
    targets = np.array([0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 2, 1])
    training, validation = newest_of_each_class(targets, 0.25)
    np.testing.assert_array_equal(validation, [8, 9, 11])  # a class of one sample is kept
    np.testing.assert_array_equal(np.union1d(training, validation), np.arange(12))
    with pytest.raises(ValueError, match="can hold out no sample: each of the 4 classes"):
        newest_of_each_class(np.arange(4), 0.5)


@pytest.mark.parametrize("n_classes", [2, 3, 11])
@pytest.mark.parametrize("fraction", [0.01, 0.1, 0.5, 0.9])
def test_classes_are_held_out_in_proportion(n_classes, fraction, rng):
    targets = rng.integers(n_classes, size=300)
    training, validation = newest_of_each_class(targets, fraction)
    assert len(validation) == max(1, round(fraction * 300))
    shares = np.bincount(targets[validation], minlength=n_classes) / np.bincount(targets)
    np.testing.assert_allclose(shares, fraction, atol=n_classes / 100)
    assert set(targets[training]) == set(range(n_classes))


@pytest.mark.parametrize("lookback", [2, 7, 30])
@pytest.mark.parametrize("kind", ["view", "copy", "scaled", "of later rows"])
def test_windows_of_one_series_are_known(lookback, kind):
    windows = SequenceWindower(lookback).fit_transform(SERIES)
    if kind == "scaled":
        windows = WindowScaler("standard").fit_transform(windows)
    windows = {"copy": windows.copy(), "of later rows": windows[40:].copy()}.get(kind, windows)
    assert of_one_series(WindowSet.from_array(windows))


@pytest.mark.parametrize("values", [2, 3, 1000])
def test_sequences_of_few_values_are_no_series(values, rng):
    sequences = rng.integers(values, size=(200, 12, 1)).astype(float)
    assert not of_one_series(WindowSet.from_array(sequences))
    sequences[rng.random((200, 12, 1)) < 0.1] = np.nan
    assert not of_one_series(WindowSet.from_array(sequences))
    shuffled = rng.permutation(SequenceWindower(6).fit_transform(SERIES))
    assert not of_one_series(WindowSet.from_array(shuffled))


@pytest.mark.parametrize("lookback", [1, 5])
def test_a_class_in_the_newest_block_alone_is_warned_of(lookback):
    windows = SequenceWindower(lookback).fit_transform(SERIES)
    y = np.where(np.arange(100) < 50, "early", "later")
    y[95:] = "late"
    model = GRUClassifier(**TINY | {"max_epochs": 1})
    with pytest.warns(UserWarning, match=r"the classes \['late'\] occur .* never learned. Give X_"):
        model.fit(windows, y)
    y[:3] = "late"
    model.fit(windows, y)
