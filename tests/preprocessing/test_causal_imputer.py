"""`CausalImputer` against pandas and by hand: causal, never across series, with its contract."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from sklstm import CausalImputer, GRURegressor, SequenceWindower
from sklstm.testing import check_sequence_estimator

NAN = np.nan
DAYS = pd.date_range("2024-01-01", periods=40, name="day")
ORDER_OF_ROWS = {
    "check_methods_subset_invariance": "a filled value depends on the rows before",
    "check_methods_sample_order_invariance": "rows are in the order of time",
}


@pytest.fixture
def frame(rng):
    values = rng.normal(10, 1, size=(40, 2)).cumsum(axis=0)
    values[rng.uniform(size=values.shape) < 0.3] = NAN
    values[:2, 0] = NAN
    values[20] = NAN
    values[2:4] = [[1.0, 2.0], [3.0, NAN]]
    return pd.DataFrame(values, index=DAYS, columns=["a", "b"])


def by_pandas(frame, limit=None):
    """Return what is expected, in pandas' words."""
    filled = frame.ffill(limit=limit).fillna(frame.median())
    filled[frame.isna().all(axis=1)] = NAN
    return filled


@pytest.mark.parametrize("limit", [None, 1, 2])
def test_forward_is_that_of_pandas(frame, limit):
    found = CausalImputer(limit=limit).fit_transform(frame)
    pd.testing.assert_frame_equal(found, by_pandas(frame, limit))
    np.testing.assert_array_equal(
        CausalImputer(limit=limit).fit_transform(frame.to_numpy()), by_pandas(frame, limit)
    )


def test_rows_that_go_on_know_the_last_values(frame):
    for end in (5, 20, 21, 33):
        imputer = CausalImputer(limit=3).fit(frame[:end])
        expected = frame.ffill(limit=3).fillna(frame[:end].median())[end:]
        expected[frame[end:].isna().all(axis=1)] = NAN
        pd.testing.assert_frame_equal(imputer.transform(frame[end:]), expected)
    later = frame[end + 1 :]
    expected = later.ffill(limit=3).fillna(frame[:end].median())
    expected[later.isna().all(axis=1)] = NAN
    pd.testing.assert_frame_equal(imputer.transform(later), expected)


def test_steps_are_those_of_the_index():
    hours = pd.date_range("2024-01-01", periods=20, freq="h")
    frame = pd.DataFrame({"a": 1.0 + np.arange(20.0), "b": 0.0}, index=hours)
    frame.loc[hours[[6, 15]], "a"] = NAN
    cut = frame.drop(hours[10:15])  # hour 15 follows on hour 9
    found = CausalImputer(limit=5).fit_transform(cut)["a"]
    assert found[hours[6]] == 6.0
    assert found[hours[15]] == cut["a"].median()  # six steps ago
    assert CausalImputer(limit=6).fit_transform(cut)["a"][hours[15]] == 10.0


@pytest.mark.parametrize("rate", [0.0, 0.5])
def test_decay_by_hand(rate):
    x = np.array([[NAN, 1.0], [4.0, 1.0], [NAN, 2.0], [NAN, 3.0], [NAN, NAN], [NAN, 3.0]])
    imputer = CausalImputer("decay", decay_rate=rate)
    found = imputer.fit_transform(np.vstack([x, [[0.0, 1.0]]]))
    mean = 2.0  # of 4 and 0
    shares = np.exp(-rate * np.array([1, 2, 4]))
    expected = [mean, 4.0, *(mean + shares[:2] * 2), NAN, mean + shares[2] * 2, 0.0]
    np.testing.assert_allclose(found[:, 0], expected)


def test_the_rate_of_decay_is_that_of_an_autoregressive_process(rng):
    noise, x = rng.normal(size=(20_000, 2)), np.zeros((20_000, 2))
    for t in range(1, len(x)):
        x[t] = [0.8, -0.5] * x[t - 1] + noise[t]
    hidden = x.copy()
    hidden[rng.uniform(size=len(x)) < 0.2, 0] = NAN
    imputer = CausalImputer("decay").fit(hidden)
    assert np.exp(-imputer.decay_rate_[0]) == pytest.approx(0.8, abs=0.02)
    assert imputer.decay_rate_[1] == np.inf  # no memory: the mean
    # That forecast is better than the last value, and than the mean.
    gap = np.flatnonzero(np.isnan(hidden[:, 0]))
    filled = {
        name: CausalImputer(name).fit_transform(hidden)[gap, 0] for name in ("decay", "forward")
    }
    error = {name: np.mean((values - x[gap, 0]) ** 2) for name, values in filled.items()}
    assert error["decay"] < 0.97 * min(error["forward"], x[:, 0].var())


def test_indicators(frame):
    imputer = CausalImputer(add_indicator=True)
    found = imputer.fit_transform(frame)
    assert list(found) == ["a", "b", "missingindicator_a", "missingindicator_b"]
    assert list(imputer.get_feature_names_out()) == list(found)
    pd.testing.assert_frame_equal(found[["a", "b"]], by_pandas(frame))
    expected = frame.isna().astype(float)
    expected[frame.isna().all(axis=1)] = NAN
    np.testing.assert_array_equal(found.iloc[:, 2:], expected)
    of_array = CausalImputer(add_indicator=True).fit_transform(frame.to_numpy())
    np.testing.assert_array_equal(of_array, found)
    of_polars = CausalImputer(add_indicator=True).fit_transform(pl.from_pandas(frame))
    assert of_polars.columns == list(found)
    np.testing.assert_array_equal(of_polars.to_numpy(), found)
    wrapped = clone(imputer).set_output(transform="pandas").fit_transform(frame.to_numpy())
    assert list(wrapped) == ["x0", "x1", "missingindicator_x0", "missingindicator_x1"]
    np.testing.assert_array_equal(wrapped, found)


def elapsed_by_hand(frame):
    """Return the steps since the last observed value of each column, row by row."""
    found = np.zeros(frame.shape)
    for column in range(frame.shape[1]):
        since = -1
        for row, value in enumerate(frame.to_numpy()[:, column]):
            since = 0 if np.isfinite(value) else since + 1
            found[row, column] = since
    found[frame.isna().all(axis=1)] = NAN
    return found


def test_elapsed_steps(frame):
    imputer = CausalImputer("decay", add_indicator=True, add_elapsed=True)
    found = imputer.fit_transform(frame)
    names = ["a", "b", "missingindicator_a", "missingindicator_b", "elapsed_a", "elapsed_b"]
    assert list(found) == list(imputer.get_feature_names_out()) == names
    np.testing.assert_array_equal(found.iloc[:, 4:], elapsed_by_hand(frame))
    alone = CausalImputer(add_elapsed=True).fit_transform(pl.from_pandas(frame))
    assert alone.columns == ["a", "b", "elapsed_a", "elapsed_b"]
    np.testing.assert_array_equal(alone[:, 2:].to_numpy(), elapsed_by_hand(frame))
    for end in (5, 21, 33):
        found = CausalImputer(add_elapsed=True).fit(frame[:end]).transform(frame[end:])
        np.testing.assert_array_equal(found.iloc[:, 2:], elapsed_by_hand(frame)[end:])


def test_elapsed_steps_are_those_of_the_index_and_of_each_series(frame):
    cut = frame.drop(DAYS[10:15])
    found = CausalImputer(add_elapsed=True).fit_transform(cut)
    holes = frame.copy()
    holes.iloc[10:15] = NAN
    expected = elapsed_by_hand(holes)[[*range(10), *range(15, 40)]]
    np.testing.assert_array_equal(found.iloc[:, 2:], expected)
    panel = pd.concat({"x": frame, "y": frame[::-1].set_axis(DAYS)}, names=["name", "day"])
    both = CausalImputer(add_elapsed=True, by="name").fit_transform(panel)
    for name in ("x", "y"):
        expected = elapsed_by_hand(panel.loc[name])
        np.testing.assert_array_equal(both.loc[name].iloc[:, 2:], expected)


def test_two_new_rows_with_a_hole_between_them_are_told_by_the_fitted_frequency(frame):
    imputer = CausalImputer(add_elapsed=True, limit=2).fit(frame[:20].fillna(1.0))
    new = pd.DataFrame({"a": [1.0, NAN], "b": [2.0, 3.0]}, DAYS[[20, 24]])
    found = imputer.transform(new)
    assert found["elapsed_a"].tolist() == [0.0, 4.0]
    assert found["a"].iloc[1] == imputer.statistics_[0]  # the value is further away than the limit


def test_decayed_values_mask_and_intervals_help_a_network(rng):
    # The value of a sensor that is read now and then says less, the older it is.
    walk = np.zeros(1200)
    for t in range(1, len(walk)):
        walk[t] = 0.9 * walk[t - 1] + rng.normal()
    read = np.where(rng.uniform(size=1200) < 0.25, walk, NAN)
    X = pd.DataFrame({"read": read, "other": rng.normal(size=1200)})
    y = np.append(walk[1:], NAN)
    errors = {}
    for name, imputer in {
        "forward": CausalImputer(),
        "decay": CausalImputer("decay", decay_rate=-np.log(0.9), add_elapsed=True),
    }.items():
        model = make_pipeline(imputer, SequenceWindower(3), GRURegressor(4, random_state=0))
        model.fit(X[:900], y[:900])
        errors[name] = np.mean((model.predict(X[900:-1]) - y[900:-1]) ** 2)
    assert errors["decay"] < errors["forward"]


def by_a_loop(series, before, statistics, rate, limit):
    """Return one series filled and the steps since each last value, step by step."""
    filled, elapsed = series.copy(), np.zeros(series.shape)
    for column, values in enumerate(np.concatenate([before, series]).T):
        last, when = NAN, 0
        for step, value in enumerate(values):
            if not np.isnan(value):
                last, when = value, step
            row, since = step - len(before), step - when
            if row < 0:
                continue
            known = not np.isnan(last) and (limit is None or since <= limit)
            instead = statistics[column]
            if known:
                instead += np.exp(-rate * since) * (last - instead)
            elapsed[row, column] = since
            filled[row, column] = instead if np.isnan(value) else value
    missing = np.isnan(series).all(axis=1)
    filled[missing], elapsed[missing] = NAN, NAN
    return np.hstack([filled, elapsed])


@pytest.mark.parametrize("limit", [None, 2])
@pytest.mark.parametrize("strategy", ["forward", "decay"])
def test_series_of_a_panel_that_begin_with_missing_values(strategy, limit, rng):
    values = rng.normal(size=(3, 40, 2))
    values[rng.uniform(size=values.shape) < 0.4] = NAN
    values[0, :7, 0], values[1, :30, 1], values[2, :25] = NAN, NAN, NAN
    whole = pd.concat({k: pd.DataFrame(one, DAYS) for k, one in zip("abc", values, strict=True)})
    whole = whole.rename_axis(["shop", "day"]).set_axis(["x", "y"], axis=1)
    old, new = (whole[whole.index.get_level_values("day").isin(d)] for d in (DAYS[:20], DAYS[20:]))
    options = {"limit": limit, "decay_rate": 0.3, "add_elapsed": True, "by": "shop"}
    imputer = CausalImputer(strategy, **options)
    rate, mean = (0.0, np.nanmedian) if strategy == "forward" else (0.3, np.nanmean)
    statistics = mean(old.to_numpy(), axis=0)
    for found, first, end in (
        (imputer.fit_transform(old), 0, 20),
        (imputer.transform(new), 20, 40),
    ):
        for key, series in zip("abc", values, strict=True):
            expected = by_a_loop(series[first:end], series[:first], statistics, rate, limit)
            np.testing.assert_allclose(found.loc[key], expected, rtol=1e-12)


@pytest.mark.parametrize("level", [False, True])
def test_never_across_series(frame, level):
    other = frame * 100
    panel = pd.concat([frame.assign(name="A"), other.assign(name="B")]).sort_index(kind="stable")
    if level:
        panel = panel.set_index("name", append=True)
    imputer = CausalImputer(by="name", add_indicator=True)
    found = imputer.fit_transform(panel)
    median = panel[["a", "b"]].median()  # of all series
    for name, alone in {"A": frame, "B": other}.items():
        rows = found.xs(name, level="name") if level else found[found["name"] == name]
        expected = alone.ffill().fillna(median)
        expected[alone.isna().all(axis=1)] = NAN
        np.testing.assert_array_equal(rows[["a", "b"]], expected)
    names = ["a", "b"] if level else ["a", "b", "name"]
    assert list(found) == [*names, "missingindicator_a", "missingindicator_b"]
    assert list(imputer.get_feature_names_out()) == list(found)
    half = CausalImputer(by="name").fit(panel[:40])
    whole = half.transform(panel[40:])
    assert list(whole) == names
    assert whole.index.equals(panel.index[40:])


def test_a_pipeline_of_windows_and_a_network(frame):
    y = np.arange(40.0)
    network = GRURegressor(3, max_epochs=2, random_state=0)
    with pytest.raises(
        ValueError, match="only partly NaN.*CausalImputer before a SequenceWindower"
    ):
        make_pipeline(SequenceWindower(4), network).fit(frame, y)
    model = make_pipeline(CausalImputer(add_indicator=True), SequenceWindower(4), network)
    model.fit(frame[:30], y[:30])
    together = model.predict(frame)[30:]
    np.testing.assert_array_equal(model.predict(frame[30:]), together)
    assert np.isfinite(together).all()


def test_a_column_without_a_value(frame):
    with pytest.raises(ValueError, match="X has no value in column 'b'"):
        CausalImputer().fit(frame.assign(b=NAN))
    with pytest.raises(ValueError, match="X has no value in column 1"):
        CausalImputer().fit(frame.assign(b=NAN).to_numpy())


def test_parameters_changed_after_fit(frame):
    for change in ({"strategy": "decay"}, {"limit": 1}, {"add_indicator": True}):
        imputer = CausalImputer().fit(frame).set_params(**change)
        with pytest.raises(ValueError, match="was .* in fit"):
            imputer.transform(frame)


def test_contract():
    for imputer in (CausalImputer(), CausalImputer("decay", add_indicator=True)):
        results = check_estimator(imputer, expected_failed_checks=ORDER_OF_ROWS, on_skip=None)
        assert len(results) > 30
    assert check_sequence_estimator(CausalImputer())
