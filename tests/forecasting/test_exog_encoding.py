"""Categories and columns that describe a series are what they would be as numbers made by hand."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import skops.io
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge

from sklstm import Forecaster, GRURegressor, PanelTimeSeriesSplit
from sklstm.forecasting._features import Features
from sklstm.forecasting._training_pairs import TrainingPairs

DAYS = pd.date_range("2025-01-01", periods=60, name="day")
RNG = np.random.default_rng(3)
KINDS = {"n": "corner", "s": "mall", "e": "corner", "w": "station"}
SIZES = {"n": 3.0, "s": 9.0, "e": 1.0, "w": 4.0}


def shop(kind, size):
    promo = RNG.choice(["flyer", "none", "radio"], 60)
    sold = size + RNG.normal(size=60) + 2.0 * (promo == "flyer") + 3.0 * (kind == "mall")
    columns = {
        "sold": sold,
        "kind": kind,
        "size": size,
        "promo": promo,
        "rain": RNG.normal(size=60),
    }
    return pd.DataFrame(columns, index=DAYS)


TABLE = pd.concat({key: shop(KINDS[key], SIZES[key]) for key in KINDS}, names=["shop"])
EXOG = TABLE.drop(columns="sold")
STATIC = ["kind", "size"]


def part(table, first, end):
    return table[table.index.get_level_values("day").isin(DAYS[first:end])]


def until(table, end):
    return part(table, 0, end)


def promos_by_hand(table):
    names = ["flyer", "none", "radio"]
    flags = {name: (table["promo"] == name).astype(float) for name in names}
    return pd.DataFrame(flags | {"rain": table["rain"]}, index=table.index)


def static_by_hand(table):
    sizes = np.array(list(SIZES.values()))
    kinds = ["corner", "mall", "station"]
    flags = {name: (table["kind"] == name).astype(float) for name in kinds}
    return pd.DataFrame(flags | {"size": (table["size"] - sizes.mean()) / sizes.std()})


STRATEGIES = [{}, {"strategy": "direct", "horizon": 4}]


@pytest.mark.parametrize("options", STRATEGIES, ids=["recursive", "direct"])
@pytest.mark.parametrize("dtype", ["str", "category", object])
def test_categories_are_columns_of_zeros_and_ones(options, dtype):
    table, hand = EXOG[["promo", "rain"]].astype({"promo": dtype}), promos_by_hand(EXOG)
    sold = TABLE[["sold"]]
    ours, theirs = (Forecaster(Ridge(), 5, by="shop", **options) for _ in range(2))
    ours.fit(until(sold, 40), until(table, 40))
    theirs.fit(until(sold, 40), until(hand, 40))
    for end in (40, 42):
        expected = theirs.forecast(4, hand, level=0.8)
        pd.testing.assert_frame_equal(ours.forecast(4, table, level=0.8), expected)
        ours.update(part(sold, end, end + 2), part(table, end, end + 2))
        theirs.update(part(sold, end, end + 2), part(hand, end, end + 2))
    drawn = ours.sample_paths(3, 4, random_state=0, exog=table)
    expected = theirs.sample_paths(3, 4, random_state=0, exog=hand)
    pd.testing.assert_frame_equal(drawn, expected)
    later = part(sold, 44, 60), part(table, 44, 60)
    assert ours.score(*later) == theirs.score(later[0], part(hand, 44, 60))
    assert ours.exog_columns_ == ours.known_exog_ == ["promo", "rain"]
    assert ours.exog_categories_ == {"promo": ["flyer", "none", "radio"]}
    assert theirs.exog_categories_ == {}


def test_categories_of_a_series_alone_known_or_not():
    alone = TABLE.loc["n"]
    for known, names in ((["rain"], ["rain"]), (["promo"], ["flyer", "none", "radio"])):
        hand = promos_by_hand(alone)
        ours = Forecaster(Ridge(), 5, 1, "recursive", known_exog=known).fit(
            alone["sold"][:40], alone[["promo", "rain"]][:40]
        )
        theirs = Forecaster(Ridge(), 5, 1, "recursive", known_exog=names)
        theirs.fit(alone["sold"][:40], hand[:40])
        pd.testing.assert_frame_equal(ours.forecast(4, alone[known]), theirs.forecast(4, hand))
        assert ours.known_exog_ == known
    only = Forecaster(Ridge(), 5).fit(alone["sold"][:40], alone["promo"][:40])
    theirs = Forecaster(Ridge(), 5).fit(alone["sold"][:40], hand[["flyer", "none", "radio"]][:40])
    expected = theirs.forecast(4, hand[["flyer", "none", "radio"]])
    pd.testing.assert_frame_equal(only.forecast(4, alone["promo"]), expected)


def test_numbers_that_are_text_stay_numbers():
    alone = TABLE.loc["n"]
    text = alone["rain"].map(str).to_frame()
    ours = Forecaster(Ridge(), 5).fit(alone["sold"][:40], text[:40])
    theirs = Forecaster(Ridge(), 5).fit(alone["sold"][:40], alone[["rain"]][:40])
    pd.testing.assert_frame_equal(ours.forecast(4, text), theirs.forecast(4, alone[["rain"]]))


def test_an_unseen_category_is_none_of_those_known():
    alone, names = TABLE.loc["n"], ["promo", "rain"]
    model = Forecaster(Ridge(), 5).fit(alone["sold"][:40], alone[names][:40])
    later = alone[names].assign(promo="poster")
    with pytest.warns(UserWarning, match="'promo': 'poster'") as caught:
        forecast = model.forecast(4, later)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    hand = promos_by_hand(alone)
    theirs = Forecaster(Ridge(), 5).fit(alone["sold"][:40], hand[:40])
    expected = theirs.forecast(4, promos_by_hand(later))
    pd.testing.assert_frame_equal(forecast, expected)
    with pytest.warns(UserWarning, match="categories that fit did not have"):
        model.update(alone["sold"][40:42], later[40:42])


def test_a_category_of_rows_that_are_not_looked_up_is_no_matter():
    first = until(TABLE, 40)
    model = Forecaster(Ridge(), 5, by="shop").fit(first[["sold"]], first[["promo"]])
    plan = part(TABLE, 30, 60)[["promo"]]
    expected = model.forecast(4, exog=plan)
    # Shop "x" is new, day 39 is known, and days from 44 on are beyond the four steps.
    other = plan.loc[["w"]].rename(index={"w": "x"}, level="shop").assign(promo="poster")
    days = plan.index.get_level_values("day")
    plan = plan.assign(promo=plan["promo"].mask((days < DAYS[40]) | (days > DAYS[43]), "coupon"))
    plan = pd.concat([plan, other])
    pd.testing.assert_frame_equal(model.forecast(4, exog=plan), expected)
    plan.iloc[12, 0] = "tv"  # of shop "n", the third day
    with pytest.warns(UserWarning, match=r"\('promo': 'tv'\)") as caught:
        model.forecast(4, exog=plan)
    assert [warning.filename for warning in caught] == [__file__]
    model.forecast(4, exog=plan, series=["s", "e", "w"])


def ridge_by_hand(past, alpha, lookback):
    """Return forecasts of the next rows, by the normal equations on lags and static numbers."""
    static = static_by_hand(past).groupby(level="shop", sort=False).first()
    rows, targets, newest = [], [], []
    for key in KINDS:
        sold, own = past.loc[key, "sold"].to_numpy(), static.loc[key].to_numpy()
        for end in range(lookback, len(sold) + 1):
            row = np.append(sold[end - lookback : end], own)
            if end < len(sold):
                rows.append(row)
                targets.append(sold[end])
        newest.append(row)
    rows, targets, newest = map(np.array, (rows, targets, newest))
    centre = rows - rows.mean(axis=0)
    gram = centre.T @ centre + alpha * np.eye(rows.shape[1])
    weights = np.linalg.solve(gram, centre.T @ (targets - targets.mean()))
    return targets.mean() + (newest - rows.mean(axis=0)) @ weights


@pytest.mark.parametrize("one_row_each", [False, True])
def test_static_columns_stand_once_in_flat_windows(one_row_each):
    past = until(TABLE, 50)
    exog = past[STATIC]
    if one_row_each:
        exog = exog.groupby(level="shop").first().reset_index().iloc[::-1]
    model = Forecaster(Ridge(2.0), 3, scaling=None, by="shop", static_exog=STATIC)
    forecast = model.fit(past[["sold"]], exog).forecast(1)
    np.testing.assert_allclose(forecast["prediction"], ridge_by_hand(past, 2.0, 3), rtol=1e-9)
    assert model.exog_columns_ == list(exog.columns.drop("shop", errors="ignore"))
    assert model.known_exog_ == []


@pytest.mark.parametrize(
    ("options", "scaling"),
    [({"strategy": "recursive"}, "difference"), (STRATEGIES[1], None)],
    ids=["recursive", "direct"],
)
def test_networks_read_static_columns_at_each_step(options, scaling):
    network = GRURegressor(3, max_epochs=2, random_state=0)
    names = {"by": "shop", "scaling": scaling}
    past, hand = until(TABLE, 30), static_by_hand(until(TABLE, 30))
    ours = Forecaster(network, 5, static_exog=STATIC, **names, **options)
    theirs = Forecaster(network, 5, known_exog=None, **names, **options)
    ours.fit(past[["sold"]], past[STATIC])
    theirs.fit(past[["sold"]], hand)
    pd.testing.assert_frame_equal(ours.forecast(6, level=0.5), theirs.forecast(6, level=0.5))


def test_a_network_learns_from_them():
    days = pd.date_range("2025-01-01", periods=40, name="day")
    sign = {"up": 1.0, "down": -1.0}
    parts = {
        f"{kind}{k}": pd.DataFrame({"sold": sign[kind] * np.arange(40.0) + k, "kind": kind}, days)
        for kind in sign
        for k in range(3)
    }
    table = pd.concat(parts, names=["shop"])
    model = Forecaster(Ridge(1e-3), 1, by="shop", scaling="difference", static_exog=["kind"])
    forecast = model.fit(table[["sold"]], table[["kind"]]).forecast(1)["prediction"]
    expected = [sign[kind] * 40 + k for kind in sign for k in range(3)]
    np.testing.assert_allclose(forecast, expected, atol=0.01)


@pytest.mark.parametrize("dynamic", [["promo"], []])
def test_new_series_bring_them_and_known_ones_need_not(dynamic):
    names = [*STATIC, *dynamic]
    known = TABLE.loc[["n", "s", "w"]]
    model = Forecaster(Ridge(), 4, by="shop", static_exog=STATIC)
    model.fit(until(known, 40)[["sold"]], until(known, 40)[names])
    more = part(known, 40, 45)
    whole = clone(model).fit(until(known, 40)[["sold"]], until(known, 40)[names])
    model.update(more[["sold"]], more[dynamic] if dynamic else None)
    whole.update(more[["sold"]], more[names])
    given = {"exog": TABLE} if dynamic else {}
    expected = whole.forecast(3, **given)
    pd.testing.assert_frame_equal(model.forecast(3, **given), expected)
    new = until(TABLE.loc[["e"]], 45)
    new = new.assign(sold=new["sold"] + 5)  # positive, for the scale is logarithmic
    with pytest.raises(ValueError, match=r"not describe series 'e', which is new.*'kind', 'size'"):
        model.update(new[["sold"]], new[dynamic] if dynamic else None)
    seen = model.forecast(3, history=new[["sold"]], history_exog=new[names], **given)
    model.update(new[["sold"]], new[names])
    pd.testing.assert_frame_equal(model.forecast(3, series="e", **given), seen)


def test_backtest_gaps_files_and_clones():
    names = ["kind", "size", "promo"]
    table = TABLE.drop(index=[("n", DAYS[20]), ("w", DAYS[33])])
    trees = HistGradientBoostingRegressor(max_iter=5)
    model = Forecaster(trees, 4, by="shop", static_exog=STATIC, gaps="missing", horizon=2)
    past = until(table, 50)
    model.fit(past[["sold"]], past[names])
    expected = model.forecast(2, exog=EXOG, level=0.5)
    for copy in (
        pickle.loads(pickle.dumps(model)),
        clone(model).fit(past[["sold"]], past[names]),
    ):
        pd.testing.assert_frame_equal(copy.forecast(2, exog=EXOG, level=0.5), expected)
    cv = PanelTimeSeriesSplit(2, test_size=6)
    result = model.backtest(past[["sold"]], cv, exog=past[names], steps=2, stride=2)
    assert result.forecasts["prediction"].notna().all()
    fold = until(table, 38)
    by_hand = clone(model).fit(fold[["sold"]], fold[names]).forecast(2, exog=EXOG)
    first = result.forecasts.xs(DAYS[37], level="origin")["prediction"]
    np.testing.assert_array_equal(first, by_hand["prediction"])


def test_files_of_skops():
    past = until(TABLE, 30)
    model = Forecaster(Ridge(), 4, by="shop", static_exog=STATIC).fit(
        past[["sold"]], past[["kind", "size", "promo"]]
    )
    content = skops.io.dumps(model)
    copy = skops.io.loads(content, trusted=skops.io.get_untrusted_types(data=content))
    pd.testing.assert_frame_equal(copy.forecast(2, exog=EXOG), model.forecast(2, exog=EXOG))


def test_pairs_are_gathered_with_static_columns():
    features = Features(3, 2, np.array([0]), np.array([1]), pads=True, n_static=2)
    values, exog = RNG.normal(size=(20, 1)), RNG.normal(size=(20, 2))
    static = np.array([[1.0, 2.0], [3.0, 4.0]])
    tables = [(DAYS[:12], values[:12], exog[:12]), (DAYS[:8], values[12:], exog[12:])]
    pairs = TrainingPairs.of(tables, features, True, static)
    found = pairs.gather(np.arange(len(pairs)))
    for number, table in enumerate(tables):
        own = found.places[:, 0] == number
        alone = TrainingPairs.of([table], features, True, static[[number]]).all
        np.testing.assert_array_equal(found.windows[own], alone.windows)
        observed = alone.windows[:, -1]
        np.testing.assert_array_equal(observed[:, -2:], np.tile(static[number], (len(observed), 1)))


FIRST = until(TABLE, 30)
BAD = {
    "a series alone": (
        {"by": None}, FIRST.loc["n"][["sold"]], FIRST.loc["n"][STATIC], "static_exog.*it takes by",
    ),
    "no exog": ({}, FIRST[["sold"]], None, r"static_exog=\['kind', 'size'\] names columns of exog"),
    "no column": (
        {"static_exog": ["age"]}, FIRST[["sold"]], FIRST[STATIC], "'age', which is no column",
    ),
    "changes": (
        {"static_exog": ["rain"]}, FIRST[["sold"]], FIRST[["rain"]],
        r"'rain', which changes .* 'n': it is -0[0-9.]+ in row 0 .* and -0[0-9.]+ in row 1",
    ),
    "missing": (
        {}, FIRST[["sold"]], FIRST[STATIC].assign(kind=FIRST["kind"].where(FIRST["size"] != 9)),
        "'kind', which is missing for series 's'",
    ),
    "no rows": ({}, FIRST[["sold"]], FIRST[STATIC].drop(index="e"), "not describe series 'e'"),
    "both": ({"known_exog": ["size"]}, FIRST[["sold"]], FIRST[STATIC], "both name 'size'"),
    "infinite": (
        {}, FIRST[["sold"]], FIRST[STATIC].replace(9.0, np.inf), "'size' that are not finite",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_named(case):
    options, series, exog, message = BAD[case]
    model = Forecaster(Ridge(), 4, **{"by": "shop", "static_exog": STATIC} | options)
    with pytest.raises(ValueError, match=message):
        model.fit(series, exog)


def test_bad_categories_are_named():
    days = pd.date_range("2020-01-01", periods=300)
    sold, model = pd.Series(np.arange(300.0), days), Forecaster(Ridge(), 4)
    for column, message in (
        (days.strftime("day %j of %Y"), "300 different values in column 'what'"),
        (pd.Categorical(days), "neither text nor numbers"),
        (["a", None] * 150, r"exog is missing at 2020-01-02 .*'what', which .*fillna\('none'\)"),
    ):
        with pytest.raises(ValueError, match=message):
            model.fit(sold, pd.DataFrame({"what": column}, days))
    model.fit(sold, pd.DataFrame({"what": ["a", "b"] * 150}, days))
    with pytest.raises(ValueError, match=r"exog takes a frame with the columns of fit, \['what'\]"):
        model.forecast(2, np.zeros((2, 1)))
    with pytest.raises(ValueError, match="lacks the column 'what'"):
        model.forecast(2, pd.DataFrame({"other": [1.0, 2.0]}))


def test_messages_name_columns_as_they_are_given():
    past, names = until(TABLE, 40), ["promo", "rain"]
    model = Forecaster(Ridge(), 4, by="shop").fit(past[["sold"]], past[names])
    with pytest.raises(ValueError, match=r"columns \['promo', 'rain'\]: .* those to forecast"):
        model.forecast(2, exog=past)
    closed = TABLE.assign(promo=TABLE["promo"].where(TABLE["promo"] != "none"))
    with pytest.raises(ValueError, match="exog is missing at 2025.* 'promo', which holds categ"):
        model.forecast(15, exog=closed)
    same = part(TABLE, 38, 42)
    other = same.assign(promo=same["promo"].replace({"none": "radio", "radio": "none"}))
    with pytest.raises(ValueError, match=r"is of another category at 2025-02-08.*'promo', than"):
        model.update(same[["sold"]], other[names])
    with pytest.raises(ValueError, match=r"exog 'n' is 1.0 at 2025-02-08.*'rain', and -?\d"):
        model.update(same[["sold"]], same[names].assign(rain=1.0))


def test_what_describes_a_known_series_must_not_change():
    model = Forecaster(Ridge(), 4, by="shop", static_exog=STATIC)
    model.fit(FIRST[["sold"]], FIRST[STATIC])
    later = part(TABLE, 30, 32)
    with pytest.raises(ValueError, match=r"another 'size' of series 's' than in fit \(8 in place"):
        model.update(later[["sold"]], later[STATIC].replace(9.0, 8.0))
    with pytest.raises(ValueError, match=r"another 'kind' of series 'n' than in fit: what"):
        model.update(later[["sold"]], later[STATIC].replace("corner", "station"))
    with pytest.raises(ValueError, match=r"columns \['kind'\], and had \['kind', 'size'\] in fit"):
        model.update(later[["sold"]], later[["kind"]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert model.update(later[["sold"]]).last_[0] == DAYS[31]


def test_sizes_in_single_precision_are_those_in_double_precision():
    tenths = TABLE[["size"]] / 10
    model = Forecaster(Ridge(), 4, by="shop", static_exog=["size"])
    expected = model.fit(FIRST[["sold"]], until(tenths, 30)).forecast(3)
    single = part(tenths, 30, 32).astype(np.float32)
    updated = model.update(part(TABLE, 30, 32)[["sold"]], single)
    assert updated.last_[0] == DAYS[31]
    model.fit(FIRST[["sold"]], until(tenths, 30))
    again = model.forecast(3, history=FIRST[["sold"]], history_exog=until(tenths, 30).astype("f4"))
    pd.testing.assert_frame_equal(again, expected)


@pytest.mark.parametrize("network", [False, True])
def test_folds_know_no_categories_and_sizes_that_came_later(network):
    later = shop("kiosk", 400.0)[44:]  # opens after the first fold
    table = pd.concat([TABLE, pd.concat({"new": later}, names=["shop"])])
    is_late = table.index.get_level_values("day") >= DAYS[53]
    table["promo"] = table["promo"].where(~is_late, "balloon")
    series, exog = table[["sold"]], table[["promo", "rain", "kind", "size"]]
    estimator = GRURegressor(2, max_epochs=2, random_state=0) if network else Ridge()
    model = Forecaster(
        estimator, 4, by="shop", static_exog=STATIC, known_exog=["promo"], strategy="recursive",
        calendar=["day_of_week"], scaling="difference", calibration_size=None,
    )  # fmt: skip
    cv = PanelTimeSeriesSplit(2, test_size=8)
    found = model.backtest(series, cv, exog=exog).forecasts["prediction"]
    for end in (44, 52):
        known = until(exog, end)
        by_hand = clone(model).fit(until(series, end), known)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the category
            expected = by_hand.forecast(8, exog=exog)["prediction"]
        np.testing.assert_allclose(found.xs(DAYS[end - 1], level="origin"), expected, rtol=1e-6)


def test_equal_sizes_have_no_scale():
    model = Forecaster(Ridge(), 4, by="shop", static_exog=["size"])
    first = FIRST.assign(size=0.1)  # whose standard deviation is 1e-17
    model.fit(first[["sold"]], first[["size"]])
    new = {"history": FIRST.loc[["n"]].rename(index={"n": "new"}, level="shop")}
    size = new["history"][["size"]].assign(size=0.2)
    found = model.forecast(1, history=new["history"][["sold"]], history_exog=size)
    expected = model.forecast(1, series="n")
    np.testing.assert_allclose(found["prediction"], expected["prediction"])


def test_the_table_of_stores_may_have_keys_in_its_index_or_be_of_polars():
    polars = pytest.importorskip("polars")
    stores = FIRST.groupby(level="shop", sort=False)[STATIC].first()
    model = Forecaster(Ridge(), 4, by="shop", static_exog=STATIC)
    expected = model.fit(FIRST[["sold"]], FIRST[STATIC]).forecast(2)
    for table in (stores, stores.reset_index(), polars.from_pandas(stores.reset_index())):
        found = model.fit(FIRST[["sold"]], table).forecast(2)
        pd.testing.assert_frame_equal(found, expected)


def test_stores_without_sales_do_not_count():
    stores = FIRST.groupby(level="shop", sort=False)[STATIC].first()
    more = pd.DataFrame({"kind": ["airport"], "size": [5000.0]}, index=["x"])
    table = pd.concat([more, stores]).rename_axis("shop")
    model = Forecaster(Ridge(), 4, by="shop", static_exog=STATIC)
    expected = model.fit(FIRST[["sold"]], stores).forecast(2)
    pd.testing.assert_frame_equal(model.fit(FIRST[["sold"]], table).forecast(2), expected)
    assert "airport" not in model.exog_categories_["kind"]
    rows = part(TABLE, 30, 32)[["sold"]]
    assert model.update(rows, table).last_ == [DAYS[31]] * 4  # and nothing is warned of
    new = FIRST[["sold"]].loc[["n"]].rename(index={"n": "x"}, level="shop")
    with pytest.warns(UserWarning, match="'kind': 'airport'"):
        model.forecast(1, history=new, history_exog=table)


def test_keys_of_another_type_are_told():
    table = TABLE.rename(index={"n": "1"}, level="shop")
    model = Forecaster(Ridge(), 4, by="shop", static_exog=STATIC)
    first = until(table, 30)
    model.fit(first[["sold"]], first[[*STATIC, "promo"]])
    other = table.loc[["1"]].rename(index={"1": 1}, level="shop")
    with pytest.raises(ValueError, match=r"no rows of series '1', but of 1, of another type"):
        model.forecast(2, exog=other, series="1")
    with pytest.raises(ValueError, match=r"series 1 \(int\) was '1' \(str\) in fit"):
        model.update(part(other, 30, 32)[["sold"]], part(other, 30, 32)[["promo"]])


def test_dictionaries_of_arrow_are_categories():
    dictionary = pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))
    sold, exog = TABLE[["sold"]].reset_index("shop"), EXOG.reset_index("shop")
    kinds = {"shop": dictionary, "kind": dictionary, "promo": dictionary}
    theirs, ours = [], []
    for found, table in ((theirs, exog), (ours, exog.astype(kinds))):
        named = sold.assign(shop=table["shop"])
        model = Forecaster(Ridge(), 5, by="shop", static_exog=STATIC)
        model.fit(named[named.index < DAYS[40]], table[table.index < DAYS[40]])
        found.append(model.forecast(3, table))
        new = (table.index >= DAYS[40]) & (table["shop"] == "e").to_numpy()  # of one shop alone
        found.append(model.update(named[new], table[new]).forecast(3, table, series="n"))
        found.append(model.exog_categories_)
    for found, expected in zip(ours[:2], theirs[:2], strict=True):
        pd.testing.assert_frame_equal(found, expected, check_index_type=False)
    assert ours[2] == theirs[2]


def test_text_among_numbers_is_told():
    amounts = pd.DataFrame({"price": [str(k % 7) for k in range(60)]}, index=DAYS)
    sold, torn = until(TABLE, 60).loc["n", ["sold"]], amounts.copy()
    torn.iloc[5] = "-"
    model = Forecaster(Ridge(), 5, calibration_size=None)
    assert model.fit(sold, amounts).exog_categories_ == {}
    told = r"exog has '-' in column 'price' among values that are numbers, so that all of its 8"
    with pytest.warns(UserWarning, match=told):
        model.fit(sold, torn)
    categories = model.exog_categories_
    assert categories == {"price": ["-", *map(str, range(7))]}
    assert model.fit(sold, torn.astype("category")).exog_categories_ == categories
    classes = pd.DataFrame({"kind": [("1", "1a", "2b")[k % 3] for k in range(60)]}, index=DAYS)
    assert model.fit(sold, classes).exog_categories_ == {"kind": ["1", "1a", "2b"]}
