"""`mean_absolute_scaled_error` against the definition."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import make_scorer, mean_absolute_error

from sklstm.metrics import mean_absolute_scaled_error

RNG = np.random.default_rng(0)
Y_TRUE, Y_PRED = RNG.normal(size=(2, 15, 3))
Y_TRAIN = RNG.normal(size=(40, 3)).cumsum(axis=0)
WEIGHT = RNG.random(15)


def naive(column, season, weight=None):
    """Return the scaled error of a column by the definition, value by value."""
    steps = [
        abs(Y_TRAIN[row, column] - Y_TRAIN[row - season, column])
        for row in range(season, len(Y_TRAIN))
    ]
    errors = np.abs(Y_TRUE[:, column] - Y_PRED[:, column])
    return np.average(errors, weights=weight) / (sum(steps) / len(steps))


@pytest.mark.parametrize("season", [1, 2, 12, 39, np.int64(3)])
@pytest.mark.parametrize("sample_weight", [None, WEIGHT])
def test_is_the_error_in_units_of_the_naive_one(season, sample_weight):
    raw = [naive(column, season, sample_weight) for column in range(3)]
    options = {"y_train": Y_TRAIN, "season": season, "sample_weight": sample_weight}
    single = {**options, "y_train": Y_TRAIN[:, 0]}
    assert mean_absolute_scaled_error(Y_TRUE[:, 0], Y_PRED[:, 0], **single) == pytest.approx(
        raw[0], rel=1e-12
    )
    for multioutput, expected in [
        ("raw_values", raw),
        ("uniform_average", np.mean(raw)),
        ([0.2, 0.5, 1.3], np.average(raw, weights=[0.2, 0.5, 1.3])),
    ]:
        loss = mean_absolute_scaled_error(Y_TRUE, Y_PRED, multioutput=multioutput, **options)
        np.testing.assert_allclose(loss, expected, rtol=1e-12)
        assert isinstance(loss, np.ndarray if multioutput == "raw_values" else float)


def test_the_naive_forecast_of_the_training_series_scores_one():
    series = Y_TRAIN[:, 0]
    for season in (1, 5):
        loss = mean_absolute_scaled_error(
            series[season:], series[:-season], y_train=series, season=season
        )
        assert loss == pytest.approx(1, rel=1e-12)


def test_units_do_not_matter():
    loss = mean_absolute_scaled_error(Y_TRUE, Y_PRED, y_train=Y_TRAIN)
    assert mean_absolute_scaled_error(
        1e3 * Y_TRUE, 1e3 * Y_PRED, y_train=1e3 * Y_TRAIN
    ) == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize("kind", [list, pd.Series, pl.Series])
def test_other_containers(kind):
    y_true, y_pred, y_train = (kind(array[:, 0].tolist()) for array in (Y_TRUE, Y_PRED, Y_TRAIN))
    loss = mean_absolute_scaled_error(y_true, y_pred, y_train=y_train)
    assert loss == pytest.approx(naive(0, 1), rel=1e-12)


def test_makes_a_scorer():
    X, y = RNG.normal(size=(15, 4)), Y_TRUE[:, 0]
    scorer = make_scorer(mean_absolute_scaled_error, greater_is_better=False, y_train=Y_TRAIN[:, 0])
    model = Ridge().fit(X, y)
    expected = mean_absolute_error(y, model.predict(X)) / np.abs(np.diff(Y_TRAIN[:, 0])).mean()
    assert scorer(model, X, y) == pytest.approx(-expected, rel=1e-12)


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1])
def test_a_series_that_repeats_itself_is_refused(value):
    words = r"y_train is the same again after every season=1 \(output \[0\]\)"
    with pytest.raises(ValueError, match=words):
        mean_absolute_scaled_error([1.0], [2.0], y_train=np.full(9, value))
    train = Y_TRAIN.copy()
    train[:, 1] = value
    with pytest.raises(ValueError, match=r"\(output \[1\]\)"):
        mean_absolute_scaled_error(Y_TRUE, Y_PRED, y_train=train)
    seasonal = np.tile([1.0, 2.0], 5)
    with pytest.raises(ValueError, match="after every season=2"):
        mean_absolute_scaled_error([1.0], [2.0], y_train=seasonal, season=2)
    assert mean_absolute_scaled_error([1.0], [2.0], y_train=seasonal) == 1.0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"y_train": Y_TRAIN[:4], "season": 4}, r"y_train must be longer than season=4, got 4 ro"),
        ({"y_train": Y_TRAIN[:1]}, "y_train must be longer than season=1, got 1 rows"),
        ({"y_train": Y_TRAIN[:0]}, "Found array with 0 sample"),
        ({"y_train": Y_TRAIN[:, 0]}, "y_train has 1 outputs, but y_true and y_pred have 3"),
        ({"y_train": Y_TRAIN * np.nan}, "Input y_train contains NaN"),
        ({"y_train": np.abs(Y_TRAIN) * np.inf}, "Input y_train contains infinity"),
        ({"y_train": None}, "The 'y_train' parameter of mean_absolute_scaled_error must be"),
        ({"season": 0}, "The 'season' parameter of mean_absolute_scaled_error must be"),
        ({"season": 1.0}, "The 'season' parameter of mean_absolute_scaled_error must be"),
        ({"multioutput": "sum"}, "The 'multioutput' parameter of mean_absolute_scaled_error must"),
        ({"multioutput": [1.0, 2.0]}, "multioutput must have one weight for each of 3 outputs"),
        ({"y_true": Y_TRUE[:4]}, "inconsistent numbers of samples"),
        ({"y_pred": Y_PRED[:, :2]}, "different number of output"),
        ({"y_pred": Y_PRED * np.nan}, "Input contains NaN"),
        ({"sample_weight": WEIGHT[:3]}, "inconsistent numbers of samples"),
    ],
)
def test_wrong_arguments_are_refused(changes, words):
    arguments = {"y_true": Y_TRUE, "y_pred": Y_PRED, "y_train": Y_TRAIN, **changes}
    with pytest.raises(ValueError, match=words):
        mean_absolute_scaled_error(arguments.pop("y_true"), arguments.pop("y_pred"), **arguments)
