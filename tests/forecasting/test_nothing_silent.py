"""What a forecaster would answer wrongly, and refuses by name."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklstm import Forecaster, SeasonalDifferencer, SequenceWindower

DAYS = pd.date_range("2024-01-01", periods=100)
WAVE = pd.Series(3 + np.sin(np.arange(100) / 5), index=DAYS)
LOG = FunctionTransformer(np.log, np.exp, check_inverse=False)


@pytest.mark.parametrize(("value", "made"), [(0.0, "-inf"), (-1.0, "nan")])
@pytest.mark.parametrize("row", [0, 50, 99])
@pytest.mark.filterwarnings("ignore:(divide by zero|invalid value):RuntimeWarning")
def test_values_that_a_transformer_loses_are_named(value, made, row):
    series = WAVE.copy()
    series.iloc[row] = value
    label = DAYS[row].date()
    words = rf"makes \[{made}\] of the values \[{value}\] of series at {label}"
    forecaster = Forecaster(Ridge(), transformer=LOG, scaling=None)
    with pytest.raises(ValueError, match=words):
        forecaster.fit(series)
    later = pd.Series([value], index=DAYS[-1:] + pd.Timedelta(days=1))
    forecaster.fit(WAVE).update(later)
    with pytest.raises(ValueError, match=rf"of the values \[{value}\] of series at 2024-04-10"):
        forecaster.forecast(1)


@pytest.mark.parametrize("transformer", [LOG, StandardScaler(), SeasonalDifferencer(7)])
def test_other_transformers_work_with_missing_rows_too(transformer):
    assert np.isfinite(
        Forecaster(Ridge(), transformer=transformer, scaling=None).fit(WAVE).forecast(3)
    ).all(axis=None)
    holes = WAVE.copy()
    holes.iloc[[40, 41]] = np.nan
    forecast = Forecaster(Ridge(), transformer=transformer, scaling=None).fit(holes).forecast(3)
    assert np.isfinite(forecast).all(axis=None)


@pytest.mark.parametrize("level", [[0.8, 0.8], (0.5, 0.9, 0.5)])
def test_levels_that_repeat_are_refused(level):
    forecaster = Forecaster(Ridge(), scaling=None).fit(WAVE)
    with pytest.raises(ValueError, match=r"level must be a list of distinct numbers.*got \["):
        forecaster.forecast(2, level=level)


def test_columns_known_by_number_are_not_swapped():
    values = np.random.default_rng(0).normal(size=(100, 2))
    frame = pd.DataFrame(values, index=DAYS)
    later = pd.DataFrame([[1.0, 2.0]], index=DAYS[-1:] + pd.Timedelta(days=1))
    forecaster = Forecaster(Ridge(), scaling=None).fit(frame)
    with pytest.raises(
        ValueError, match=r"series has the columns \[1, 0\], and had \[0, 1\] in fit"
    ):
        forecaster.update(later[[1, 0]])
    forecaster.update(later)


def test_a_name_of_another_type_does_not_lose_its_context():
    panel = pd.DataFrame({"v": np.arange(20.0), "name": [1, 2] * 10}, index=DAYS[:20].repeat(1))
    windower = SequenceWindower(3, by="name", context="always").fit(panel[:16])
    assert not np.isnan(windower.transform(panel[16:])).any()
    with pytest.raises(ValueError, match=r"The series '1' \(str\) was 1 \(int.*\) in fit"):
        windower.transform(panel[16:].astype({"name": str}))
    new = panel[16:].assign(name=3)
    assert np.isnan(windower.transform(new)).any()


@pytest.mark.parametrize(
    ("gaps", "message"),
    [
        ("raise", "has a gap: 2024-03-23 .* New rows begin at 2024-03-25.*no gap .gap=0."),
        ("missing", "2 rows of series are absent after 2024-03-22 .* 14 rows .*no gap .gap=0."),
    ],
)
def test_a_gap_before_the_rows_to_be_scored_is_called_a_gap(gaps, message):
    days = pd.date_range("2024-01-01", periods=120)
    series = pd.Series(np.sin(np.arange(120) / 5), index=days)
    exog = pd.DataFrame({"day": days.day_of_week.astype(float)}, index=days)
    forecaster = Forecaster(Ridge(), 10, 3, "direct", gaps=gaps, scaling=None).fit(
        series[:82], exog[:82]
    )
    with pytest.raises(ValueError, match=message):
        forecaster.score(series[84:96], exog[84:96])
    assert forecaster.score(series[82:95], exog[82:95]) > 0
    assert forecaster.score(series[82:94], exog[82:94]) > 0
