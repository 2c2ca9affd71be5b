"""The example's server, asked over the wire as its clients will ask it."""

import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklstm import (
    CalendarFeatures,
    GRUClassifier,
    GRURegressor,
    LSTMRegressor,
    SeasonalDifferencer,
    SequenceWindower,
)

LOOKBACK = 14
JSON = {"content-type": "application/json"}


def make_rows(n_rows=LOOKBACK, start=0):
    """Return rows that look like those of training, as a frame."""
    step = np.arange(start, start + n_rows)
    wave = np.sin(2 * np.pi * step / 7) + 0.3 * np.cos(step)
    return pd.DataFrame({"demand": 100 + 10 * wave, "warmth": 15 - 3 * wave})


def as_arrays(frame):
    return {"rows": frame.to_numpy().tolist()}


def as_objects(frame):
    return {"rows": frame.to_dict("records")}


def changed(place, value):
    """Return what is good but for one number."""
    posted = as_arrays(make_rows())
    row, column = place
    posted["rows"][row][column] = value
    return posted


def with_times(*times, n_rows=None):
    return as_arrays(make_rows(n_rows or len(times))) | {"times": times}


def days(n_days=LOOKBACK, first="2025-03-01"):
    return [str(day) for day in pd.date_range(first, periods=n_days, unit="s")]


def post(server, body, headers=JSON):
    """Post what json cannot write too, such as NaN."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return server.client.post("/forecast", content=content, headers=headers)


def test_the_server_tells_which_model_answers_and_what_to_send(server, model):
    assert server.client.get("/health").json() == {"status": "ok"}
    said = server.client.get("/model").json()
    assert said["model"] == {"version": model.content["version"], "units": {"demand": "MWh"}}
    assert said["takes"]["columns"] == ["demand", "warmth"]
    assert said["takes"]["lookback"] == LOOKBACK


@pytest.mark.parametrize("form", [as_arrays, as_objects])
@pytest.mark.parametrize("n_rows", [LOOKBACK, LOOKBACK + 1, 300, 10_000])
def test_answers_are_those_of_the_pipeline_to_the_last_digit(server, model, form, n_rows):
    rows = make_rows(n_rows)
    answer = post(server, form(rows))
    assert answer.status_code == 200, answer.text
    expected = model.pipeline.predict(rows)[LOOKBACK - 1 :]
    assert answer.json()["forecast"] == expected.tolist()
    assert answer.json()["model"]["version"] == model.content["version"]


def test_columns_of_objects_may_stand_in_any_order(server):
    rows = make_rows()
    turned = post(server, as_objects(rows[["warmth", "demand"]]))
    assert turned.json() == post(server, as_objects(rows)).json()


@pytest.mark.parametrize("first", ["2025-03-01", "2026-02-02"])  # the second follows training
def test_times_do_not_change_what_whole_windows_say(server, model, first):
    rows = make_rows(30)
    times = pd.date_range(first, periods=30)
    answer = post(server, as_arrays(rows) | {"times": [day.isoformat() for day in times]})
    assert answer.status_code == 200, answer.text
    expected = model.pipeline.predict(rows.set_index(times))[LOOKBACK - 1 :]
    assert answer.json()["forecast"] == expected.tolist()
    assert answer.json()["made_at"] == [day.isoformat() for day in times[LOOKBACK - 1 :]]
    assert answer.json()["forecast"] == post(server, as_arrays(rows)).json()["forecast"]


def test_times_may_have_offsets_that_change_with_summer_time(server, model):
    rows = make_rows(30)
    times = pd.date_range("2025-03-30", periods=30, freq="h", tz="Europe/Berlin")
    assert len({time.utcoffset() for time in times}) == 2
    answer = post(server, as_arrays(rows) | {"times": [time.isoformat() for time in times]}).json()
    assert answer["forecast"] == post(server, as_arrays(rows)).json()["forecast"]
    made_at = pd.to_datetime(answer["made_at"])
    assert (made_at == times[LOOKBACK - 1 :]).all()


@pytest.mark.parametrize("hole", [[20], [1], range(17, 23)])
def test_holes_in_the_middle_are_refused(server, hole):
    rows, times = make_rows(30).drop(hole), pd.date_range("2025-03-01", periods=30).delete(hole)
    answer = post(server, as_arrays(rows) | {"times": [day.isoformat() for day in times]})
    first = times[max(LOOKBACK - 1, int(np.argmax(np.diff(times) > pd.Timedelta(days=1))) + 1)]
    assert answer.status_code == 422
    assert f"times: some are absent in the 14 rows up to {first}" in answer.json()["detail"]


def test_many_clients_at_once_get_each_its_own_answer(server, model):
    series = [make_rows(LOOKBACK + 3 * k, start=11 * k) for k in range(40)]
    expected = [model.pipeline.predict(rows)[LOOKBACK - 1 :].tolist() for rows in series]

    def ask(number):
        order = np.random.default_rng(number).permutation(len(series))
        with httpx.Client(base_url=server.address, timeout=60, trust_env=False) as client:
            for k in order:
                answer = client.post("/forecast", json=as_objects(series[k]))
                assert answer.status_code == 200, answer.text
                assert answer.json()["forecast"] == expected[k]
        return len(order)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 8 * len(series)


OBJECT = dict.fromkeys(["demand", "warmth"], 1.0)
REFUSED = {
    "no rows": ({"rows": []}, r"^rows: 0 rows, at least 14 are needed: the model looks back"),
    "too short": (as_arrays(make_rows(13)), r"^rows: 13 rows, at least 14 are needed"),
    "too long": (as_arrays(make_rows(10_001)), r"^rows: .*at most 10000"),
    "NaN": (changed((3, 1), float("nan")), r"^rows\[3\].warmth: .*finite"),
    "infinity": (changed((3, 1), float("-inf")), r"^rows\[3\].warmth: .*finite"),
    "null": (changed((3, 0), None), r"^rows\[3\].demand: .*valid number"),
    "text": (changed((3, 0), "100"), r"^rows\[3\].demand: .*valid number"),
    "truth": (changed((3, 0), True), r"^rows\[3\].demand: .*valid number"),
    "array": (changed((3, 0), [1.0]), r"^rows\[3\].demand: .*valid number"),
    "huge": (changed((3, 0), 1e200), r"^rows\[3\].demand: .*less than or equal to 10"),
    "huge integer": (changed((3, 0), -(10**400)), r"^rows\[3\].demand: "),
    "beyond double": (b'{"rows": [[1e999, 1]]}', r"^rows\[0\].demand: .*finite"),
    "endless digits": (b'{"rows": [[1' + b"0" * 5000 + b", 1]]}", r"^body: Invalid JSON"),
    "wide row": ({"rows": [[1, 2, 3]] * 14}, r"^rows\[0\]: 3 values, the model reads 2"),
    "narrow row": ({"rows": [[1, 2]] * 13 + [[]]}, r"^rows\[13\]: 0 values"),
    "missing column": ({"rows": [{"demand": 1}] * 14}, r"^rows\[0\].warmth: Field required"),
    "unknown column": ({"rows": [OBJECT | {"ice": 1}] * 14}, r"^rows\[0\].ice: Extra inputs"),
    "long unknown column": ({"rows": [OBJECT | {"x" * 9999: 1}]}, r"^rows\[0\].xxx"),
    "row that is none": ({"rows": [1.0] * 14}, r"^rows\[0\]: "),
    "rows that are none": ({"rows": {"demand": [1.0] * 14}}, r"^rows: .*array"),
    "no field rows": ({"times": []}, r"^rows: Field required"),
    "unknown field": (as_arrays(make_rows()) | {"row": 1}, r"^row: Extra inputs"),
    "no object": ([[1, 2]], r"^body: "),
    "nothing": (b"", r"^body: Invalid JSON: EOF"),
    "no JSON": (b"rows=1", r"^body: Invalid JSON"),
    "cut JSON": (b'{"rows": [[1, 2', r"^body: Invalid JSON: EOF"),
    "no text": (b'{"rows": ["\xff\xfe"]}', r"^body: Invalid JSON"),
    "half a character": (b'{"rows": [{"\\ud800": 1}]}', r"^body: Invalid JSON"),
    "other encoding": ('{"rows": []}'.encode("utf-16"), r"^body: Invalid JSON"),
    "deep": (b"[" * 200_000, r"^body: Invalid JSON: recursion limit"),
    "deep in a field": (b'{"rows": ' + b'{"demand": ' * 50_000, r"^body: Invalid JSON: recursion"),
    "times for no row": (with_times(*days(), n_rows=15), r"^times: 14 times for 15 rows"),
    "twice the same time": (
        with_times(*days(), days()[-1]),
        r"^times: times\[14\], 2025-03-14 00:00:00, does not come after",
    ),
    "times backwards": (with_times(*days()[::-1]), r"^times: times\[1\]"),
    "times of no date": (with_times(*["noon"] * 14), r"^times\[0\]: .*valid datetime"),
    "numbers for times": (with_times(*range(14)), r"^times\[0\]: "),
    "huge times": (with_times(*[1e300] * 14), r"^times\[0\]: "),
    "an offset here and there": (
        with_times(*days()[:-1], days()[-1] + "+00:00"),
        r"^times: times\[13\], .*either all have an offset, or none has",
    ),
    "year without end": (with_times(*["99999-01-01"] * 14), r"^times\[0\]: "),
}


@pytest.mark.parametrize(("body", "reason"), REFUSED.values(), ids=REFUSED)
def test_bad_bodies_are_refused_with_a_reason_that_names_the_field(server, body, reason):
    answer = post(server, body)
    assert answer.status_code == 422, answer.text
    detail = answer.json()["detail"]
    assert re.search(reason, detail), detail
    assert len(detail) < 500


@pytest.mark.parametrize("first", ["0001-01-01", "9999-12-01"])
def test_times_at_the_ends_of_the_calendar_are_times(server, first):
    times = [f"{first[:-2]}{day:02}" for day in range(1, 15)]
    assert post(server, with_times(*times)).status_code == 200


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "x"])
def test_other_kinds_of_content_are_refused(server, kind):
    headers = {} if kind is None else {"content-type": kind}
    answer = post(server, as_arrays(make_rows()), headers)
    assert answer.status_code == 415
    assert answer.json()["detail"].startswith("content-type: ")


def test_the_kind_of_content_may_name_its_encoding(server):
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert post(server, as_arrays(make_rows()), headers).status_code == 200


def test_other_ways_in_are_closed(server):
    assert server.client.get("/forecast").status_code == 405
    assert server.client.post("/health").status_code == 405
    assert server.client.get("/models").status_code == 404


def test_too_large_a_body_is_refused_before_any_of_it_is_read(server):
    answer = exchange(server, b"content-length: 1000000000\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"body: more than 1000000 bytes" in answer


def test_a_body_of_unknown_length_is_read_up_to_the_limit(server):
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    answer = exchange(server, b"transfer-encoding: chunked\r\n\r\n" + 16 * chunk)  # and no end
    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("length", [b"-1", b"many", b"1" * 5000, "²".encode()])
def test_lengths_that_are_none_are_refused(server, length):
    answer = exchange(server, b"content-length: " + length + b"\r\n\r\n{}")
    assert answer.startswith(b"HTTP/1.1 4"), answer


def test_who_hangs_up_in_the_middle_hurts_nobody(server):
    for _ in range(5):
        exchange(server, b"content-length: 1000\r\n\r\n{", listen=False)
    assert post(server, as_arrays(make_rows())).status_code == 200


def exchange(server, rest, listen=True):
    """Send the bytes of a request as they are; return what comes back until the end or the body."""
    where = urlsplit(server.address)
    with socket.create_connection((where.hostname, where.port), timeout=20) as wire:
        wire.sendall(
            b"POST /forecast HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
            b"content-type: application/json\r\n" + rest
        )
        answer = b""
        while listen and not answer.endswith(b"}") and (part := wire.recv(4096)):
            answer += part
    return answer


good = st.floats(-1e6, 1e6) | st.integers(-1000, 1000)
number = good | st.floats() | st.integers(-(10**320), 10**320)
anything = st.recursive(
    st.none() | st.booleans() | number | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
)


def rows_of(values):
    named = st.fixed_dictionaries({"demand": values, "warmth": values})
    return st.lists(st.lists(values, min_size=2, max_size=2) | named, min_size=14, max_size=18)


time = st.datetimes().map(str) | st.sampled_from(days())
nearly_good = st.fixed_dictionaries(
    {"rows": rows_of(good) | rows_of(number) | st.lists(anything)},
    optional={"times": st.lists(time | anything) | st.just(days()), "more": anything},
)
body = st.one_of(
    st.binary(),
    anything.map(lambda value: json.dumps(value).encode()),
    nearly_good.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries({"rows": rows_of(good)}).map(lambda value: json.dumps(value).encode()),
)


def test_no_body_at_all_makes_an_error_of_the_server(server, model):
    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(body=body)
    def post_any(body):
        answer = post(server, body)
        assert answer.status_code in (200, 422), answer.text
        if answer.status_code == 200:
            assert np.isfinite(answer.json()["forecast"]).all()
        else:
            assert answer.json()["detail"].partition(":")[0]

    post_any()
    rows = make_rows(20)
    expected = model.pipeline.predict(rows)[LOOKBACK - 1 :]
    assert post(server, as_arrays(rows)).json()["forecast"] == expected.tolist()


def test_what_only_the_pipeline_can_know_is_refused_too(servers, tmp_path):
    """Say that its first step makes numbers too large of good ones, or its last one does."""
    steps = [
        ("exp", FunctionTransformer(np.exp)),
        ("window", SequenceWindower(lookback=2, pad="edge", flatten=True)),
        ("ridge", TransformedTargetRegressor(Ridge(), func=np.log, inverse_func=np.exp)),
    ]
    small = pd.DataFrame({"growth": np.linspace(1, 2, 50)})
    joblib.dump(Pipeline(steps).fit(small, small["growth"]), tmp_path / "exp.joblib")
    with servers(tmp_path / "exp.joblib") as server:
        assert post(server, {"rows": [[1.5], [1.6]]}).status_code == 200
        before = post(server, {"rows": [[1.5], [800]]})
        after = post(server, {"rows": [[1.5], [600]]})
    assert before.status_code == after.status_code == 422
    assert before.json()["detail"].startswith("X contains infinity (row 1")  # its own words
    assert after.json()["detail"].startswith("rows: numbers so large")


def test_the_steps_of_a_pipeline_may_have_any_names_and_be_those_of_a_search(servers, tmp_path):
    """A file may hold the bare model too; its version is then a digest of the file."""
    rows = make_rows(60)
    steps = make_pipeline(make_pipeline(SequenceWindower(4, pad="edge", flatten=True)), Ridge())
    search = GridSearchCV(steps, {"ridge__alpha": [0.1, 1]}, cv=TimeSeriesSplit(2))
    joblib.dump(search.fit(rows, rows["demand"]), tmp_path / "search.joblib")
    with servers(tmp_path / "search.joblib") as server:
        said = server.client.get("/model").json()
        answer = post(server, as_arrays(rows)).json()
    assert said["takes"]["lookback"] == 4
    assert answer["forecast"] == search.predict(rows)[3:].tolist()
    assert re.fullmatch("[0-9a-f]{12}", answer["model"]["version"])


def rises(rows):
    """Return a fitted pipeline whose classes are True and False."""
    network = GRUClassifier(2, max_epochs=1, random_state=0)
    rise = rows["demand"].diff() > 0
    return make_pipeline(SequenceWindower(4), network).fit(rows, rise)


def quantiles_of_two(rows):
    """Return a fitted pipeline that predicts several quantiles of two targets."""
    network = GRURegressor(2, loss="quantile", quantile=[0.1, 0.9], max_epochs=1, random_state=0)
    return make_pipeline(SequenceWindower(4), network).fit(rows, rows)


@pytest.mark.parametrize("make", [rises, quantiles_of_two])
def test_answers_have_the_type_and_the_axes_of_predictions(servers, tmp_path, make):
    rows = make_rows(60)
    model = make(rows)
    joblib.dump(model, tmp_path / "model.joblib")
    with servers(tmp_path / "model.joblib") as server:
        found = post(server, as_arrays(rows[20:])).json()["forecast"]
    expected = model.predict(rows[20:].reset_index(drop=True))[3:].tolist()
    assert found == expected
    assert type(found[0]) is type(expected[0])


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_pipelines_that_read_the_calendar_ask_for_times(servers, tmp_path, zone):
    rows = make_rows(200).set_index(pd.date_range("2025-03-25", periods=200, freq="h", tz=zone))
    hours = rows.index.hour.to_numpy().astype(float)  # told by the calendar alone
    windows = SequenceWindower(2, pad="edge", flatten=True)
    model = make_pipeline(CalendarFeatures(["hour"], encoding="ordinal"), windows, Ridge(1e-6))
    joblib.dump(model.fit(rows, hours), tmp_path / "calendar.joblib")
    other = "UTC" if zone is None else None
    with servers(tmp_path / "calendar.joblib") as server:
        assert server.client.get("/model").json()["takes"]["needs_times"]
        without = post(server, as_arrays(rows[-9:]))
        times = [time.isoformat() for time in rows.index[-9:]]
        answer = post(server, as_arrays(rows[-9:]) | {"times": times})
        times = [time.isoformat() for time in rows.index[-9:].tz_localize(None).tz_localize(other)]
        of_another_kind = post(server, as_arrays(rows[-9:]) | {"times": times})
    assert without.status_code == 422
    assert without.json()["detail"] == "times: Field required"
    # Times of one zone, whatever its offset, come to the model in UTC.
    np.testing.assert_allclose(answer.json()["forecast"], hours[-8:], atol=1e-3)
    assert of_another_kind.status_code == 422
    assert "time zone" in of_another_kind.json()["detail"]


def test_rows_that_a_differencer_takes_are_asked_for_too(servers, tmp_path):
    rows = make_rows(60).set_index(pd.date_range("2025-03-25", periods=60))
    network = LSTMRegressor(2, max_epochs=1, random_state=0)
    model = make_pipeline(SeasonalDifferencer(7), SequenceWindower(4), network)
    joblib.dump(model.fit(rows, rows["demand"]), tmp_path / "differenced.joblib")
    with servers(tmp_path / "differenced.joblib") as server:
        takes = server.client.get("/model").json()["takes"]
        too_few = post(server, as_arrays(make_rows(10)))
        answer = post(server, as_arrays(make_rows(12)))
    assert (takes["lookback"], takes["needs_times"]) == (11, False)
    assert too_few.status_code == 422
    assert "10 rows, at least 11 are needed" in too_few.json()["detail"]
    assert answer.json()["forecast"] == model.predict(make_rows(12))[10:].tolist()


def test_a_server_without_its_model_does_not_start(servers, tmp_path):
    with pytest.raises(RuntimeError, match=r"none\.joblib"), servers(tmp_path / "none.joblib"):
        pass
