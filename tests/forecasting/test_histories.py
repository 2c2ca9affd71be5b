"""What is read as a series, and what is refused."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge

from sklstm import Forecaster, LSTMRegressor
from sklstm.forecasting._histories import History

WALK = np.cumsum(np.random.default_rng(0).normal(size=60))
TWO = np.column_stack([WALK, WALK**2])
EXPECTED = Forecaster(Ridge(), 4, scaling=None).fit(WALK).forecast(2, level=0.5)
NONE = np.empty((60, 0))

FORMS = {
    "list": WALK.tolist(),
    "tuple": tuple(WALK),
    "column": WALK[:, np.newaxis],
    "strided": np.repeat(WALK, 3)[::3],
    "series": pd.Series(WALK),
    "frame": pd.DataFrame({"v": WALK}),
    "frame of objects": pd.DataFrame({"v": WALK}, dtype=object),
    "nullable": pd.Series(WALK, dtype="Float64"),
    "arrow": pd.Series(WALK, dtype="float64[pyarrow]"),
    "polars series": pl.Series("v", WALK),
    "polars frame": pl.DataFrame({"v": WALK}),
}


@pytest.mark.parametrize("series", FORMS.values(), ids=FORMS.keys())
def test_forms_of_a_series(series):
    forecaster = Forecaster(Ridge(), 4, scaling=None).fit(series)
    pd.testing.assert_frame_equal(forecaster.forecast(2, level=0.5), EXPECTED)
    assert forecaster.series_ == [None]


def test_integers_and_single_precision_are_numbers():
    numbers = np.round(WALK).astype(np.int8)
    expected = Forecaster(Ridge(), 4, scaling=None).fit(numbers.astype(float)).forecast(2)
    for series in (numbers, numbers.astype(np.float32), numbers.astype(np.float16)):
        pd.testing.assert_frame_equal(
            Forecaster(Ridge(), 4, scaling=None).fit(series).forecast(2), expected
        )


@pytest.mark.parametrize(
    ("series", "names"),
    [
        (WALK, [0]),
        (TWO, [0, 1]),
        (pd.Series(WALK), ["value"]),
        (pd.Series(WALK, name="close"), ["close"]),
        (pd.DataFrame(TWO, columns=["open", "close"]), ["open", "close"]),
        (pd.DataFrame(TWO), [0, 1]),
        (pl.DataFrame({"a": WALK, "b": WALK}), ["a", "b"]),
    ],
)
def test_names(series, names):
    assert Forecaster(Ridge(), 4, scaling=None).fit(series).columns_ == names


def is_text(series):
    if isinstance(series, pl.DataFrame):
        return series.dtypes == [pl.String]
    return isinstance(series, pd.Series) and series.isin(["x"]).any()


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ([], "series .*0 sample"),
        (np.empty((0, 1)), "series .*0 sample"),
        (np.empty((60, 0)), r"series .*0 feature"),
        (5.0, "series .*scalar"),
        (None, "series .*scalar"),
        (WALK + 1j, "series .*[Cc]omplex"),
        (["a"] * 60, "series cannot be read as an array of numbers"),
        (pd.Series(["1", "x"] * 30), "series has a column 'value' that is not numeric.*by='value'"),
        ([{}] * 60, "series cannot be read as an array of numbers"),
        (np.append(WALK, np.inf), r"series contains infinity \(row 60"),
        (csr_array(TWO), "series .*[Ss]parse"),
        (np.zeros((5, 4, 3)), r"series must be .*shape \(n_steps, n_features\)"),
        (
            pd.Series(pd.date_range("2024-01-01", periods=60)),
            r"series has a column .* of times.*series\.set_index",
        ),
        (pl.DataFrame({"v": ["a"] * 60}), "series has a column 'v' that is not numeric"),
    ],
)  # fmt: skip
def test_other_things_are_refused(series, message):
    for name, call in [
        ("series", lambda: Forecaster(Ridge(), scaling=None).fit(series)),
        ("exog", lambda: Forecaster(Ridge(), scaling=None).fit(WALK, series)),
    ]:
        if name == "exog" and (series is None or is_text(series)):
            continue  # text is categories there
        with pytest.raises((TypeError, ValueError), match=message.replace("series", name)):
            call()


def test_a_table_of_another_fit_is_refused_by_its_rows():
    X, y = TWO, WALK > 0  # fit(X, y) as of other regressors: y are exogenous columns
    forecaster = Forecaster(Ridge(), 4, known_exog=None, scaling=None).fit(X, y)
    assert forecaster.columns_ == [0, 1]
    with pytest.raises(ValueError, match="exog must have the rows of series: got 59"):
        forecaster.fit(X, y[1:])


def test_histories_are_cut_and_joined():
    history = History("A", pd.RangeIndex(60), TWO, NONE)
    joined = history.part(0, 20).followed_by(history.part(20, 60))
    np.testing.assert_array_equal(joined.values, TWO)
    assert list(joined.index) == list(range(60))
    assert (len(joined), joined.exog.shape, joined.of) == (60, (60, 0), " 'A'")


def test_histories_are_completed():
    exog = np.arange(5.0)[:, np.newaxis]
    history = History(None, pd.Index([2, 4, 5, 8, 9]), TWO[:5], exog)
    whole = history.completed(pd.RangeIndex(2, 10))
    frame = pd.DataFrame(TWO[:5], index=history.index).reindex(range(2, 10))
    np.testing.assert_array_equal(whole.values, frame)
    np.testing.assert_array_equal(whole.exog[:, 0], [0, 0, 1, 2, 2, 2, 3, 4])
    assert whole.completed(pd.RangeIndex(2, 10)) is whole


RNG = np.random.default_rng(0)
N, STEPS, LOOKBACK = 70, 5, 3
DAYS = pd.date_range("2024-01-01", periods=N + 10)
EXOG = pd.DataFrame(RNG.normal(size=(N + 10, 3)), index=DAYS, columns=["a", "b", "c"])
WHOLE = pd.Series(np.cumsum(RNG.normal(size=N + 10)) + 3 * EXOG["b"].shift(-1, fill_value=0), DAYS)
SERIES, PAST, FUTURE = WHOLE[:N], EXOG[:N], EXOG[N:]


def forecaster(known_exog="all", strategy="recursive", horizon=1, **options):
    options = {"calibration_size": None} | options
    return Forecaster(
        Ridge(), LOOKBACK, horizon, strategy, known_exog=known_exog, **options, scaling=None
    )  # fmt: skip


def row_seen(values, exog, known_columns, end, horizon):
    """What the regressor sees of a window: series, past columns, then known ones by lead."""
    past_columns = [k for k in range(3) if k not in known_columns]
    window = []
    for s in range(end - LOOKBACK + 1, end + 1):
        window += [values[s], *exog[s, past_columns]]
        for lead in [*range(horizon, 0, -LOOKBACK), *([0] if horizon > 1 else [])]:
            window += list(exog[s + lead, known_columns])
    return window


def forecast_by_hand(series, past, future, known_columns, horizon, steps):
    values, exog = list(series), np.vstack([past, future])
    past_columns = [k for k in range(3) if k not in known_columns]
    ends = range(LOOKBACK - 1, len(values) - horizon)
    X = [row_seen(values, exog, known_columns, end, horizon) for end in ends]
    y = [values[end + 1 : end + 1 + horizon] for end in ends]
    model = Ridge().fit(X, np.ravel(y) if horizon == 1 else y)
    exog[len(past) :, past_columns] = exog[len(past) - 1, past_columns]
    while len(values) < len(series) + steps:
        row = row_seen(values, exog, known_columns, len(values) - 1, horizon)
        values += list(np.ravel(model.predict([row])))
    return values[len(series) : len(series) + steps]


KINDS = {"all": ("all", [0, 1, 2]), "none": (None, []), "names": (["c", "b"], [1, 2])}
KINDS["places"] = ([0], [0])


@pytest.mark.parametrize(("known", "columns"), KINDS.values(), ids=KINDS.keys())
@pytest.mark.parametrize(("strategy", "horizon"), [("recursive", 1), ("direct", 2), ("direct", 5)])
def test_forecasts(known, columns, strategy, horizon):
    model = forecaster(known, strategy, horizon).fit(SERIES, PAST)
    expected = forecast_by_hand(SERIES, PAST, FUTURE[:10], columns, horizon, STEPS)
    given = {"exog": FUTURE[["c", "b", "a"]]} if columns else {}
    np.testing.assert_allclose(model.forecast(STEPS, **given)["prediction"], expected)
    # Arrays have the known columns alone, in the order of fit.
    if columns:
        array = FUTURE.to_numpy()[:, columns]
        np.testing.assert_allclose(model.forecast(STEPS, array)["prediction"], expected)
        frame = FUTURE.iloc[:, columns[::-1]]
        np.testing.assert_allclose(model.forecast(STEPS, frame)["prediction"], expected)


def test_arrays_and_frames_are_read_alike():
    expected = forecaster().fit(SERIES, PAST).forecast(STEPS, FUTURE)["prediction"].to_numpy()
    arrays = forecaster().fit(SERIES.to_numpy(), PAST.to_numpy())
    np.testing.assert_array_equal(arrays.forecast(STEPS, FUTURE.to_numpy()).iloc[:, 0], expected)
    mixed = forecaster().fit(SERIES, PAST.to_numpy().tolist())
    np.testing.assert_array_equal(mixed.forecast(STEPS, FUTURE.to_numpy()).iloc[:, 0], expected)
    one = forecaster().fit(SERIES, PAST["b"])
    expected = forecaster().fit(SERIES, PAST[["b"]]).forecast(STEPS, FUTURE)
    pd.testing.assert_frame_equal(one.forecast(STEPS, FUTURE["b"]), expected)


def test_direct_models_know_what_a_promotion_has_taken_away():
    promo = (np.random.default_rng(1).random(200) < 0.3).astype(float)
    stock = 8 * promo - 4 * np.roll(promo, 1)  # who has bought today needs less tomorrow
    model = Forecaster(Ridge(1e-6), 3, 3, "direct", scaling=None, calibration_size=None)
    model.fit(stock[1:150], promo[1:150])
    # The promotion of the last known row stands in the window, and so the first step is right.
    np.testing.assert_allclose(
        model.forecast(3, promo[150:153, None])["prediction"], stock[150:153], atol=1e-4
    )


def test_future_values_matter_from_their_row_on():
    model = forecaster().fit(SERIES, PAST)
    expected = model.forecast(STEPS, FUTURE)
    changed = FUTURE.copy()
    changed.iloc[2:] += 5.0
    found = model.forecast(STEPS, changed)
    np.testing.assert_array_equal(found[:2], expected[:2])
    assert abs(found.iloc[2, 0] - expected.iloc[2, 0]) > 1
    changed = FUTURE.copy()
    changed.iloc[STEPS:] = 1e6
    pd.testing.assert_frame_equal(model.forecast(STEPS, changed), expected)


@pytest.mark.parametrize("known", ["all", None, ["b"]])
def test_updates_bring_their_exogenous_rows(known):
    options = {"exog": FUTURE[4:]} if known else {}
    updated = forecaster(known).fit(SERIES, PAST).update(WHOLE[N : N + 4], FUTURE[:4])
    model = forecaster(known).fit(SERIES, PAST)
    longer = forecaster(known).fit(WHOLE[: N + 4], EXOG[: N + 4])
    longer._model = model._model
    pd.testing.assert_frame_equal(updated.forecast(3, **options), longer.forecast(3, **options))


@pytest.mark.parametrize("estimator", [Ridge(), LSTMRegressor(3, max_epochs=1, random_state=0)])
@pytest.mark.parametrize("known", ["all", None, ["b"]])
def test_rows_absent_repeat_the_values_before(estimator, known):
    dropped = DAYS[[20, 21, 50]]
    model = forecaster(known, gaps="missing").set_params(estimator=estimator)
    found = model.fit(SERIES.drop(dropped), PAST.drop(dropped))
    options = {"exog": FUTURE} if known else {}
    found = found.forecast(STEPS, **options)
    filled = PAST.drop(dropped).reindex(PAST.index).ffill()
    expected = model.fit(SERIES.drop(dropped).reindex(DAYS[:N]), filled).forecast(STEPS, **options)
    pd.testing.assert_frame_equal(found, expected)


def test_trading_days_may_be_told_by_exog():
    days = pd.bdate_range("2024-03-01", periods=N + 8)
    holiday = pd.Timestamp("2024-06-10")
    open_days = days.drop(holiday)
    assert list(days).index(holiday) == N + 1
    series = pd.Series(SERIES.to_numpy(), index=days[:N])
    exog = pd.Series(EXOG["b"].to_numpy()[: N + 7], index=open_days)
    model = forecaster().fit(series, exog[:N])
    found = model.forecast(3, exog[N:])
    assert list(found.index) == list(open_days[N : N + 3])
    np.testing.assert_array_equal(found, model.forecast(3, exog[N:].to_numpy()))
    for same in (exog[N - 1 :], exog[N:][::-1], exog):
        pd.testing.assert_frame_equal(model.forecast(3, same), found)
    for wrong in (exog[N:].tz_localize("UTC"), exog[N:].set_axis(range(7))):
        with pytest.raises(ValueError, match=r"exog has no row at 2024-06-07 .* 0 are there|dtype"):
            model.forecast(3, wrong)
    weekend = exog[N:].rename({open_days[N + 1]: pd.Timestamp("2024-06-08")})
    with pytest.raises(ValueError, match="exog has no row at 2024-06-10"):
        model.forecast(3, weekend)


FITTED = {"exog": PAST, "known_exog": "all"}


@pytest.mark.parametrize(
    ("options", "exog", "message"),
    [
        ({}, None, r"exog is missing: 3 of the columns.*forecast takes their 5 rows.*known_exog"),
        ({}, FUTURE[:4], "exog has no row at 2024-03-15.*: the 5 rows from 2024-03"),
        ({}, FUTURE.to_numpy()[:4], "exog must have the 5 rows after the end"),
        ({}, FUTURE[1:], r"no row at 2024-03-11 .*, columns \['a', 'b', 'c'\]: .* 4 are there"),
        ({}, PAST, r"no row at 2024-03-11.* 0 are there; its rows are from 2024-01-01"),
        ({}, FUTURE.reset_index(drop=True), "at 2024-03-11.* 0 are there; its rows are from 0 to"),
        ({}, FUTURE.tz_localize("UTC"), "no row at 2024-03-11.* 0 are there"),
        ({}, FUTURE[["a", "b"]], r"exog lacks the column 'c'.*\['a', 'b', 'c'\], got \['a', 'b'\]"),
        ({}, FUTURE.to_numpy()[:, :2], "exog must have the 3 columns that are known.*, got 2"),
        ({}, FUTURE.replace(FUTURE.iloc[1, 2], np.nan), "exog is NaN at 2024-03-12.*, column 'c'"),
        ({}, FUTURE.replace(FUTURE.iloc[1, 2], np.inf), "exog contains infinity"),
        ({"known_exog": None}, FUTURE, "exog was given, but no column is known.*: fit had 3"),
        ({"exog": None}, FUTURE, "exog was given, but no column is known in advance: fit had 0"),
        ({"horizon": 4, "strategy": "direct"}, FUTURE[:4], "no row at 2024-03-15"),
    ],
)  # fmt: skip
def test_wrong_futures(options, exog, message):
    options = FITTED | options
    past = options.pop("exog")
    model = forecaster(**options).fit(SERIES, past)
    with pytest.raises(ValueError, match=message):
        model.forecast(STEPS, exog)


@pytest.mark.parametrize(
    ("known", "exog", "message"),
    [
        ("all", PAST[1:], r"exog has no row at 2024-01-01 00:00:00 of series"),
        ("all", EXOG.drop(EXOG.index[3]), r"exog has no row at 2024-01-04 00:00:00 of series"),
        ("all", PAST.reset_index(drop=True), "at 2024-01-01 .*: none of its rows, from 0 to 69"),
        ("all", PAST[::-1], "The index of exog is not sorted"),
        ("all", PAST.iloc[[0, *range(70)]], "The index of exog has duplicate labels, 2024-01-01"),
        ("all", PAST.to_numpy()[1:], "exog must have the rows of series: got 69 .* series has 70"),
        ("all", PAST.replace(PAST.iloc[3, 1], np.nan), r"exog is NaN at 2024-01-04.*, column 'b'"),
        (["d"], PAST, r"known_exog has 'd', which is no column of exog: \['a', 'b', 'c'\]"),
        ([3], PAST.to_numpy(), "known_exog has 3, which is no column of exog: it has 3"),
        (["a"], None, "known_exog has 'a', which is no column of exog: it has 0"),
    ],
)
def test_wrong_columns_in_fit(known, exog, message):
    with pytest.raises(ValueError, match=message):
        forecaster(known).fit(SERIES, exog)


def test_a_series_out_of_order_is_named_before_its_exog():
    with pytest.raises(ValueError, match="The index of series is not sorted"):
        forecaster().fit(SERIES[::-1], PAST)


@pytest.mark.parametrize(
    ("fitted", "exog", "message"),
    [
        (PAST, None, "exog is missing: fit had 3 exogenous columns"),
        (None, FUTURE[:2], "exog was given, but fit had none"),
        (PAST, FUTURE.iloc[:2, :2], "exog has 2 columns, and had 3 in fit"),
        (PAST, FUTURE.iloc[:2, ::-1], r"exog has the columns \['c', 'b', 'a'\], and had \['a'"),
        (PAST, FUTURE[1:3], r"exog has no row at 2024-03-11"),
    ],
)
def test_wrong_columns_in_updates(fitted, exog, message):
    model = forecaster(None).fit(SERIES, fitted)
    expected = model.forecast(STEPS)
    with pytest.raises(ValueError, match=message):
        model.update(WHOLE[N : N + 2], exog)
    pd.testing.assert_frame_equal(model.forecast(STEPS), expected)


@pytest.mark.parametrize("by", [None, "key"])
def test_advice_fills_no_series_with_values_of_another(by):
    frame = pd.DataFrame({"v": WALK[:20], "w": WALK[20:40]})
    frame.loc[5, "w"] = np.nan
    if by is not None:
        frame["key"] = np.repeat(["a", "b"], 10)
    with pytest.raises(ValueError, match=r"only partly NaN at 5.*w.*CausalImputer") as refused:
        Forecaster(Ridge(), 4, by=by).fit(frame)
    assert ("groupby(...).ffill" in str(refused.value)) == (by is not None)
