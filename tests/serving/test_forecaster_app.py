"""The example's server with a forecaster of two towns, asked as its clients will ask it."""

import copy
import re

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from sklstm import Forecaster

DAYS = pd.date_range("2025-01-01", periods=120, tz="Europe/Berlin", name="day")
WARMTH = np.sin(np.arange(120) / 9)
NOISE = np.random.default_rng(0).normal(size=120)
DEMAND = 50 + 5 * np.sin(2 * np.pi * np.arange(120) / 7) - WARMTH + NOISE
N_FITTED, LEVEL = 100, 0.8


def make_panel():
    frame = pd.DataFrame({"demand": DEMAND, "warmth": WARMTH}, index=DAYS)
    return pd.concat({"north": frame, 7: 2 * frame}, names=["town", "day"])


PANEL = make_panel()


def rows_of(first, end, columns=("demand", "warmth")):
    """Return what a client posts of these rows of each town."""
    return [
        {"time": day.isoformat(), "town": town} | {name: row[name] for name in columns}
        for town, frame in PANEL.groupby(level=0, sort=False)
        for (_, day), row in frame.iloc[first:end].iterrows()
    ]


@pytest.fixture(scope="module")
def forecaster():
    fitted = PANEL.groupby(level=0, sort=False).head(N_FITTED)
    model = Forecaster(Ridge(0.01), 14, horizon=3, strategy="direct", by="town")
    return model.fit(fitted[["demand"]], fitted[["warmth"]])


@pytest.fixture(scope="module")
def path(forecaster, tmp_path_factory):
    path = tmp_path_factory.mktemp("forecaster") / "model.joblib"
    expected = {"mae": {1: 0.1, 2: 0.2, 3: 0.3}}
    content = {"model": forecaster, "version": "7", "units": {"demand": "MWh"}}
    joblib.dump(content | {"backtest": expected}, path)
    return path


@pytest.fixture(scope="module")
def server(path, start, tmp_path_factory):
    with start(path, tmp_path_factory.mktemp("server") / "log") as server:
        yield server


def ask(server, **question):
    answer = server.client.post("/forecast", json=question)
    assert answer.status_code == 200, answer.text
    return answer.json()


def expected_forecast(forecaster, n_known, **asked):
    model = copy.copy(forecaster)
    if n_known > N_FITTED:
        new = PANEL.groupby(level=0, sort=False).head(n_known)
        model = model.update(new[["demand"]], new[["warmth"]])
    future = PANEL.groupby(level=0, sort=False).nth(list(range(n_known, n_known + 3)))
    return model.forecast(exog=future[["warmth"]], **asked)


def test_it_tells_what_it_takes(server):
    takes = server.client.get("/model").json()["takes"]
    assert takes["kind"] == "forecaster"
    assert takes["series"] == ["north", 7]
    assert takes["last"] == [DAYS[N_FITTED - 1].isoformat()] * 2
    assert takes["known_in_advance"] == ["warmth"]


@pytest.mark.parametrize("n_known", [N_FITTED, N_FITTED + 1, N_FITTED + 10])
def test_answers_are_those_of_the_forecaster_to_the_last_digit(server, forecaster, n_known):
    """Some of the rows sent are known; the next client is answered as if none had been sent."""
    future = rows_of(n_known, n_known + 3, ["warmth"])
    rows = rows_of(N_FITTED - 5, n_known)
    answer = ask(server, rows=rows, future=future, levels=[LEVEL])
    expected = expected_forecast(forecaster, n_known, level=[LEVEL])
    assert [record["prediction"] for record in answer["forecast"]] == list(expected["prediction"])
    assert [record["upper_0.8"] for record in answer["forecast"]] == list(expected["upper_0.8"])
    places = [(record["series"], record["time"]) for record in answer["forecast"]]
    assert places == [(town, day.isoformat()) for town, day in expected.index]
    assert answer["model"] == {"version": "7", "units": {"demand": "MWh"}}


def test_one_series_and_fewer_steps_can_be_asked_for(server, forecaster):
    future = [row for row in rows_of(N_FITTED, N_FITTED + 3, ["warmth"]) if row["town"] == 7]
    answer = ask(server, future=future, series=[7], steps=2)
    expected = expected_forecast(forecaster, N_FITTED).loc[7]["prediction"][:2]
    found = [record["prediction"] for record in answer["forecast"]]
    np.testing.assert_allclose(found, expected, rtol=1e-12)  # a linear model of fewer rows at once
    assert [record["step"] for record in answer["forecast"]] == [1, 2]


def test_live_errors_and_coverage_stand_next_to_those_of_the_backtest(servers, path, forecaster):
    with servers(path) as server:
        assert server.client.get("/monitoring").json() == []
        for n_known in (N_FITTED + 10, N_FITTED + 13, N_FITTED + 13):  # each row counts once
            future = rows_of(n_known, n_known + 3, ["warmth"])
            ask(server, rows=rows_of(N_FITTED, n_known), future=future, levels=[LEVEL])
        table = pd.DataFrame(server.client.get("/monitoring").json()).set_index("step")
        shown = server.client.get("/")
    expected = expected_forecast(forecaster, N_FITTED + 10, level=[LEVEL])
    truth = PANEL["demand"].reindex(expected.index)
    error = (truth - expected["prediction"]).abs().groupby(level=1).mean()
    inside = truth.between(expected["lower_0.8"], expected["upper_0.8"]).groupby(level=1).mean()
    np.testing.assert_allclose(table["mae"], error)
    np.testing.assert_allclose(table["coverage_0.8"], inside)
    assert table["mae_in_backtest"].to_dict() == {1: 0.1, 2: 0.2, 3: 0.3}
    assert table["n"].tolist() == [2, 2, 2]
    assert shown.headers["content-type"].startswith("text/html")
    assert f"<td>{error.iloc[2]:.4g}</td>" in shown.text


GOOD = rows_of(N_FITTED, N_FITTED + 1)
FUTURE = rows_of(N_FITTED, N_FITTED + 3, ["warmth"])
REFUSED = {
    "unknown series": ({"rows": [GOOD[0] | {"town": "7"}]}, "^town: a series '7' is unknown"),
    "unknown series wanted": ({"series": ["west"], "future": FUTURE}, "'west' is unknown"),
    "no offset": ({"rows": [GOOD[0] | {"time": "2025-04-11"}]}, "^time: .*an offset.*Berlin"),
    "no time": ({"rows": [GOOD[0] | {"time": "noon"}]}, "^time: Invalid isoformat string"),
    "no month": ({"rows": [GOOD[0] | {"time": "2025-13-01T00:00Z"}]}, "^time: month must be"),
    "number": ({"rows": [GOOD[0] | {"time": 100}]}, "^time: the model takes times as text"),
    "no exog": ({"rows": [rows_of(100, 101, ["demand"])[0]]}, r"^rows\[0\].warmth: Field required"),
    "no key": ({"rows": [{"time": "2025-04-11", "demand": 1, "warmth": 1}]}, r"town: Field req"),
    "text": ({"rows": [GOOD[0] | {"demand": "1"}]}, r"^rows\[0\].demand"),
    "a gap": ({"rows": rows_of(N_FITTED + 1, N_FITTED + 2), "future": FUTURE}, "gap: 2025-04-11"),
    "other values": ({"rows": [rows_of(99, 100)[0] | {"demand": 0}]}, "must be equal"),
    "no future": ({}, "exog is missing"),
    "short future": ({"future": FUTURE[:2]}, "exog has no row at .* the 3 rows|no rows of series"),
    "level": ({"future": FUTURE, "levels": [1.5]}, r"^levels\[0\]: .*less than 1"),
    "no steps": ({"future": FUTURE, "steps": 0}, "^steps: .*greater than or equal to 1"),
    "unknown field": ({"horizon": 3}, "^horizon: Extra inputs"),
}


@pytest.mark.parametrize(("question", "reason"), REFUSED.values(), ids=REFUSED)
def test_bad_questions_are_refused_with_a_reason(server, question, reason):
    answer = server.client.post("/forecast", json=question)
    assert answer.status_code == 422, answer.text
    assert re.search(reason, answer.json()["detail"]), answer.text


SINGLE = {
    "counted": (DEMAND[:100], 100, [100, 101]),
    "periods": (pd.Series(DEMAND[:100], DAYS[:100].tz_localize(None).to_period()), "2025-04-11",
                ["2025-04-11", "2025-04-12"]),
    "no zone": (pd.Series(DEMAND[:100], DAYS[:100].tz_localize(None)), "2025-04-11",
                ["2025-04-11T00:00:00", "2025-04-12T00:00:00"]),
}  # fmt: skip


@pytest.mark.parametrize(("series", "time", "expected"), SINGLE.values(), ids=SINGLE)
def test_a_series_alone_with_any_kind_of_time(servers, tmp_path, series, time, expected):
    forecaster = Forecaster(Ridge(), 7, horizon=2).fit(series)
    joblib.dump(forecaster, tmp_path / "one.joblib")
    column = str(forecaster.columns_[0])
    with servers(tmp_path / "one.joblib") as server:
        answer = ask(server)
        after = ask(server, rows=[{"time": time, column: DEMAND[100]}], steps=1)
        for wrong in ("noon", 10**30):  # no time, and more than the numbers of a machine
            asked = {"rows": [{"time": wrong, column: 1.0}]}
            refused = server.client.post("/forecast", json=asked)
            assert refused.status_code == 422
            assert refused.json()["detail"].startswith("time: ")
    assert [record["time"] for record in answer["forecast"]] == expected
    assert [record["series"] for record in answer["forecast"]] == [None, None]
    assert [record["time"] for record in after["forecast"]] == expected[1:]
    predictions = [record["prediction"] for record in answer["forecast"]]
    assert predictions == list(forecaster.forecast()["prediction"])


def test_keys_of_several_parts_are_lists(servers, forecaster, tmp_path):
    """The same rows under a country and a town are forecast the same."""
    names, panel = ["country", "town"], pd.concat({"A": PANEL}, names=["country"])
    fitted = panel.groupby(level=names, sort=False).head(N_FITTED)
    model = Forecaster(Ridge(0.01), 14, horizon=3, strategy="direct", by=names)
    model.fit(fitted[["demand"]], fitted[["warmth"]])
    joblib.dump({"model": model, "version": "8", "units": {"demand": "MWh"}}, tmp_path / "m.joblib")
    future = [row | {"country": "A"} for row in rows_of(N_FITTED + 1, N_FITTED + 4, ["warmth"])]
    rows = [row | {"country": "A"} for row in rows_of(N_FITTED, N_FITTED + 1)]
    with servers(tmp_path / "m.joblib") as server:
        takes = server.client.get("/model").json()["takes"]
        answer = ask(server, rows=rows, future=future)
        one = ask(server, rows=rows, future=future, series=[["A", 7]])
        unknown = server.client.post("/forecast", json={"rows": [rows[0] | {"town": "x"}]})
    assert (takes["by"], takes["series"]) == (names, [["A", "north"], ["A", 7]])
    expected = expected_forecast(forecaster, N_FITTED + 1)["prediction"]
    assert [record["prediction"] for record in answer["forecast"]] == list(expected)
    assert {tuple(record["series"]) for record in one["forecast"]} == {("A", 7)}
    assert unknown.status_code == 422
    assert "country, town: a series ('A', 'x') is unknown" in unknown.text


def test_categories_are_names_and_what_describes_a_series_is_in_the_file(servers, tmp_path):
    panel = PANEL.assign(promo=np.resize(["none", "none", "flyer"], len(PANEL)), kind="market")
    panel["pack"] = pd.Categorical(np.resize([0.5, 2.0], len(PANEL)))  # litres, a choice of two
    fitted = panel.groupby(level=0, sort=False).head(N_FITTED)
    model = Forecaster(
        Ridge(0.01), 7, horizon=2, strategy="direct", by="town", known_exog=["promo", "pack"],
        static_exog=["kind"],
    ).fit(fitted[["demand"]], fitted[["promo", "warmth", "kind", "pack"]])  # fmt: skip
    joblib.dump(model, tmp_path / "m.joblib")
    names = ["time", "demand", "warmth", "promo", "pack"]
    new = panel.loc["north"].iloc[N_FITTED:].assign(time=[day.isoformat() for day in DAYS[100:]])
    rows = new[:1][names].assign(town="north").to_dict("records")
    future = new[1:3][["time", "promo", "pack"]].assign(town="north").to_dict("records")
    with servers(tmp_path / "m.joblib") as server:
        takes = server.client.get("/model").json()["takes"]
        answer = ask(server, rows=rows, future=future, series=["north"])
        refused = [
            server.client.post(
                "/forecast", json={"rows": rows, "future": [future[0], future[1] | unknown]}
            )
            for unknown in ({"promo": "poster"}, {"pack": 1.5})
        ]
    assert takes["exogenous"] == ["promo", "warmth", "pack"]
    assert takes["categories"] == {"promo": ["flyer", "none"], "pack": [0.5, 2.0]}
    one = panel.loc[["north"]].iloc[N_FITTED:]
    later = copy.copy(model).update(one[["demand"]][:1], one[["promo", "warmth", "pack"]][:1])
    expected = later.forecast(exog=one[["promo", "pack"]][1:3], series=["north"])
    found = [record["prediction"] for record in answer["forecast"]]
    assert found == list(expected["prediction"])
    assert [answer.status_code for answer in refused] == [422, 422]
    details = [answer.json()["detail"] for answer in refused]
    assert re.search(r"^future\[1\].promo: .*one of 'flyer', 'none'", details[0])
    assert re.search(r"^future\[1\].pack: .*one of 0.5, 2.0", details[1])


@pytest.mark.parametrize("levels", [["day", "town"], ["town", "day"]])
def test_series_that_cannot_be_forecast_are_named_and_others_answer(servers, levels, tmp_path):
    fitted = PANEL.groupby(level=0, sort=False).head(N_FITTED)[["demand"]]
    new = fitted.loc[[7]].tail(3).rename(index={7: "new"}, level="town")
    options = {"horizon": 3, "by": "town", "scaling": "difference"}
    model = Forecaster(Ridge(0.01), 14, **options)
    with pytest.warns(UserWarning, match="are left out of training: 'new'"):
        model.fit(pd.concat([fitted, new]).reorder_levels(levels))
    joblib.dump(model, tmp_path / "m.joblib")
    with servers(tmp_path / "m.joblib") as server:
        answer = ask(server)
        alone = server.client.post("/forecast", json={"series": ["new"]})
        north = ask(server, series=["north"])
    assert answer["without"] == ["new"]
    assert [record["series"] for record in answer["forecast"]] == ["north"] * 3 + [7] * 3
    expected = [day.isoformat() for day in DAYS[N_FITTED : N_FITTED + 3]]
    assert [record["time"] for record in answer["forecast"]] == 2 * expected
    found = [[record["prediction"] for record in one["forecast"][:3]] for one in (north, answer)]
    assert found[0] == pytest.approx(found[1])
    assert north["without"] == []
    assert alone.status_code == 422
    assert "series 'new' has 3 rows, and a forecast takes at least min_rows_=14" in alone.text
