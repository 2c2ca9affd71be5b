"""New rows: forecasts begin after them, and what does not follow is refused."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm import ExponentialSmoother, Forecaster
from sklstm.model_selection import forecast_scorer

RNG = np.random.default_rng(0)
DAYS = pd.date_range("2024-01-01", periods=60, name="day")
WALK = pd.Series(np.cumsum(RNG.normal(size=60)), index=DAYS, name="close")
PANEL = pd.concat({"A": WALK, "B": 3 - WALK, "C": WALK**2}, names=["share"]).to_frame()


RANGE = WALK.reset_index(drop=True)
TRADING = pd.Series(RANGE.to_numpy(), index=pd.bdate_range("2024-01-01", periods=60))
EXOG = pd.DataFrame({"promotion": RNG.normal(size=60)}, index=DAYS)


def fit(series, exog=None, **options):
    return Forecaster(Ridge(), 4, **options, scaling=None).fit(series, exog)


def as_if_known(forecaster, series):
    """A forecaster fitted to all rows, with the model of another one."""
    longer = Forecaster(**forecaster.get_params(deep=False)).fit(series)
    longer._model, longer._calibrator = forecaster._model, forecaster._calibrator
    longer._n_newest = forecaster._n_newest
    return longer


@pytest.mark.parametrize(
    "transformer", [None, StandardScaler(), ExponentialSmoother(0.5)], ids=repr
)
@pytest.mark.parametrize("strategy", ["recursive", "direct"])
def test_new_rows_are_as_if_known_from_the_start(transformer, strategy):
    options = {"transformer": transformer, "horizon": 2, "strategy": strategy}
    updated = fit(WALK[:40], **options)
    model = updated.estimator_
    for rows in (WALK[40:41], WALK[41:60]):
        assert updated.update(rows) is updated
    assert updated.estimator_ is model
    expected = as_if_known(fit(WALK[:40], **options), WALK).forecast(3, level=0.5)
    pd.testing.assert_frame_equal(updated.forecast(3, level=0.5), expected)
    assert expected.index[0] == pd.Timestamp("2024-03-01")


def test_rows_without_an_index_go_on():
    forecaster = fit(WALK[:40])
    for rows in ([WALK.iloc[40]], WALK.to_numpy()[41:50, np.newaxis], WALK.tolist()[50:]):
        forecaster.update(rows)
    expected = fit(WALK[:40]).update(WALK[40:]).forecast(3)
    pd.testing.assert_frame_equal(forecaster.forecast(3), expected)
    counted = fit(WALK.to_numpy()[:40]).update(WALK.tolist()[40:])
    pd.testing.assert_index_equal(counted.forecast(2).index, pd.RangeIndex(60, 62))
    np.testing.assert_array_equal(counted.forecast(3), expected)


def test_the_name_of_the_index_stays():
    forecaster = fit(WALK[:40]).update(WALK[40:].rename_axis(None).rename("price"))
    assert forecaster.forecast(1).index.name == "day"


def test_some_series_may_have_no_new_rows():
    first = PANEL.groupby("share").head(50)
    updated = fit(first, by="share").update(PANEL.loc[["B"]].iloc[50:])
    before = fit(first, by="share").forecast(3)
    found = updated.forecast(3)
    pd.testing.assert_frame_equal(found.drop("B"), before.drop("B"))
    whole = fit(first, by="share").update(PANEL.groupby("share").tail(10)).forecast(3)
    pd.testing.assert_frame_equal(found.loc[["B"]], whole.loc[["B"]], check_freq=False)


@pytest.mark.parametrize(
    ("known", "rows", "message"),
    [
        (WALK[:40], WALK[39:42] + 1, "at 2024-02-09 00:00:00, column 'close', and .* is known"),
        (WALK[10:40], WALK, "has a row at 2024-01-01 .*, and rows from 2024-01-11"),
        (RANGE[:40], RANGE[39:] - 1, "at 39, column 'close', and .* is known.*overlap='replace'"),
    ],
)
def test_rows_other_than_those_known_are_refused_and_change_nothing(known, rows, message):
    forecaster = fit(known)
    expected = forecaster.forecast(3, level=0.5)
    with pytest.raises(ValueError, match=message):
        forecaster.update(rows)
    pd.testing.assert_frame_equal(forecaster.forecast(3, level=0.5), expected)
    with pytest.raises(ValueError, match="give those that come after them"):
        forecaster.score(rows)


@pytest.mark.parametrize("known", [WALK, WALK.to_period(), WALK.reset_index(drop=True)])
@pytest.mark.parametrize("first", [0, 25, 39])
def test_rows_that_are_known_may_come_again(known, first):
    expected = fit(known[:40]).update(known[40:45])
    updated = fit(known[:40]).update(known[first:45])
    pd.testing.assert_frame_equal(updated.forecast(3, level=0.5), expected.forecast(3, level=0.5))
    again = updated.update(known[first:45])
    pd.testing.assert_frame_equal(again.forecast(3, level=0.5), expected.forecast(3, level=0.5))


def test_revised_rows_replace_what_is_known():
    revised = WALK.copy()
    revised.iloc[35:40] += 2
    revised_exog = EXOG.copy()
    revised_exog.iloc[38] += 1
    with pytest.raises(ValueError, match="exog is .* at 2024-02-08"):
        fit(WALK[:40], EXOG[:40]).update(WALK[35:45], revised_exog[35:45])
    updated = fit(WALK[:40], EXOG[:40]).update(
        revised[35:45], revised_exog[35:45], overlap="replace"
    )
    expected = fit(WALK[:40], EXOG[:40])
    expected._known = expected._known.read(
        revised[:45], revised_exog[:45], by=None, freq=None, gaps="raise", known_exog="all"
    )
    future = EXOG[45:48]
    pd.testing.assert_frame_equal(updated.forecast(3, future), expected.forecast(3, future))


def test_overlap_is_checked():
    with pytest.raises(ValueError, match="overlap must be 'equal' or 'replace', got 'drop'"):
        fit(WALK[:40]).update(WALK[30:45], overlap="drop")


def test_score_takes_rows_that_are_new():
    with pytest.raises(ValueError, match="begins at 2024-02-09.*give those that come after"):
        fit(WALK[:40]).score(WALK[39:])


def test_rows_of_an_array_that_are_known_again_are_told():
    """Behind a scaler rows have no labels, and training rows count as those that follow."""
    pipeline = make_pipeline(StandardScaler(), Forecaster(Ridge(), 4, scaling=None))
    pipeline.fit(WALK[:50].to_frame())
    forecaster = pipeline[-1]
    known = pipeline[0].transform(WALK[:50].to_frame())
    words = "series has the 50 rows that are known once more, without labels"
    for score in (forecaster.score, partial(forecast_scorer("mae"), forecaster)):
        with pytest.warns(UserWarning, match=words):
            score(known)
    with pytest.raises(ValueError, match=words):
        forecaster.update(known)
    assert np.isfinite(pipeline.score(WALK[50:].to_frame()))
    assert len(forecaster._known.histories[None]) == 50


def test_rows_of_an_array_that_repeats_itself_may_follow():
    wave = np.tile([1.0, 5.0, 2.0], 10)
    assert fit(wave).score(wave) > 0.9


def test_the_newest_labels_and_the_names_of_columns_can_be_read():
    forecaster = fit(PANEL.groupby("share").head(50), by="share")
    assert dict(zip(forecaster.series_, forecaster.last_, strict=True)) == {
        key: rows.index.get_level_values(-1)[49] for key, rows in PANEL.groupby("share")
    }
    assert forecaster.exog_columns_ == forecaster.known_exog_ == []
    forecaster = fit(WALK[:40], EXOG[:40].assign(b=1.0), known_exog=["b"])
    assert forecaster.exog_columns_ == [*EXOG.columns, "b"]
    assert forecaster.known_exog_ == ["b"]
    assert forecaster.update(WALK[40:42], EXOG[40:42].assign(b=1.0)).last_ == [WALK.index[41]]


def test_gaps_in_new_rows_are_missing_steps():
    kept = WALK.drop(DAYS[[40, 45]])
    forecaster = fit(WALK[:40], gaps="missing", calibration_size=None).update(kept[40:])
    expected = fit(WALK[:40], calibration_size=None).update(WALK.where(WALK.isin(kept))[40:])
    pd.testing.assert_frame_equal(forecaster.forecast(3), expected.forecast(3))


@pytest.mark.parametrize(
    ("known", "rows", "message"),
    [
        (WALK[:40], WALK[41:], "has a gap: 2024-02-10 00:00:00 is absent; the frequency is 'D'"),
        (WALK[:40], WALK[40:].drop(DAYS[50]), "has a gap: 2024-02-20"),
        (WALK[:40], WALK[40:][::-1], "is not sorted"),
        (WALK[:40], WALK.iloc[[40, 40, 41]], "has duplicate labels, 2024-02-10"),
        (WALK[:40], RANGE[40:], "labels of dtype int64, and had datetime64.* in fit"),
        (WALK[:40], WALK[40:].tz_localize("UTC"), "labels of dtype datetime64.*UTC.*, and had"),
        (WALK[:40], WALK[40:].to_period(), r"labels of dtype period\[D\], and had datetime"),
        (WALK.to_period()[:40], WALK.resample("ME").mean().to_period(), r"period\[M\], and had"),
        (RANGE[:40], WALK[40:], "labels of dtype datetime64.*, and had int64"),
        (TRADING[:40], TRADING[55:], "has a gap: from 2024-02-23 .* to 2024-03-18.* 15 weekdays"),
        (WALK[:40].to_frame(), PANEL.loc["C"].assign(b=1)[40:], "series has 2 columns, and had 1"),
        (WALK[:40], ["a"], "series cannot be read"),
        (WALK[:40], [], "series .*0 sample"),
        (WALK[:40], [np.inf], "series contains infinity"),
    ],
)
@pytest.mark.parametrize("gaps", ["raise", "missing"])
def test_what_does_not_follow_is_refused_and_changes_nothing(known, rows, message, gaps):
    if gaps == "missing" and "gap" in message:
        return
    forecaster = fit(known, gaps=gaps)
    expected = forecaster.forecast(3, level=0.5)
    with pytest.raises(ValueError, match=message):
        forecaster.update(rows)
    pd.testing.assert_frame_equal(forecaster.forecast(3, level=0.5), expected)
    with pytest.raises(ValueError, match=message):
        forecaster.score(rows)


def test_several_columns_keep_their_order():
    frame = WALK.to_frame().assign(open=-WALK)
    forecaster = fit(frame[:40])
    with pytest.raises(ValueError, match=r"columns \['open', 'close'\], and had \['close', 'open'"):
        forecaster.update(frame[40:][["open", "close"]])
    expected = forecaster.update(frame[40:]).forecast(2)
    nameless = fit(frame[:40].to_numpy()).update(frame[40:].set_axis([0, 1], axis=1).to_numpy())
    np.testing.assert_array_equal(nameless.forecast(2), expected)


def test_a_panel_is_refused_as_a_whole():
    first = PANEL.groupby("share").head(50)
    forecaster = fit(first, by="share")
    expected = forecaster.forecast(2)
    rest = PANEL.groupby("share").tail(10)
    for wrong, message in [
        (
            rest.rename({"B": "D"}).groupby("share").head(1),
            r"series 'D' is unknown, and begins with 1 rows: .* fit had \['A', 'B', 'C'\]",
        ),
        (rest.drop(("C", DAYS[50])), "series 'C' has a gap: 2024-02-20"),
        (rest.droplevel("share"), "by='share' is neither a column of series"),
        (rest.iloc[::-1], r"\(series 'C'\) is not sorted"),
    ]:
        with pytest.raises(ValueError, match=message):
            forecaster.update(wrong)
        pd.testing.assert_frame_equal(forecaster.forecast(2), expected)


def test_many_known_series_are_not_all_listed():
    many = pd.concat({f"S{k}": WALK[:6] for k in range(8)}, names=["share"]).to_frame()
    forecaster = Forecaster(Ridge(), 2, by="share", scaling=None).fit(many)
    with pytest.raises(ValueError, match=r"'X' is unknown: fit had \['S0'.*'S4'\] and more"):
        forecaster.forecast(series="X")
