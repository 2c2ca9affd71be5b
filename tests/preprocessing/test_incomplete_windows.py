"""Windows of rows whose history is not known: warned of, missing, NaN or refused."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from sklstm import LSTMRegressor, SeasonalDifferencer, SequenceWindower

DAYS = pd.date_range("2024-01-01", periods=30)
SERIES = pd.DataFrame({"a": np.arange(30.0)}, index=DAYS)
PANEL = pd.DataFrame({"a": np.arange(60.0), "name": ["A", "B"] * 30}, index=DAYS.repeat(2))
NAN = np.nan


def transformed(X, incomplete, by=None, **options):
    fitted = PANEL[:40] if by else SERIES[:20]
    windower = SequenceWindower(4, incomplete=incomplete, by=by, **options).fit(fitted)
    return windower.transform(X)[:, :, 0]


@pytest.mark.parametrize(
    ("rows", "n_lacking"),
    [
        (SERIES[20:21], 0),  # goes on
        (SERIES[21:22], 1),  # a day is absent
        (SERIES[22:25], 3),
        (SERIES[22:26], 0),  # the last window is complete
        (SERIES[:3], 3),
        (SERIES[[True] + [False] * 29], 1),
    ],
)
def test_a_series_without_a_complete_window_is_warned_of(rows, n_lacking):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = transformed(rows, "warn")
    messages = [str(warning.message) for warning in told]
    assert len(messages) == (n_lacking > 0)
    if messages:
        assert (
            f"X has {n_lacking} rows, from {rows.index[0]} on, whose windows lack history"
            in messages[0]
        )
        assert "lookback=4 reaches back to 3 rows before the first, and none" in messages[0]
    np.testing.assert_array_equal(found, transformed(rows, "missing"))


def test_rows_of_an_array_have_no_history():
    windower = SequenceWindower(4).fit(SERIES.to_numpy()[:20])
    with pytest.warns(UserWarning, match="X has 2 rows, from 0 on, whose windows lack history"):
        windower.transform(SERIES.to_numpy()[20:22])
    assert not np.isnan(windower.transform(SERIES.to_numpy()[20:24])[-1]).any()


def test_training_never_warns():
    assert len(SequenceWindower(100).fit_transform(SERIES)) == 30
    assert len(SequenceWindower(100, incomplete="raise").fit_transform(SERIES)) == 30


@pytest.mark.parametrize("pad", ["missing", "edge"])
def test_windows_that_lack_history_are_missing_as_a_whole(pad):
    found = transformed(SERIES[22:28], "nan", pad=pad)
    complete = np.lib.stride_tricks.sliding_window_view(np.arange(22.0, 28), 4)
    np.testing.assert_array_equal(found, [*np.full((3, 4), NAN), *complete])
    whole = SequenceWindower(4, incomplete="nan").fit_transform(SERIES)[:, :, 0]
    np.testing.assert_array_equal(whole[:5], [*np.full((3, 4), NAN), [0, 1, 2, 3], [1, 2, 3, 4]])
    flat = SequenceWindower(4, incomplete="nan", flatten=True).fit_transform(SERIES)
    np.testing.assert_array_equal(flat, whole)
    np.testing.assert_array_equal(
        transformed(SERIES[20:22], "nan"), [[17, 18, 19, 20], [18, 19, 20, 21]]
    )


def test_a_hole_within_new_rows_is_missing_and_no_lack_of_history():
    rows = SERIES[22:30].drop(DAYS[[26, 27]])
    found = transformed(rows, "nan")
    np.testing.assert_array_equal(found[:3], np.full((3, 4), NAN))
    np.testing.assert_array_equal(
        found[3:], [[22, 23, 24, 25], [25, NAN, NAN, 28], [NAN, NAN, 28, 29]]
    )


def test_refused():
    with pytest.raises(ValueError, match=r"X has 3 rows, from 2024-01-23 .* lookback=4 .*none"):
        transformed(SERIES[22:28], "raise")
    np.testing.assert_array_equal(transformed(SERIES[20:21], "raise"), [[17, 18, 19, 20]])
    short = SequenceWindower(4, incomplete="raise").fit(SERIES[18:20])
    with pytest.raises(ValueError, match="X has 1 rows, .* and 2 of these are known. Hand over"):
        short.transform(SERIES[20:22])


def test_of_several_series_the_one_at_fault_is_named():
    rows = pd.concat([PANEL[40:42], PANEL[56:60:2].assign(name="new")])
    with pytest.warns(UserWarning, match="X has 2 rows of series 'new', from 2024-01-29"):
        transformed(rows, "warn", by="name")
    with pytest.raises(ValueError, match="rows of series 'new'"):
        transformed(rows, "raise", by="name")
    found = transformed(rows, "nan", by="name")
    np.testing.assert_array_equal(found[:2], [[34, 36, 38, 40], [35, 37, 39, 41]])
    assert np.isnan(found[2:]).all()


def test_no_prediction_without_history():
    y = SERIES["a"] + 1
    model = make_pipeline(
        SequenceWindower(4, incomplete="nan"), LSTMRegressor(2, max_epochs=2, random_state=0)
    ).fit(SERIES[:20], y[:20])
    assert np.isfinite(model.predict(SERIES[20:])).all()
    alone = model.predict(SERIES[22:])
    np.testing.assert_array_equal(np.isnan(alone), np.arange(8) < 3)
    np.testing.assert_array_equal(alone[3:], model.predict(SERIES[20:])[5:])
    # Training leaves them out, too.
    complete = np.lib.stride_tricks.sliding_window_view(np.arange(20.0), 4)[:, :, np.newaxis]
    expected = LSTMRegressor(2, max_epochs=2, random_state=0).fit(complete, y[3:20].to_numpy())
    np.testing.assert_allclose(model[-1].predict(complete), expected.predict(complete), rtol=1e-6)


def test_a_regressor_of_flat_windows_warns_as_well():
    model = make_pipeline(SequenceWindower(4, flatten=True, pad="edge"), Ridge())
    model.fit(SERIES[:20], SERIES["a"][:20])
    with pytest.warns(UserWarning, match="whose windows lack history"):
        model.predict(SERIES[25:26])


@pytest.mark.parametrize(("n_rows", "warns"), [(5, True), (9, True), (10, False)])
def test_rows_that_a_differencer_could_not_make_are_no_history(n_rows, warns):
    model = make_pipeline(
        SeasonalDifferencer(7), SequenceWindower(3), LSTMRegressor(2, max_epochs=2, random_state=0)
    ).fit(SERIES[:20], SERIES["a"][:20])
    later = SERIES[:n_rows].set_axis(pd.date_range("2025-01-01", periods=n_rows))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        windows = model[:-1].transform(later)
    assert np.isnan(windows[-1]).any() == warns
    assert [str(warning.message).partition(",")[0] for warning in told] == [
        f"X has {n_rows} rows"
    ] * warns
    if warns:
        assert f"and {min(n_rows, 7)} rows from the first on are missing steps" in str(
            told[0].message
        )
        raises = make_pipeline(SeasonalDifferencer(7), SequenceWindower(3, incomplete="raise"))
        with pytest.raises(ValueError, match="rows from the first on are missing steps"):
            raises.fit(SERIES[:20]).transform(later)
    # Rows that continue those of fit begin with what is known.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(model.predict(SERIES[20:22])).all()
