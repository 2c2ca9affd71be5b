"""Rows of a series, and tokens, are not read as windows without a word; windows are."""

import itertools
import tracemalloc
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sklstm import (
    GRUClassifier,
    GRURegressor,
    PersistenceRegressor,
    SequenceWindower,
    SMARegressor,
    WindowScaledRegressor,
    forecast_pairs,
)
from sklstm import TextSequencer as Sequencer
from sklstm.data._likely_mistakes import warn_of_likely_mistakes

DAYS = pd.date_range("2025-01-01", periods=8, freq="D")
SERIES = pd.DataFrame({"price": np.arange(8.0), "volume": np.ones(8)}, index=DAYS)
TEXTS = ["a joy to see", "a bore", "not a joy", "see it"] * 2
LABELS = [1, 0, 1, 0] * 2
NET, CLASSES = GRURegressor(2, max_epochs=1), GRUClassifier(2, max_epochs=1)
WALK = np.random.default_rng(0).normal(size=(60, 2)).cumsum(axis=0)
PANEL = pd.concat({"a": SERIES[:4], "b": SERIES[:4]}, names=["share", "day"])


@pytest.mark.parametrize("frame", [SERIES, SERIES[["price"]], SERIES.to_period(), PANEL])
@pytest.mark.parametrize("estimator", [NET, PersistenceRegressor()])
def test_rows_of_a_series_need_a_windower(frame, estimator):
    with pytest.warns(UserWarning, match=r"\['price'.*put a SequenceWindower before"):
        estimator.fit(frame, np.arange(8.0))


def test_tokens_need_an_embedding():
    for sequencer in (
        Sequencer(),
        Sequencer(pad="post"),
        Sequencer().set_output(transform="pandas"),
    ):
        with pytest.warns(UserWarning, match="tokens, whole numbers up to 8 .*embedding_dim=32"):
            make_pipeline(sequencer, CLASSES).fit(TEXTS, LABELS)


@pytest.mark.parametrize(
    "X",
    [
        SERIES.reset_index(drop=True),
        SERIES.set_axis(["lag_2", "lag_1"], axis=1),
        SequenceWindower(3).set_output(transform="pandas").fit_transform(SERIES),
        SERIES.to_numpy(),
        np.array([[0, 3, 0, 2], [1, 4, 5, 1]] * 4),  # counts: zeros in between
        np.array([[0, 3, 1, 90], [0, 40, 5, 1]] * 4),  # gaps
        np.arange(32).reshape(8, 4),  # numbers of rows
        np.cumsum([[0, 0, 1, 1, 2], [0, 1, 1, 1, 1]] * 4, axis=1),  # running totals
        Sequencer().fit_transform(TEXTS).astype(float),
    ],
)
def test_other_windows_pass_in_silence(X):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        CLASSES.fit(X, LABELS)
    assert [str(one.message) for one in told] == []


def test_steps_in_the_place_of_features_are_told():
    cases = np.cumsum(np.ones((8, 1, 40)), axis=2)  # n_cases, n_channels, n_timepoints
    with pytest.warns(UserWarning, match=r"single step with 40 features.*transpose\(0, 2, 1\)"):
        CLASSES.fit(cases, LABELS)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        CLASSES.fit(cases.transpose(0, 2, 1), LABELS)
        CLASSES.fit(cases[:, :, :30], LABELS)  # one step of many columns
        PersistenceRegressor().fit(cases, LABELS)
        CLASSES.fit(np.tile(cases[:, :, :30], (1, 4, 1)), LABELS)
    assert [str(one.message) for one in told] == []


def smooth(rng, *shape):
    """Return series along the last axis that change slowly, of variance one."""
    noise = rng.normal(size=(*shape[:-1], shape[-1] + 20))
    rows = np.lib.stride_tricks.sliding_window_view(noise, 20, axis=-1).mean(axis=-1)
    return rows[..., : shape[-1]] * np.sqrt(20)


def test_channels_in_the_place_of_steps_are_told(rng):
    words = r"3 steps with 200 features, which follow each other smoothly.*transpose\(0, 2, 1\)"
    gravity, amplitude = np.array([[9.8], [0], [0]]), np.array([[1], [5], [1]])
    for cases in (smooth(rng, 8, 3, 200) + gravity, smooth(rng, 8, 3, 200) * amplitude):
        with pytest.warns(UserWarning, match=words):
            CLASSES.fit(cases, LABELS)
        cases[1, 2] = np.nan  # a channel that is missing
        with pytest.warns(UserWarning, match=words):
            CLASSES.fit(cases, LABELS)


def test_many_features_of_few_steps_pass_in_silence(rng):
    day = 10 + 5 * np.sin(np.arange(96) / 15)
    walks = 50 + rng.normal(size=(10, 96)).cumsum(axis=0)
    spectra = 3 * smooth(rng, 8, 1, 300) + 0.1 * smooth(rng, 8, 4, 300)
    for windows in (
        day + smooth(rng, 8, 7, 96),  # days of quarters of an hour
        np.stack([walks[k : k + 3] * (1 + np.arange(96) % 5) for k in range(8)]),  # columns
        np.sort(walks, axis=1)[np.arange(8)[:, np.newaxis] + np.arange(3)],  # in their order
        (rng.random((8, 5, 64)) < 0.05).astype(float),  # categories
        spectra + np.array([0.0, 0.5, 1.0, 1.5]).reshape(4, 1),  # drifting
        rng.normal(size=(8, 3, 200)),
        smooth(rng, 8, 3, 200).transpose(0, 2, 1),
        np.zeros((8, 3, 200)),
    ):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            CLASSES.fit(windows, LABELS)
        assert [str(one.message) for one in told if "transpose" in str(one.message)] == []


def test_one_step_of_many_columns_of_a_frame_passes_in_silence():
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(8, 40))).add_prefix("sensor ")
    rows = SequenceWindower(1).fit_transform(table)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        CLASSES.fit(rows, LABELS)
    assert [str(one.message) for one in told] == []
    with pytest.warns(UserWarning, match="If these are columns, look back more than one row"):
        CLASSES.fit(rows.copy(), LABELS)  # an array, whose last axis may as well be time


def test_tokens_with_an_embedding_pass_in_silence():
    reader = make_pipeline(Sequencer(), GRUClassifier(2, embedding_dim=2, max_epochs=1))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        reader.fit(TEXTS, LABELS)
    assert [str(one.message) for one in told] == []


PAIR = pd.DataFrame({"low": np.arange(20.0), "high": 100 + np.arange(20.0)})


@pytest.mark.parametrize("horizon", [1, [1, 2]])
@pytest.mark.parametrize("output", [None, "pandas"])
@pytest.mark.parametrize(
    "model", [SMARegressor(2), PersistenceRegressor(), WindowScaledRegressor(Ridge())], ids=str
)
def test_targets_of_another_feature_are_told(model, output, horizon):
    def told(target, **asked):
        X, y = forecast_pairs(PAIR, horizon=horizon, target=target)
        windows = SequenceWindower(3, pad="edge").set_output(transform=output).fit_transform(X)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            clone(model).set_params(**asked).fit(windows, y)
        return [str(one.message) for one in told]

    (of_other,) = told("high")
    assert "later values of column 'high' of X, by its name, and target_feature=0" in of_other
    assert of_other.endswith("is column 'low': give target_feature=1.")
    (of_both,) = told(["low", "high"])
    assert "give target_feature=1, and predict one column of y at a time." in of_both
    assert told("low") == told("high", target_feature=1) == told("high", target_feature=-1) == []
    if output == "pandas":
        assert told("high", target_feature="high") == []


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler()])
@pytest.mark.parametrize("n_features", [2, 3])
def test_features_side_by_side_that_have_lost_their_names_are_told(scaler, n_features, rng):
    rows = rng.normal(size=(60, n_features)).cumsum(axis=0)
    flat = make_pipeline(SequenceWindower(6, flatten=True), scaler).fit_transform(rows)
    columns = f"moved by {n_features} columns, as in flat windows of {n_features} features; "
    for estimator in (NET, PersistenceRegressor()):
        with pytest.warns(UserWarning, match=columns):
            estimator.fit(flat[5:], rows[5:, 0])
    with pytest.warns(UserWarning, match=columns):
        NET.fit(flat, rows[:, 0])  # the first windows begin with missing steps


@pytest.mark.parametrize(
    "windows",
    [
        SequenceWindower(6, flatten=True).fit_transform(WALK[:, :1]),
        SequenceWindower(6, flatten=True).fit_transform(WALK[:, :1])[5::2],  # every other window
        SequenceWindower(6).fit_transform(WALK),
        SequenceWindower(6).set_output(transform="pandas").fit_transform(pd.DataFrame(WALK)),
        WALK[:54].reshape(18, 6),  # one behind the other
        WALK[:54].reshape(18, 6) * 1e306,
        np.repeat(WALK[:54].reshape(18, 6), 2, axis=0),
        np.zeros((20, 6)),
    ],
)
def test_windows_of_one_feature_move_in_silence(windows):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        PersistenceRegressor().fit(windows, np.arange(len(windows)))
    assert told == []


def autoregression(rng, weight, n_features):
    """Return a series in which each row is the one before times `weight`, and noise."""
    rows = rng.normal(size=(300, n_features))
    for before, row in itertools.pairwise(rows):
        row += weight * before
    return rows


def told_of_flat(rows, lookback, stride=1):
    """Return whether scaled flat windows of `rows`, every `stride`-th, are told to be flat."""
    flat = SequenceWindower(lookback, flatten=True).fit_transform(rows)[lookback - 1 :: stride]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        PersistenceRegressor().fit(StandardScaler().fit_transform(flat), np.arange(len(flat)))
    return any("flat windows" in str(one.message) for one in told)


@pytest.mark.parametrize(("lookback", "stride"), [(28, 7), (6, 2), (6, 3)])
def test_some_windows_of_one_feature_without_memory_pass_in_silence(lookback, stride):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        noise = rng.normal(size=(300, 1))
        for rows in (
            noise,
            noise + 0.02 * np.arange(300.0).reshape(-1, 1),  # of one trend, at all steps
            rng.integers(1, 500, size=(300, 1)).astype(float),  # tokens
            autoregression(rng, -0.9, 1),
        ):
            assert not told_of_flat(rows, lookback, stride)


@pytest.mark.parametrize("lookback", [6, 28])
def test_features_side_by_side_are_told_of_series_with_memory(lookback):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        price, trend = rng.normal(size=(300, 1)).cumsum(axis=0), 0.05 * np.arange(300.0)
        volume = autoregression(rng, 0.9, 1)
        for rows in (
            np.hstack([price, volume]),
            np.hstack([price, volume]) + trend.reshape(-1, 1),
            autoregression(rng, 0.9, 2),
            autoregression(rng, 0.9, 3),
        ):
            assert told_of_flat(rows, lookback)


def test_one_feature_of_named_flat_windows_is_not_told_as_flat(rng):
    rows = rng.normal(size=(60, 4)).cumsum(axis=0).reshape(120, 2)  # by turns of two walks each
    windower = SequenceWindower(6, flatten=True).set_output(transform="pandas")
    flat = windower.fit_transform(pd.DataFrame(rows, columns=["a", "b"]))[5::2]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        PersistenceRegressor().fit(flat, np.arange(len(flat)))
    assert told == []


def test_windows_of_many_columns_are_looked_at_within_bounds(rng):
    windows = np.lib.stride_tricks.sliding_window_view(rng.normal(size=20_000), 16_000)
    tracemalloc.start()
    warn_of_likely_mistakes(PersistenceRegressor(), windows, windows[:, :, np.newaxis])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6
