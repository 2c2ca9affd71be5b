"""Metrics in backtests are those of the rows of its forecasts."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import max_error

from sklstm import Forecaster, mean_absolute_scaled_error
from sklstm.metrics import mean_interval_score, mean_interval_width, weighted_quantile_loss

WALK = np.cumsum(np.random.default_rng(0).normal(size=160))
FOLDS = [(range(100), range(100, 130)), (range(130), range(130, 160))]
METRICS = ["mase", max_error, "interval_score", "width", "wql"]


def test_metrics_by_step_and_overall():
    result = Forecaster(Ridge(), 6, scaling=None).backtest(
        WALK, FOLDS, steps=4, level=[0.5, 0.8], season=3, metrics=METRICS
    )
    rows = result.forecasts
    assert not [name for name in rows if name.startswith("_")]
    for step, of_step in rows.groupby(level="step"):
        found = result.errors.loc[step]
        bounds = of_step["lower_0.8"], of_step["upper_0.8"]
        expected = {
            "max_error": max_error(of_step["actual"], of_step["prediction"]),
            "interval_score_0.8": mean_interval_score(of_step["actual"], *bounds, level=0.8),
            "width_0.8": mean_interval_width(*bounds),
            "wql": weighted_quantile_loss(
                of_step["actual"],
                of_step[["lower_0.5", "upper_0.5", "lower_0.8", "upper_0.8"]],
                quantiles=[0.25, 0.75, 0.1, 0.9],
            ),
            "mase": np.mean(
                [
                    mean_absolute_scaled_error(
                        row[["actual"]], row[["prediction"]], y_train=WALK[: origin + 1], season=3
                    )
                    for (origin, _), row in of_step.iterrows()
                ]
            ),
        }
        assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert result.overall["mase"] == pytest.approx(result.errors["mase"].mean())
    assert "by_series" not in result


def test_metrics_by_series():
    panel = pd.concat({"a": pd.Series(WALK), "b": pd.Series(7 * WALK[:150])}, names=["n", "t"])
    folds = [(np.r_[:100, 160:260], np.r_[100:104, 260:264])]
    result = Forecaster(Ridge(), 6, by="n", scaling=None).backtest(panel, folds, metrics="mase")
    for key, rows in result.forecasts.groupby(level="n"):
        y_train = panel[key].iloc[:100]
        expected = mean_absolute_scaled_error(rows["actual"], rows["prediction"], y_train=y_train)
        assert result.by_series.loc[key, "mase"] == pytest.approx(expected)
        assert result.by_series.loc[key, "n_forecasts"] == 4
    assert result.overall["mase"] == pytest.approx(result.by_series["mase"].mean())


def test_metrics_of_several_columns():
    two = pd.DataFrame({"x": WALK, "y": 2 * WALK[::-1]})
    result = Forecaster(Ridge(), 6, scaling=None).backtest(
        two, FOLDS, steps=3, metrics=["mae", max_error]
    )
    for column in ("x", "y"):
        rows = result.forecasts.xs(column, level="column")
        expected = max_error(rows["actual"], rows["prediction"])
        assert result.overall.loc[column, "max_error"] == pytest.approx(expected)
    assert result.errors["max_error"].notna().all()


def rmse(true, predicted):
    return float(np.sqrt(np.mean((np.log(true) - np.log(predicted)) ** 2)))


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ("mea", "got 'mea'"),
        (["mase", "mean_absolute_scaled_error"], "distinct names"),
        ([3], "got 3"),
        ("width", "'width' is one of intervals, and takes a level"),
        (rmse, "a function called 'rmse', as another column"),
    ],
)
def test_wrong_metrics(metrics, message):
    with pytest.raises(ValueError, match=message):
        Forecaster(Ridge(), 6, scaling=None).backtest(WALK, FOLDS, metrics=metrics)


def test_a_metric_without_its_level_is_refused_before_anything_is_fitted():
    class Never(Ridge):
        def fit(self, X, y):
            raise AssertionError("fitted")

    with pytest.raises(ValueError, match="'coverage' is one of intervals, and takes a level"):
        Forecaster(Never(), 6, scaling=None).backtest(WALK, FOLDS, metrics="coverage")


def test_a_series_that_repeats_itself_has_no_scaled_error():
    still = np.append(np.ones(100), WALK[:30])
    with pytest.raises(ValueError, match=r"naive forecast.*is 0.0 for origin 99, step 1"):
        Forecaster(Ridge(), 6, scaling=None).backtest(
            still, [(range(100), range(100, 120))], metrics="mase"
        )


LATE = pd.RangeIndex(138, 154)  # of a series that has twelve training rows
PART_LATE = [(np.r_[:150, 160:172], np.r_[150:154, 172:176])]


@pytest.mark.parametrize("late", [WALK[:16], np.append(np.ones(12), WALK[:4])])
@pytest.mark.parametrize("metric", ["mase", "rmsse", "wrmsse", "owa"])
def test_a_series_without_a_scale_is_left_out_and_named(late, metric):
    panel = pd.concat({"a": pd.Series(WALK), "b": pd.Series(late, LATE)}, names=["n", "t"])
    forecaster = Forecaster(Ridge(), 6, by="n", scaling=None)
    words = (
        rf"Scaled errors \({metric}\) leave out forecasts of 1 of 2 series \(b\)\. .* n b, origin"
    )
    with pytest.warns(UserWarning, match=words) as told:
        result = forecaster.backtest(panel, PART_LATE, season=12, metrics=[metric, "smape"])
    assert len(told) == 1
    assert np.isnan(result.by_series.loc["b", metric])
    assert result.overall[metric] == result.by_series.loc["a", metric]
    assert result.overall["smape"] == pytest.approx(result.by_series["smape"].mean())  # of both
    assert result.errors[metric].notna().all()


def test_folds_without_a_scale_are_left_out():
    folds = [(range(10), range(10, 12)), *FOLDS]
    forecaster = Forecaster(Ridge(), 6, scaling=None)
    with pytest.warns(UserWarning, match=r"leave out forecasts of 1 of 3 origins \(9\)"):
        found = forecaster.backtest(WALK, folds, season=12, metrics="mase").overall["mase"]
    expected = forecaster.backtest(WALK, FOLDS, season=12, metrics="mase").overall["mase"]
    assert found == expected


def test_a_column_without_any_scale_is_refused():
    two = pd.DataFrame({"x": WALK, "still": 1.0})
    with pytest.raises(ValueError, match=r"is 0.0 for column still, origin 99, step 1"):
        Forecaster(Ridge(), 6, scaling=None).backtest(two, FOLDS, metrics="mase")
