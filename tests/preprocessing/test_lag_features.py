"""`LagFeatures` are those of pandas: shift, rolling and groupby."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from sklstm import Forecaster, LagFeatures, SequenceWindower, forecast_pairs

RNG = np.random.default_rng(0)
DAYS = pd.date_range("2025-01-01", periods=60, name="day")
FRAME = pd.DataFrame({"a": RNG.normal(size=60).cumsum(), "b": RNG.normal(size=60)}, DAYS)
ROLLING = {"mean": [3, 7], "std": 4, "min": [2], "max": 5, "median": [1, 6]}
PANEL = pd.concat(
    {("x", 1): FRAME, ("x", 2): 2 * FRAME[:25], ("y", 1): FRAME[7:] - 3}, names=["store", "item"]
)


def of_pandas(frame, lags, rolling, by=None):
    """The columns that pandas gives."""

    def each(compute):
        if by is None:
            return compute(frame)
        return frame.groupby(by, group_keys=False)[list(frame)].apply(compute).loc[frame.index]

    parts = [each(lambda f, k=k: f.shift(k)).add_suffix(f"_lag_{k}") for k in lags]
    for name, sizes in rolling.items():
        for size in [sizes] if isinstance(sizes, int) else sizes:
            found = each(lambda f, n=name, s=size: getattr(f.rolling(s), n)())
            parts.append(found.add_suffix(f"_rolling_{name}_{size}"))
    return pd.concat([frame, *parts], axis=1)


def assert_equal(found, expected):
    pd.testing.assert_frame_equal(found, expected, rtol=1e-10, check_freq=False)


@pytest.mark.filterwarnings("ignore:lags=.* reach back beyond all")
@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    lags=st.lists(st.integers(0, 30), unique=True, max_size=4),
    end=st.integers(1, 60),
    split=st.integers(1, 59),
    seed=st.integers(0, 9),
)
def test_columns_are_those_of_pandas_and_go_on(lags, end, split, seed):
    frame = FRAME[:end].mask(np.random.default_rng(seed).random((end, 2)) < 0.1 * (seed % 2))
    features = LagFeatures(lags, rolling=ROLLING)
    expected = of_pandas(frame, lags, ROLLING)
    assert_equal(features.fit_transform(frame), expected)
    assert list(features.get_feature_names_out()) == list(expected)
    if split < end:
        assert_equal(features.fit(frame[:split]).transform(frame[split:]), expected[split:])


def test_a_panel_with_keys_of_two_columns():
    features = LagFeatures([1, 7], rolling=ROLLING, by=["store", "item"])
    expected = of_pandas(PANEL, [1, 7], ROLLING, by=["store", "item"])
    assert_equal(features.fit_transform(PANEL), expected)
    day = PANEL.index.get_level_values("day")
    older, newer = PANEL[day <= DAYS[40]], PANEL[day > DAYS[40]]
    assert_equal(features.fit(older).transform(newer), expected.loc[newer.index])
    by_time = PANEL.reset_index(["store", "item"]).sort_values("day", kind="stable")
    found = features.fit_transform(by_time)
    names = ["store", "item", *expected]
    assert list(found) == list(features.get_feature_names_out()) == names
    found = found.set_index(["store", "item"], append=True).reorder_levels([1, 2, 0])
    assert_equal(found.loc[PANEL.index], expected)
    alone = features.set_params(passthrough=False, columns=["b"]).fit_transform(by_time)
    assert list(alone) == list(features.get_feature_names_out()) == list(expected)[3::2]


@pytest.mark.parametrize("passthrough", [True, False])
def test_arrays_frames_and_set_output_agree(passthrough):
    options = {"rolling": {"mean": 7}, "columns": [1], "passthrough": passthrough}
    expected = LagFeatures([0, 7], **options | {"columns": ["b"]}).fit_transform(FRAME)
    of_array = LagFeatures([0, 7], **options)
    found = of_array.fit_transform(FRAME.to_numpy())
    np.testing.assert_array_equal(found, expected)
    names = ["x0", "x1"] * passthrough + ["x1_lag_0", "x1_lag_7", "x1_rolling_mean_7"]
    assert list(of_array.get_feature_names_out()) == names
    as_pandas = LagFeatures([0, 7], **options).set_output(transform="pandas").fit_transform(FRAME)
    assert_equal(as_pandas, expected)
    of_polars = LagFeatures([0, 7], **options).fit_transform(pl.from_pandas(FRAME))
    assert isinstance(of_polars, pl.DataFrame)
    assert of_polars.columns == list(expected)
    np.testing.assert_array_equal(of_polars.to_numpy(), expected)
    single = LagFeatures([0, 7], **options).fit_transform(FRAME.to_numpy(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, rtol=1e-5, atol=1e-5)


def test_lags_count_time_across_absent_rows():
    hole = FRAME.drop(DAYS[20:25])
    expected = of_pandas(hole.asfreq("D"), [7, 14], {"mean": 3}).loc[hole.index]
    assert_equal(LagFeatures([7, 14], rolling={"mean": 3}).fit_transform(hole), expected)
    of_edge = of_pandas(hole.asfreq("D").ffill(), [7, 14], {"mean": 3}).loc[hole.index]
    found = LagFeatures([7, 14], rolling={"mean": 3}, pad="edge").fit_transform(hole)
    assert_equal(found[14:], of_edge[14:])
    assert (found["a_lag_14"][:14] == FRAME["a"].iloc[0]).all()
    trading = FRAME[["a"]].set_axis(pd.bdate_range("2025-01-01", periods=61).delete(30), axis=0)
    counted = LagFeatures([7]).fit_transform(trading)["a_lag_7"]
    np.testing.assert_array_equal(counted, trading["a"].shift(7))


def test_lags_ahead_are_counted_from_the_row_that_is_predicted():
    X, y = forecast_pairs(FRAME[["a"]], horizon=3)
    found = LagFeatures([3, 7], ahead=3, passthrough=False).fit_transform(X)
    of_targets = FRAME["a"].shift([3, 7]).shift(-3).loc[X.index]
    np.testing.assert_array_equal(found, of_targets)
    assert list(found) == ["a_lag_3", "a_lag_7"]


def test_windows_have_the_columns_of_their_newest_row():
    features = LagFeatures([1, 9], rolling=ROLLING)
    expected = features.fit_transform(FRAME)[10:]
    windower = SequenceWindower(10)
    np.testing.assert_array_equal(
        features.fit_transform(windower.fit_transform(FRAME))[10:], expected
    )
    flat = windower.set_output(transform="pandas").fit_transform(FRAME)
    for transformer in (features, features.set_output(transform="pandas")):
        assert_equal(transformer.fit_transform(flat)[10:], expected)
    panel = SequenceWindower(10, by=["store", "item"]).fit_transform(PANEL)
    by = LagFeatures([1, 9], rolling=ROLLING, by=["store", "item"]).fit_transform(PANEL)
    np.testing.assert_array_equal(LagFeatures([1, 9], rolling=ROLLING).fit_transform(panel), by)


def test_a_week_ago_is_learned_by_any_regressor():
    week = pd.DataFrame({"sold": np.tile([5.0, 6, 7, 8, 9, 20, 25], 12)})
    X, y = forecast_pairs(week, horizon=1)
    features = LagFeatures([2, 7], ahead=1, pad="edge", passthrough=False)
    model = make_pipeline(features, Ridge(1e-9)).fit(X[:60], y[:60])
    assert model.score(X[60:], y[60:]) > 0.97  # the first week is padded
    search = GridSearchCV(model, {"lagfeatures__lags": [[2], [2, 7]]}, cv=TimeSeriesSplit(3))
    assert search.fit(X, y).best_params_ == {"lagfeatures__lags": [2, 7]}
    boosting = HistGradientBoostingRegressor(min_samples_leaf=3)
    trees = make_pipeline(LagFeatures([7], ahead=1), boosting)
    error = np.abs(trees.fit(X[:60], y[:60]).predict(X[60:]) - y[60:])
    assert error.mean() < 1.5  # of values from 5 to 25, and with NaN among the first


@pytest.mark.parametrize("strategy", ["recursive", "direct"])
def test_a_forecaster_takes_lags_out_of_its_windows(strategy):
    sold = pd.DataFrame({"sold": np.tile([5.0, 6, 7, 8, 9, 20, 25], 12)}, DAYS[:1].append(
        pd.date_range("2025-01-02", periods=83)))  # fmt: skip
    lags = make_pipeline(LagFeatures([7, 14], ahead=1, passthrough=False), Ridge(1e-9))
    options = {"lookback": 14, "horizon": 1, "scaling": None, "calibration_size": None}
    if strategy == "direct":
        options |= {"horizon": 7}
        lags = make_pipeline(LagFeatures([*range(7)], passthrough=False), Ridge(1e-9))
    forecaster = Forecaster(lags, strategy=strategy, **options).fit(sold)
    np.testing.assert_allclose(forecaster.forecast(7)["prediction"], sold["sold"][:7], atol=1e-6)


def test_files_and_equal_values():
    fitted = LagFeatures([*range(1, 8)], rolling={"std": 28}).fit(FRAME[:40])
    again = pickle.loads(pickle.dumps(fitted))
    assert_equal(again.transform(FRAME[40:]), fitted.transform(FRAME[40:]))
    level = pd.DataFrame({"a": np.full(40, 0.1) * 1e9})
    found = LagFeatures(rolling={"mean": 7, "std": 7}).fit_transform(level).iloc[10:]
    assert (found["a_rolling_mean_7"] == level["a"][0]).all()
    assert (found["a_rolling_std_7"] == 0).all()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"lags": 7}, "'lags' parameter of LagFeatures must be an instance of 'list'"),
        ({"lags": [1, -7]}, "a negative lag would be a later row"),
        ({"lags": [1.5]}, "distinct whole numbers from 0 on"),
        ({"lags": [7, 7]}, "distinct whole numbers from 0 on"),
        ({"lags": [1, 7], "ahead": 3}, "lags has 1, counted from ahead=3 .* lags of 3 or more"),
        ({"rolling": {"avg": 7}}, r"rolling has 'avg'; it takes any of \['mean', 'std'"),
        ({"rolling": {"std": 1}}, r"rolling\['std'\]=1 is not possible: .* at least 2"),
        ({"rolling": {"mean": [7, 7]}}, "a list of distinct ones"),
        ({"rolling": {"mean": "7"}}, r"rolling\['mean'\]='7' is not possible"),
        ({"columns": ["c"]}, r"'c' in columns is unknown: the features of X are \['a', 'b'\]"),
        ({"rolling": {"mean": None}}, r"rolling\['mean'\]=None is not possible"),
        ({"rolling": {"mean": True}}, r"rolling\['mean'\]=True is not possible"),
        ({"lags": [True]}, "distinct whole numbers from 0 on"),
        ({"columns": [2]}, "2 in columns is out of range: X has 2 features"),
        ({"columns": [True, False]}, "has True: it takes names and numbers of columns"),
        ({"columns": ["a", 0]}, "has a column twice, 0: it takes distinct ones"),
        ({"lags": [], "passthrough": False}, "leave no column with passthrough=False: name a lag"),
        ({"pad": "zero"}, "'pad' parameter of LagFeatures must be a str among"),
    ],
)
def test_what_is_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        LagFeatures(**parameters).fit(FRAME)


def test_columns_named_by_numbers_are_those_of_arrays():
    numbered = FRAME.set_axis([0, 1], axis=1)
    features = LagFeatures(pad="edge").fit(numbered)
    names = ["x0", "x1", "x0_lag_1", "x1_lag_1"]
    assert list(features.transform(numbered)) == list(features.get_feature_names_out()) == names
    make_pipeline(features, Ridge()).fit(numbered, FRAME["a"])
    panel = PANEL.set_axis([0, 1], axis=1)
    assert list(LagFeatures(by=["store", "item"]).fit_transform(panel)) == names


def test_no_two_columns_have_one_name():
    twice = FRAME.set_axis(["a", "a_lag_1"], axis=1)
    with pytest.raises(ValueError, match="X has a column 'a_lag_1' already, as a lag"):
        LagFeatures().fit(twice)
    expected = ["a_lag_1", "a_lag_1_lag_1"]
    assert list(LagFeatures(passthrough=False).fit_transform(twice)) == expected


@pytest.mark.parametrize("pad", ["missing", "edge"])
def test_rows_without_those_before_are_told(pad):
    features = LagFeatures([1, 5], pad=pad).fit(FRAME[:40])
    with pytest.warns(UserWarning, match="X has 5 rows, from 2025-02-13 .* reach back to 5 rows"):
        features.transform(FRAME[43:48])
    features.transform(FRAME[43:49])  # the last row has all lags
    features.transform(FRAME[43:49].drop(DAYS[45]))
    features.transform(FRAME[40:41])
    features.set_params(context="never").transform(FRAME[43:44])
    of_arrays = LagFeatures([1, 5], pad=pad).fit(FRAME[:40].to_numpy())
    with pytest.warns(UserWarning, match="X has 1 rows, from 0 on, that do not continue"):
        of_arrays.transform(FRAME[40:41].to_numpy())
    panel = LagFeatures(by=["store", "item"], pad=pad).fit(PANEL.loc["x":"x"])
    panel.transform(PANEL.loc["y":"y"][:1])  # a new series
    with pytest.warns(UserWarning, match=r"X has 1 rows of series \('x', 2\)"):
        panel.transform(PANEL.loc[[("x", 2, DAYS[3])]])


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_deviations_of_very_small_and_very_large_values(scale):
    found = LagFeatures([], rolling={"std": 4}, passthrough=False).fit_transform(scale * FRAME)
    expected = FRAME.rolling(4).std()
    np.testing.assert_allclose(found / scale, expected, rtol=1e-10)


def test_windows_that_are_too_short_are_refused():
    windows = SequenceWindower(7).fit_transform(FRAME)
    with pytest.raises(ValueError, match="reach back over 8 rows, and X is windows of 7"):
        LagFeatures([7]).fit(windows)
    with pytest.raises(ValueError, match="reach back over 9 rows"):
        LagFeatures(rolling={"max": 9}).fit(windows)
    with pytest.raises(ValueError, match="by='name' is for a series"):
        LagFeatures(by="name").fit(windows)
    with pytest.raises(ValueError, match="lags=.* was .* in fit"):
        LagFeatures([1]).fit(FRAME).set_params(lags=[2]).transform(FRAME)
    features = LagFeatures([1]).fit(FRAME)
    features.lags.append(2)
    with pytest.raises(ValueError, match=r"lags=\[1, 2\] was \[1\] in fit"):
        features.transform(FRAME)
    features = LagFeatures([1], rolling={"mean": [2]}).fit(FRAME)
    features.rolling["mean"].append(3)
    with pytest.raises(ValueError, match=r"rolling=.* was {'mean': \[2\]} in fit"):
        features.transform(FRAME)


def test_lags_that_no_row_has_are_told():
    with pytest.warns(UserWarning, match=r"lags=\[60, 364\] .* all 60 rows of the longest series"):
        LagFeatures([1, 60, 364], by=["store", "item"]).fit_transform(PANEL)
    found = LagFeatures([59]).fit_transform(FRAME)  # of the last row alone
    assert found["a_lag_59"].notna().sum() == 1
