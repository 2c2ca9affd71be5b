"""Series that are short, late, ended or new, and forecasts from any rows."""

import contextlib
import pickle
import threading
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm import (
    Forecaster,
    LSTMRegressor,
    PanelTimeSeriesSplit,
    SeasonalAdjuster,
    SeasonalDifferencer,
)
from sklstm.model_selection import forecast_scorer

DAYS = pd.date_range("2024-01-01", periods=90, name="day")
RNG = np.random.default_rng(3)


def rows(first, end, base):
    values = base + np.sin(np.arange(first, end) / 4) + RNG.normal(scale=0.05, size=end - first)
    return pd.DataFrame({"sold": values}, index=DAYS[first:end])


PARTS = {"long": rows(0, 80, 10), "late": rows(40, 80, 20), "ended": rows(0, 50, 30)}
SHORT = {"tiny": rows(77, 80, 40), "small": rows(74, 80, 50)}


def panel(parts):
    return pd.concat(parts, names=["shop", "day"])


def forecaster(**options):
    options = {"lookback": 6, "scaling": None, "by": "shop", "calibration_size": None} | options
    return Forecaster(Ridge(1e-3), **options)


def long_fitted(**options):
    return forecaster(**options).fit(panel(PARTS))


WARNS = pytest.warns(UserWarning, match=r"2 of 5 series have fewer rows than the 7 .* 'tiny' \(3\)")


def test_short_series_are_left_out_with_one_warning_that_names_them():
    with pytest.warns(UserWarning, match="are left out of training") as caught:
        model = forecaster().fit(panel(PARTS | SHORT))
    (warning,) = caught
    assert "2 of 5 series have fewer rows than the 7" in str(warning.message)
    assert "'tiny' (3), 'small' (6)" in str(warning.message)
    alone = long_fitted()
    np.testing.assert_array_equal(model.estimator_.coef_, alone.estimator_.coef_)
    with pytest.warns(
        UserWarning, match=r"1 of 5 series cannot be forecast.*min_rows_=6: 'tiny' \(3\)"
    ):
        found = model.forecast(3)
    assert list(found.index.unique("shop")) == ["long", "late", "ended", "tiny", "small"]
    assert found.index[9] == ("tiny", DAYS[80])
    assert found.loc["tiny"].isna().all(axis=None)
    found = found.drop("tiny")
    pd.testing.assert_frame_equal(found.drop("small"), alone.forecast(3))
    # By hand: the window of the six rows, by what the others teach.
    expected = alone.estimator_.predict(SHORT["small"].to_numpy().T)
    assert found.loc["small"]["prediction"].iloc[0] == pytest.approx(expected.item())
    with pytest.raises(ValueError, match="'tiny' has 3 rows, and .* at least min_rows_=6"):
        model.forecast(3, series="tiny")
    with pytest.raises(ValueError, match="'tiny' has 3 rows, and .* at least min_rows_=6"):
        model.forecast(3, series=["tiny"])


def test_a_short_series_grows_until_it_is_forecast():
    scaler = StandardScaler()
    with WARNS:
        model = forecaster(transformer=scaler).fit(panel(PARTS | SHORT))
    model.update(panel({"tiny": rows(80, 84, 40)}))
    assert list(model.forecast(2).index.unique("shop"))[3:] == ["tiny", "small"]
    whole = model._known.histories["tiny"].values
    assert model._model.transformers["tiny"].mean_ == pytest.approx(whole.mean())
    assert model.forecast(1, series="tiny")["prediction"].between(37, 43).all()


def test_recursive_models_take_one_row_behind_a_window():
    series = pd.Series(np.arange(9.0) % 4)
    model = Forecaster(Ridge(1e-9), 8, horizon=30, scaling=None, calibration_size=None).fit(series)
    assert model.forecast().shape == (30, 1)
    with pytest.raises(ValueError, match='lookback=8 with strategy="recursive" takes at least 9'):
        model.fit(series[:8])
    with pytest.raises(ValueError, match="lookback=8 with horizon=2 takes at least 10"):
        Forecaster(Ridge(), 8, horizon=2, strategy="direct", scaling=None).fit(series)
    with pytest.raises(ValueError, match="'small', the longest of all, has 6 rows"):
        forecaster().fit(panel(SHORT))


def test_one_short_series_does_not_decide_how_long_windows_are():
    wanted = forecaster(lookback="auto", scaling="difference").fit(panel(PARTS)).lookback_
    with pytest.warns(UserWarning, match="left out of training"):
        model = forecaster(lookback="auto", scaling="difference").fit(
            panel(PARTS | {"tiny": SHORT["tiny"]})
        )
    assert model.lookback_ == wanted > 3


@pytest.mark.parametrize(
    "regressor", [Ridge(1e-3), LSTMRegressor(4, max_epochs=2, random_state=0)], ids=["all", "pads"]
)
def test_rows_that_a_transformer_leaves_missing_count(regressor):
    options = {"transformer": SeasonalDifferencer(4), "scaling": "difference"}
    alone = forecaster(**options).set_params(estimator=regressor).fit(panel(PARTS))
    fewest = alone.min_rows_
    assert fewest == 4 + (6 if isinstance(regressor, Ridge) else 1)
    one_less = {"short": PARTS["long"][: fewest - 1]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is left out of training
        model = clone(alone).fit(panel(PARTS | one_less))
    with pytest.warns(UserWarning, match=rf"min_rows_={fewest}: 'short' \({fewest - 1}\)"):
        found = model.forecast(2)
    assert list(found.dropna().index.unique("shop")) == list(PARTS)
    with pytest.raises(ValueError, match=rf"'new' has {fewest - 1} rows, .* min_rows_={fewest}"):
        alone.forecast(2, history=panel({"new": one_less["short"]}))
    enough = panel({"new": PARTS["long"][:fewest]})
    assert len(alone.forecast(2, history=enough)) == 2
    assert pickle.loads(pickle.dumps(alone)).min_rows_ == fewest
    del alone._n_lost  # as in a file of old
    assert alone.min_rows_ == fewest - 4


def test_networks_forecast_series_of_few_rows_without_a_word():
    network = LSTMRegressor(4, max_epochs=2, random_state=0)
    model = Forecaster(network, 6, by="shop", calibration_size=None).fit(panel(PARTS | SHORT))
    assert model.min_rows_ == 1
    assert len(model.forecast(2)) == 10


def test_windows_shorter_than_any_of_training_are_told():
    network = LSTMRegressor(4, max_epochs=2, random_state=0)
    model = Forecaster(network, 6, by="shop", calibration_size=None).fit(panel(PARTS))
    given = panel({"a": rows(0, 2, 50), "b": rows(0, 3, 50)})
    with pytest.warns(UserWarning, match=r"1 of 2 series have fewer .* had 3: 'a' \(2\)\. Expect"):
        assert len(model.forecast(1, history=given)) == 2
    alone = Forecaster(network, 6, calibration_size=None).fit(rows(0, 40, 50))
    with pytest.warns(UserWarning, match=r"^The series has 2 rows, fewer .* had 3\. Expect"):
        alone.forecast(1, history=rows(0, 2, 50))


def test_backtests_and_searches_score_what_can_be_scored():
    both = panel(PARTS | {"new": rows(57, 80, 5)})
    cv = PanelTimeSeriesSplit(3)
    with pytest.warns(UserWarning, match="made no forecast from"):
        found = forecaster().backtest(both, cv)
    assert np.isfinite(found.overall["mae"])
    scorer = forecast_scorer("mase")
    grid = {"lookback": [6, 12]}
    search = GridSearchCV(forecaster(), grid, cv=cv, scoring=scorer, error_score="raise")
    with pytest.warns(UserWarning, match="made no forecast from|left out of training"):
        search.fit(both)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_the_score_is_that_of_the_series_that_can_be_forecast():
    later = {key: rows(80, 85, 10) for key in PARTS}
    del later["ended"]
    model = long_fitted()
    expected = model.score(panel(later))
    with WARNS:
        other = forecaster().fit(panel(PARTS | SHORT))
    assert other.score(panel(later | {"tiny": rows(80, 85, 1), "new": rows(80, 85, 1)})) == expected


def test_a_history_of_a_new_series_is_forecast_by_the_global_model():
    model = long_fitted()
    before = pickle.dumps(model)
    new = panel({"new": rows(70, 80, 60)})
    found = model.forecast(1, history=new)
    expected = model.estimator_.predict(new[-6:].to_numpy().T)
    assert found["prediction"].to_numpy() == pytest.approx(expected)
    assert list(found.index) == [("new", DAYS[80])]
    assert pickle.dumps(model) == before
    with pytest.raises(ValueError, match="'new' has 5 rows, and .* at least min_rows_=6"):
        model.forecast(1, history=new[:5])
    with pytest.raises(ValueError, match="series 'new' is unknown"):
        model.forecast(1, series="new")


@pytest.mark.parametrize("transformer", [None, StandardScaler()], ids=["none", "scaled"])
def test_a_history_is_what_update_and_fit_would_have_known(transformer):
    model = long_fitted(transformer=transformer, calibration_size=0.3)
    later = panel({key: rows(80 if key != "ended" else 50, 85, 10) for key in PARTS})
    later = later.groupby(level="shop").head(5)
    whole = pd.concat([panel(PARTS), later]).sort_index()
    updated = pickle.loads(pickle.dumps(model)).update(later)
    for level in (None, 0.8):
        found = model.forecast(4, history=whole, level=level)
        expected = updated.forecast(4, level=level, series=list(found.index.unique("shop")))
        pd.testing.assert_frame_equal(found, expected, check_freq=False)
    one = model.forecast(4, history=whole.loc[["late"]])
    pd.testing.assert_frame_equal(one, updated.forecast(4, series=["late"]), check_freq=False)
    # A new series has a transformer of its own rows.
    new = panel({"new": rows(40, 80, 500)})
    assert model.forecast(3, history=new)["prediction"].between(450, 550).all()


@pytest.mark.parametrize("labelled", [True, False])
def test_a_history_after_a_gap_keeps_its_place_in_two_seasons(labelled):
    steps = np.arange(90)
    values = 50 + 8 * np.sin(steps * np.pi / 2) + 5 * np.sin(2 * np.pi * steps / 7)
    sold = pd.Series(values + RNG.normal(size=90), DAYS if labelled else None, name="sold")
    both = make_pipeline(SeasonalAdjuster(4), SeasonalAdjuster(7))
    model = forecaster(by=None, transformer=both).fit(sold[:60])
    for gap in (1, 5, 13):
        after_gap, whole = (model.forecast(8, history=sold[n:85]) for n in (60 + gap, 0))
        pd.testing.assert_frame_equal(after_gap, whole, check_freq=False)


def test_steps_that_a_transformer_leaves_missing_are_told():
    model = forecaster(by=None, transformer=SeasonalDifferencer(7)).fit(rows(0, 60, 5))
    with pytest.raises(ValueError, match="series has 12 rows, .* at least min_rows_=13"):
        model.forecast(2, history=rows(61, 73, 5))
    assert model.forecast(2, history=rows(61, 74, 5))["prediction"].between(3, 7).all()
    del model._n_lost  # as in a file of old
    with pytest.raises(ValueError, match="6 missing steps.*transformer leaves missing: give more"):
        model.forecast(2, history=rows(61, 68, 5))


def test_a_missing_value_makes_a_transformer_leave_no_fewer_rows():
    values = rows(0, 60, 5)
    values.iloc[3] = np.nan
    network = LSTMRegressor(2, max_epochs=1, random_state=0)
    model = forecaster(by=None, transformer=SeasonalDifferencer(7)).set_params(estimator=network)
    assert model.fit(values).min_rows_ == 8


@pytest.mark.parametrize("scaling", [None, "difference"])
def test_a_network_forecasts_from_one_row_that_a_transformer_leaves(scaling):
    network = LSTMRegressor(2, max_epochs=1, random_state=0)
    model = forecaster(by=None, transformer=SeasonalDifferencer(7), scaling=scaling)
    model.set_params(estimator=network).fit(rows(0, 60, 5))
    assert model.min_rows_ == 8
    assert len(model.forecast(2, history=rows(61, 69, 5))) == 2
    with pytest.raises(ValueError, match="has 7 rows, .* at least min_rows_=8"):
        model.forecast(2, history=rows(61, 68, 5))


@pytest.mark.parametrize("series", ["ended", ["late", "ended"]])
def test_series_that_a_history_lacks_are_not_forecast_from_the_rows_of_fit(series):
    model = long_fitted(calibration_size="auto")
    given = panel({"late": PARTS["late"][:20]})
    for method in (model.forecast, model.sample_paths):
        with pytest.raises(ValueError, match="history has no rows of series 'ended', which series"):
            method(2, history=given, series=series)
    found = model.forecast(2, history=given, series="late")
    pd.testing.assert_frame_equal(found, model.forecast(2, history=given))


def test_a_history_of_a_single_series_and_of_arrays():
    series = rows(0, 80, 10)["sold"]
    model = Forecaster(Ridge(1e-3), 6, scaling=None, calibration_size=20).fit(series[:60])
    expected = pickle.loads(pickle.dumps(model)).update(series[60:]).forecast(3, level=0.8)
    found = model.forecast(3, level=0.8, history=series)
    pd.testing.assert_frame_equal(found, expected, check_freq=False)
    with pytest.raises(ValueError, match="rows without labels"):
        model.forecast(3, history=series.to_numpy())
    arrays = Forecaster(Ridge(1e-3), 6, scaling=None).fit(series.to_numpy()[:60])
    found = arrays.forecast(3, history=series.to_numpy()[50:])
    assert list(found.index) == [30, 31, 32]
    np.testing.assert_allclose(found["prediction"], expected["prediction"])


def test_a_history_has_its_exogenous_columns():
    plan = panel({key: part.rename(columns={"sold": "promo"}) ** 2 for key, part in PARTS.items()})
    model = forecaster().fit(panel(PARTS), plan)
    new = panel({"new": rows(60, 90, 20)})
    promo = new.rename(columns={"sold": "promo"}) ** 2
    found = model.forecast(1, promo, history=new[:20], history_exog=promo[:20])
    window = np.column_stack([new[14:20], promo[15:21]]).reshape(1, -1)
    assert found["prediction"].to_numpy() == pytest.approx(model.estimator_.predict(window))
    with pytest.raises(ValueError, match="exog is missing: fit had 1 exogenous columns"):
        model.forecast(1, promo, history=new[:20])
    with pytest.raises(ValueError, match="history_exog was given without history"):
        model.forecast(1, promo, history_exog=promo)


def test_many_may_ask_at_once():
    model = long_fitted(transformer=StandardScaler())
    tables = [panel({f"shop {k}": rows(60, 80, 10 * k)}) for k in range(8)]
    expected = [model.forecast(3, history=table) for table in tables]
    found = [None] * len(tables)

    def ask(number):
        found[number] = model.forecast(3, history=tables[number])

    threads = [threading.Thread(target=ask, args=(k,)) for k in range(len(tables))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(found, expected, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_update_takes_series_that_training_did_not_have():
    model = long_fitted(transformer=StandardScaler(), calibration_size=0.3)
    new = panel({"new": rows(40, 80, 60)})
    expected = model.forecast(3, history=new, level=0.8)
    model.update(new)
    assert model.series_ == ["long", "late", "ended", "new"]
    pd.testing.assert_frame_equal(model.forecast(3, level=0.8, series=["new"]), expected)
    assert model.last_[-1] == DAYS[79]
    again = pickle.loads(pickle.dumps(model))
    again.update(panel({"new": rows(80, 82, 60)}))
    assert again.last_[-1] == DAYS[81]
    with pytest.raises(ValueError, match="'X' is unknown, and begins with 2 rows: .*at least 6"):
        model.update(panel({"X": rows(80, 82, 60)}))
    assert model.series_ == ["long", "late", "ended", "new"]


def test_names_of_another_type_are_no_new_series():
    numbered = panel({1: rows(0, 40, 1), 2: rows(0, 40, 2)})
    model = forecaster().fit(numbered)
    text = panel({"1": rows(30, 40, 1)})
    with pytest.raises(ValueError, match=r"series '1' \(str\) was 1 \(int\) in fit"):
        model.update(text)
    with pytest.raises(ValueError, match=r"series '1' \(str\) was 1 \(int\) in fit"):
        model.forecast(1, history=text)


def test_a_mistyped_name_is_no_new_series_of_one_row():
    # Windows that begin before a series does could be read from its first row on.
    network = LSTMRegressor(2, max_epochs=1, random_state=0)
    model = Forecaster(network, lookback=6, by="shop", calibration_size=None)
    model.fit(panel({"north": rows(0, 40, 50), "south": rows(0, 40, 80)}))
    assert model.min_rows_ == 1
    with pytest.raises(ValueError, match="'norht' is unknown, and begins with 1 rows"):
        model.update(panel({"norht": rows(40, 41, 50)}))
    assert len(model.update(panel({"west": rows(30, 40, 60)})).forecast(1)) == 3


@pytest.mark.parametrize("scaling", ["log_difference", "ratio", "difference"])
@pytest.mark.parametrize("known", [True, False])
def test_values_that_a_logarithm_cannot_take_are_warned_of(scaling, known):
    days = pd.date_range("2025-01-01", periods=60)
    sold = pd.DataFrame({"sold": 10.0 + np.arange(60) % 7}, index=days)
    table = pd.concat({"a": sold, "b": 2 * sold}, names=["shop"])
    model = Forecaster(Ridge(), 5, by="shop", scaling=scaling, season=None, calibration_size=None)
    model.fit(table[table.index.get_level_values(1) < days[50]])
    rows = table[table.index.get_level_values(1) >= days[50]].copy()
    rows.iloc[-2] = 0.0
    warned = pytest.warns(UserWarning, match=rf"series 'b' has 0 at 2025-02-28 .*{scaling}")
    with warned if scaling != "difference" else contextlib.nullcontext():
        if known:
            model.update(rows)
        else:
            model.forecast(history=rows)
    rows.iloc[-2], rows.iloc[2] = 9.0, 0.0  # beyond the window
    model.forecast(history=rows)


def with_a_missing_step(row=-2):
    parts = {key: part.copy() for key, part in PARTS.items()}
    parts["late"].iloc[row] = np.nan
    return panel(parts)


NAN_IN_LATE = (
    r"^1 of \d series cannot .* NaN: missing steps in the last 6 rows \(lookback\).*: 'late'"
)


@pytest.mark.parametrize("strategy", ["recursive", "direct"])
@pytest.mark.parametrize("transformer", [None, StandardScaler()], ids=["none", "scaled"])
def test_a_missing_step_in_the_newest_window_of_a_series_leaves_the_others_their_forecasts(
    strategy, transformer
):
    options = {"strategy": strategy, "horizon": 2, "calibration_size": 0.3}
    model = forecaster(transformer=transformer, **options).fit(with_a_missing_step())
    others = ["long", "ended"]
    for ask in (model.forecast, lambda **a: model.forecast(level=0.8, **a)):
        expected = ask(series=others)
        for given in ({}, {"history": with_a_missing_step()}):
            with pytest.warns(UserWarning, match=NAN_IN_LATE) as told:
                found = ask(**given)
            assert len(told) == 1
            assert list(found.index.unique("shop")) == list(PARTS)
            assert found.loc["late"].isna().all(axis=None)
            pd.testing.assert_frame_equal(found.drop("late"), expected)
    with pytest.warns(UserWarning, match=NAN_IN_LATE):
        paths = model.sample_paths(n_paths=4, random_state=0)
    assert paths.loc["late"].isna().all(axis=None)
    assert paths.loc[others].notna().all(axis=None)
    for series in ("late", ["late"]):
        with pytest.raises(ValueError, match="last 6 rows of series 'late' .* 1 missing steps"):
            model.forecast(series=series)
    # Two missing rows further back are no matter.
    assert model.fit(with_a_missing_step(-7)).forecast().notna().all(axis=None)


class Delayed(TransformerMixin, BaseEstimator):
    """Rows of a week before, as far as they are known: a missing one is missing a week later."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return np.concatenate([np.repeat(X[:1], 7, axis=0), X])[: len(X)]

    def inverse_transform(self, X):
        return X


def test_a_missing_step_that_a_transformer_moves_to_the_end_is_told():
    model = forecaster(transformer=Delayed()).fit(with_a_missing_step(-10))
    with pytest.warns(UserWarning, match=NAN_IN_LATE):
        found = model.forecast(2)
    assert list(found.dropna().index.unique("shop")) == ["long", "ended"]


def test_future_rows_of_a_series_that_cannot_be_forecast_need_not_be_given():
    series = with_a_missing_step()
    exog = pd.DataFrame({"price": np.arange(len(series)) % 5}, index=series.index)
    model = forecaster().fit(series, exog)
    future = {key: pd.DataFrame({"price": [1, 2]}, DAYS[end : end + 2]) for key, end in
              {"long": 80, "ended": 50}.items()}  # fmt: skip
    with pytest.warns(UserWarning, match=NAN_IN_LATE):
        found = model.forecast(2, panel(future))
    assert list(found.dropna().index.unique("shop")) == list(future)


def test_a_short_history_of_one_series_leaves_the_others_their_forecasts():
    model = long_fitted()
    given = panel({"long": PARTS["long"], "new": rows(70, 73, 5), "late": PARTS["late"]})
    with pytest.warns(UserWarning, match=r"1 of 3 series cannot.*min_rows_=6: 'new' \(3\)\. Give"):
        found = model.forecast(2, history=given)
    expected = model.forecast(2, history=given.drop("new"))
    pd.testing.assert_frame_equal(found.drop("new"), expected)
    assert list(found.loc["new"].index) == [DAYS[73], DAYS[74]]


def test_the_score_leaves_out_series_that_cannot_be_forecast():
    later = {key: rows(80, 85, 10) for key in ("long", "late")}
    model = forecaster().fit(with_a_missing_step())
    others = {key: part for key, part in later.items() if key != "late"}
    assert model.score(panel(later)) == model.score(panel(others))
