"""Warnings point at the line of the user, whatever lies between."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklstm import Forecaster, LagFeatures, PanelTimeSeriesSplit, SequenceWindower, _warn
from sklstm._warn import caught_warnings

DAYS = pd.date_range("2025-01-01", periods=40, name="day")
TABLE = pd.DataFrame({"sold": np.sin(np.arange(40.0))}, index=DAYS)
PANEL = pd.concat({"a": TABLE, "b": TABLE[-5:]}, names=["shop"])
NEW = PANEL.loc[["b"]].rename(index={"b": "c"}, level="shop")


def windower():
    return SequenceWindower(10, by="shop", pad="edge", flatten=True)


def fitted():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Forecaster(Ridge(), lookback=7, by="shop").fit(PANEL)


CASES = {
    "fit": lambda: Forecaster(Ridge(), lookback=7, by="shop").fit(PANEL),
    "forecast": lambda: fitted().forecast(),
    "transform": lambda: windower().fit(PANEL).transform(NEW),
    "lags": lambda: LagFeatures(lags=[9], by="shop").fit(PANEL).transform(PANEL[:5]),
    "pipeline": lambda: make_pipeline(windower(), Ridge()).fit(PANEL, PANEL["sold"]).predict(NEW),
    "search": lambda: GridSearchCV(
        Forecaster(Ridge(), by="shop"),
        {"lookback": [7]},
        cv=PanelTimeSeriesSplit(2, test_size=2),
    ).fit(PANEL),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_warning_is_that_of_the_users_line(case):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        case()
    assert caught
    assert {warning.filename for warning in caught} == {__file__}


class FitsAnother(FunctionTransformer):
    """A transformer whose own thread fits a forecaster with a transformer."""

    def fit(self, X, y=None):
        values = pd.Series(np.sin(np.arange(30.0)))
        inside = Forecaster(Ridge(), 5, transformer=Warns(), calibration_size=None)
        with ThreadPoolExecutor(1) as pool:
            self.forecast_ = pool.submit(lambda: inside.fit(values).forecast(2)).result(60)
        return super().fit(X)


class Warns(FunctionTransformer):
    def fit(self, X, y=None):
        warnings.warn("this is told", UserWarning, stacklevel=1)
        return super().fit(X)


def test_a_transformer_may_fit_others_in_threads_of_its_own():
    forecaster = Forecaster(Ridge(), 5, transformer=FitsAnother(), calibration_size=None)
    with pytest.warns(UserWarning, match="transformer=Warns.*this is told"):
        forecaster.fit(TABLE["sold"])


def test_each_thread_records_its_own_warnings():
    before, shown = list(warnings.filters), warnings.showwarning
    first, second = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    with first, second:

        def begin(name):
            context = caught_warnings()
            caught = context.__enter__()
            warnings.warn(name, UserWarning, stacklevel=1)
            return context, caught

        (context, caught), (other, others) = (
            pool.submit(begin, name).result() for pool, name in ((first, "a"), (second, "b"))
        )
        warnings.warn("of no list", UserWarning, stacklevel=1)
        first.submit(context.__exit__, None, None, None).result()  # in the order they began in
        second.submit(warnings.warn, "c").result()
        second.submit(other.__exit__, None, None, None).result()
    assert [str(one.message) for one in caught] == ["a"]
    assert [str(one.message) for one in others] == ["b", "of no list", "c"]
    assert (list(warnings.filters), warnings.showwarning) == (before, shown)


def test_a_forked_process_records_what_its_own_thread_does():
    before = list(warnings.filters)
    with ThreadPoolExecutor(1) as pool:
        lists = []
        pool.submit(_warn._RECORDS.begin, lists).result()
        with caught_warnings() as caught:
            _warn._RECORDS.reset()
            warnings.warn("told", UserWarning, stacklevel=1)
        assert list(warnings.filters) == before
        assert (len(caught), lists) == (1, [])
        pool.submit(_warn._RECORDS.end, lists).result()
        pool.submit(_warn._RECORDS.begin, lists).result()
        _warn._RECORDS.reset()
        assert list(warnings.filters) == before


def test_what_records_no_more_gives_warnings_as_before():
    with caught_warnings():
        record = warnings.showwarning
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.showwarning = record  # as another thread does that found it
        warnings.warn("told", UserWarning, stacklevel=1)
    assert [str(one.message) for one in caught] == ["told"]


def test_a_destructor_may_warn_while_another_warning_is_recorded():
    told = []

    def collected():  # as by a garbage collection while the lists are looked at
        with caught_warnings() as caught:
            with _warn._RECORDS._lock:
                warnings.warn("not closed", ResourceWarning, stacklevel=1)
            told.extend(str(one.message) for one in caught)

    thread = Thread(target=collected, daemon=True)
    thread.start()
    thread.join(10)
    assert told == ["not closed"]
