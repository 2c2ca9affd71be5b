"""Rows are paired by position: the same labels in another order are refused, by name."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

import sklstm
from sklstm import Forecaster, WindowScaledRegressor, metrics
from sklstm.data import check_same_labels

N = 30
DAYS = pd.date_range("2024-01-01", periods=N)
RNG = np.random.default_rng(5)
FLAT = pd.DataFrame(RNG.normal(size=(N, 3)), index=DAYS, columns=["a@t-2", "a@t-1", "a@t-0"])
SERIES = pd.DataFrame({"a": RNG.normal(size=N)}, index=DAYS)
Y = pd.Series(RNG.normal(size=N), index=DAYS)
CLASSES = (Y > 0).astype(int)
WEIGHT = pd.Series(RNG.uniform(1, 2, N), index=DAYS)
TINY = {"hidden_size": 2, "max_epochs": 1, "random_state": 0}
NEWEST_FIRST = Y[::-1]

TAKERS = {
    "regressor": sklstm.GRURegressor(**TINY),
    "baseline": sklstm.PersistenceRegressor(),
    "scaled": WindowScaledRegressor(Ridge()),
}
TRANSFORMERS = {
    "windower": sklstm.SequenceWindower(3),
    "smoother": sklstm.ExponentialSmoother(),
    "adjuster": sklstm.SeasonalAdjuster(3),
    "lags": sklstm.LagFeatures(),
    "differencer": sklstm.SeasonalDifferencer(3),
    "scaler": sklstm.WindowScaler(),
}


def refused(other, first="X", row="2024-01-01 00:00:00"):
    words = f"{other} has the labels of {first} in another order: row 0 is {row}.*{other}.loc"
    return pytest.raises(ValueError, match=words)


@pytest.mark.parametrize("name", TAKERS)
def test_targets_in_another_order(name):
    model = TAKERS[name]
    with refused("y"):
        model.fit(FLAT, NEWEST_FIRST)
    model.fit(FLAT, Y)
    with refused("y"):
        model.score(FLAT, NEWEST_FIRST)
    # As the message advises; and what has no labels, or others, is paired by position.
    expected = model.score(FLAT, Y)
    later = Y.set_axis(DAYS + pd.Timedelta("1D"))
    for same in (NEWEST_FIRST.loc[FLAT.index], Y.to_numpy(), later, Y.reset_index(drop=True)):
        assert model.fit(FLAT, same).score(FLAT, same) == pytest.approx(expected)


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_pipelines_see_it_in_their_first_step(name):
    step = TRANSFORMERS[name]
    with refused("y"):
        step.fit(SERIES, NEWEST_FIRST)
    with refused("y"):
        make_pipeline(step, Ridge()).fit(SERIES, NEWEST_FIRST)
    step.fit(SERIES, Y)


def test_pipelines_of_texts_see_it_in_their_first_step():
    texts = pd.Series(["down", "up"] * (N // 2), index=DAYS)
    pipeline = make_pipeline(sklstm.TextSequencer(), sklstm.GRUClassifier(embedding_dim=2, **TINY))
    for fit in (pipeline.fit, sklstm.TextSequencer().fit, sklstm.TextSequencer().fit_transform):
        with refused("y"):
            fit(texts, CLASSES[::-1])
        fit(texts, CLASSES)


def test_classes_weights_and_validation_data():
    model = sklstm.GRUClassifier(**TINY)
    with refused("y"):
        model.fit(FLAT, CLASSES[::-1])
    with refused("sample_weight"):
        model.fit(FLAT, CLASSES, WEIGHT[::-1])
    with refused("sample_weight", first="y"):
        model.fit(FLAT.to_numpy(), CLASSES, WEIGHT[::-1])
    with refused("y"):
        model.partial_fit(FLAT, CLASSES[::-1])
    with refused("y"):
        model.fit(FLAT, CLASSES).score(FLAT, CLASSES[::-1])
    assert model.score(FLAT, CLASSES, WEIGHT) == pytest.approx(
        np.average(model.predict(FLAT) == CLASSES, weights=WEIGHT)
    )
    stops = sklstm.GRURegressor(early_stopping=True, **TINY)
    with refused("y_val", first="X_val"):
        stops.fit(FLAT, Y, X_val=FLAT, y_val=NEWEST_FIRST)
    with refused("y_val", first="X_val"):
        WindowScaledRegressor(stops).fit(FLAT, Y, X_val=FLAT, y_val=NEWEST_FIRST)


def test_exogenous_rows():
    exog = pd.DataFrame({"b": RNG.normal(size=N)}, index=DAYS)
    with pytest.raises(ValueError, match="index of exog is not sorted"):
        Forecaster(Ridge(), 3).fit(SERIES, exog[::-1])


@pytest.mark.parametrize(
    ("score", "other"),
    [
        (lambda y: metrics.mean_absolute_scaled_error(Y, y, y_train=Y), "y_pred"),
        (lambda y: metrics.root_mean_squared_scaled_error(Y, y, y_train=Y), "y_pred"),
        (lambda y: metrics.symmetric_mean_absolute_percentage_error(Y, y), "y_pred"),
        (lambda y: metrics.overall_weighted_average(Y, y, y_reference=Y + 1, y_train=Y), "y_pred"),
        (
            lambda y: metrics.overall_weighted_average(Y, Y, y_reference=y + 1, y_train=Y),
            "y_reference",
        ),
        (lambda y: metrics.interval_coverage(Y, y - 9, Y + 9), "lower"),
        (lambda y: metrics.mean_interval_score(Y, Y - 9, y + 9, level=0.5), "upper"),
        (lambda y: metrics.weighted_quantile_loss(Y, pd.DataFrame({0.5: y}), quantiles=[0.5]), ""),
        (
            lambda y: metrics.mean_absolute_scaled_error(
                Y, Y + 1, y_train=Y, sample_weight=y.abs()
            ),
            "sample_weight",
        ),
    ],
)
def test_truth_and_prediction_of_a_metric(score, other):
    with pytest.raises(ValueError, match=f"{other}.* has the labels of y_true in another order"):
        score(NEWEST_FIRST)
    assert np.isfinite(score(Y))


def test_a_training_series_out_of_time():
    error = metrics.mean_absolute_scaled_error
    with pytest.raises(ValueError, match="The index of y_train is not sorted"):
        error([1.0, 2.0], [2.0, 2.0], y_train=NEWEST_FIRST)
    panel = pd.concat({"A": Y, "B": NEWEST_FIRST}, names=["shop", "day"])
    truth = panel.groupby("shop").tail(2)
    with pytest.raises(ValueError, match="The index of y_train .series 'B'. is not sorted"):
        error(truth, truth + 1, y_train=panel, series="shop")
    panel = pd.concat({"A": Y, "B": 2 * Y}, names=["shop", "day"])
    truth = panel.groupby("shop").tail(2)
    naive = np.abs(np.diff(Y)).mean()
    expected = (1 / naive + 1 / (2 * naive)) / 2
    assert error(truth, truth + 1, y_train=panel, series="shop") == pytest.approx(expected)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (DAYS, DAYS.tz_localize("UTC")),  # other labels
        (DAYS.tz_localize("UTC"), DAYS.tz_localize("UTC").tz_convert("Asia/Tokyo")),
        (DAYS, DAYS.as_unit("ms")),
        (DAYS, DAYS.astype(str)),
        (DAYS, pd.RangeIndex(N)),
        (pd.RangeIndex(N), pd.RangeIndex(1, N + 1)),
        (pd.Index([1, "a", None]), pd.Index([1, "a", "b"])),
        (DAYS, DAYS[:-1]),
    ],
)
def test_labels_that_do_not_disagree(first, second):
    check_same_labels({"X": pd.Series(0.0, first), "y": pd.Series(0.0, second)})


@pytest.mark.parametrize(
    ("first", "second", "row"),
    [
        (DAYS, DAYS.astype(str)[::-1], 0),
        (DAYS.tz_localize("UTC"), DAYS.tz_localize("UTC").tz_convert("Asia/Tokyo")[::-1], 0),
        (pd.Index(["a", "b", "c"]), pd.Index(["a", "c", "b"]), 1),
        (pd.Index([1, "a", None]), pd.Index([1, None, "a"]), 1),
        (pd.RangeIndex(3), pd.Index([0, 2, 1]), 1),
        (pd.Index([0, 1, 0, 1]), pd.Index([0, 0, 1, 1]), 1),
        (
            pd.MultiIndex.from_product([["A", "B"], [1, 2]]),
            pd.MultiIndex.from_tuples([("A", 1), ("B", 1), ("A", 2), ("B", 2)]),
            1,
        ),
    ],
)
def test_labels_that_disagree(first, second, row):
    arguments = {"X": pd.Series(0.0, first), "n": 3, "y": pd.Series(0.0, second)}
    with pytest.raises(ValueError, match=f"y has the labels of X in another order: row {row} is"):
        check_same_labels(arguments)
