"""Fitted estimators that all files of these tests save and load."""

import copy
from functools import cache, partial

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklstm
from sklstm import (
    ExponentialSmoother,
    Forecaster,
    GRURegressor,
    LSTMClassifier,
    LSTMLanguageModel,
    LSTMRegressor,
    PanelTimeSeriesSplit,
    RNNClassifier,
    RNNRegressor,
    SequenceWindower,
    WindowScaledRegressor,
    WindowScaler,
)
from sklstm.persistence import trusted_types

SERIES = 50 + np.random.default_rng(0).normal(size=(48, 1)).cumsum(axis=0)
WINDOWS = SequenceWindower(4).fit_transform(SERIES)
TARGET = SERIES[:, 0]
DAYS = pd.DataFrame(SERIES, columns=["close"], index=pd.date_range("2024-01-01", periods=48))
PANEL = DAYS.assign(name=["A", "B"] * 24).set_index(DAYS.index[:24].repeat(2))
HOURS = DAYS.set_index(pd.date_range("2024-03-30", periods=48, freq="h", tz="Europe/Berlin"))
MONTHS = DAYS.set_index(pd.period_range("2020-01", periods=48, freq="M"))
TRADING = DAYS.set_index(pd.bdate_range("2024-01-01", periods=50, name="day").delete([5, 17]))
RECURRENT = {"hidden_size": 3, "max_epochs": 2, "random_state": 0}
OF_SLICES = {
    "SlicedClassifier": {"length": 2},
    "SequenceClassifier": {"lengths": (1.0, 0.9), "n_slices": 2},
}
NAMES = [name.rpartition(".")[2] for name in trusted_types()]
PUBLIC = [name for name in NAMES if hasattr(sklstm, name)]


def single(name):
    """An estimator of a class fitted to as little as possible, and what it then gives."""
    cls = getattr(sklstm, name)
    if cls is PanelTimeSeriesSplit:
        return cls(3), lambda cv: list(cv.split(PANEL))
    if cls is Forecaster:
        return forecaster(DAYS)
    if cls is WindowScaledRegressor:
        return cls(Ridge(), "auto").fit(WINDOWS[3:], TARGET[3:]), predictions(WINDOWS[3:])
    if name in OF_SLICES:
        model = cls(RNNClassifier(**RECURRENT), **OF_SLICES[name])
        return model.fit(WINDOWS, np.where(TARGET > 50, "up", "down")), predictions(WINDOWS)
    if name == "SequenceEncoder":
        model = cls(RNNRegressor(**RECURRENT)).fit(WINDOWS, TARGET)
        return model, lambda model: model.transform(WINDOWS)
    if hasattr(cls, "perplexity"):
        texts = ["to be or not to be", "that is the question"]
        return cls(**RECURRENT).fit(texts), writing
    if name == "TextSequencer":
        texts = ["to be or not to be", "that is the question"]
        return cls().fit(texts), lambda model: model.transform([*texts, "to ask"])
    if hasattr(cls, "transform"):
        model = (cls(season=7) if hasattr(cls(), "season") else cls()).fit(DAYS[:40])
        return model, lambda model: [model.transform(DAYS[40:]), model.transform(DAYS[:9])]
    model = cls(**RECURRENT) if hasattr(cls, "summary") else cls()
    if name == "SMARegressor":
        model.set_params(window=4)
    y = np.where(TARGET > 50, "up", "down") if hasattr(cls, "predict_proba") else TARGET
    return model.fit(WINDOWS, y), predictions(WINDOWS)


def forecaster(series, **options):
    model = Forecaster(Ridge(), lookback=3, horizon=2, **options, scaling=None).fit(series)
    return model, lambda model: [model.forecast(3), model.forecast(5, level=0.5)]


def predictions(X):
    return lambda model: [
        getattr(model, method)(X)
        for method in ("predict", "predict_proba")
        if hasattr(model, method)
    ]


def writing(model):
    score = model.score_samples(["to be", "that is the question"])
    return [score, model.token_counts_, model.sample(9, prompt="to ", random_state=0)]


def pipeline():
    steps = ExponentialSmoother(0.5), SequenceWindower(4), LSTMRegressor(**RECURRENT)
    return make_pipeline(*steps).fit(DAYS[:40], TARGET[:40]), predictions(DAYS[40:])


def panel_pipeline():
    steps = (
        ExponentialSmoother(0.5, by="name"),
        WindowScaler("standard", window_size=5, by="name"),
        SequenceWindower(4, by="name"),
        GRURegressor(**RECURRENT),
    )
    return make_pipeline(*steps).fit(PANEL[:40], TARGET[:40]), predictions(PANEL[40:])


def panel_of_dates():
    panel = PANEL.assign(name=pd.to_datetime(["2020-01-01", "2021-01-01"] * 24))
    model = make_pipeline(SequenceWindower(3, by="name", flatten=True, pad="edge"), Ridge())
    return model.fit(panel[:40], TARGET[:40]), predictions(panel[40:])


def search():
    steps = make_pipeline(SequenceWindower(4), RNNRegressor(**RECURRENT))
    grid = {"sequencewindower__lookback": [2, 3]}
    return GridSearchCV(steps, grid, cv=3).fit(SERIES, TARGET), predictions(SERIES)


def scaled_window_targets():
    model = WindowScaledRegressor(LSTMRegressor(**RECURRENT), WindowScaler("standard"))
    return model.fit(WINDOWS, TARGET), predictions(WINDOWS)


def quantiles_of_flat_frames():
    windower = SequenceWindower(4).set_output(transform="pandas")
    model = LSTMRegressor(**RECURRENT, loss="quantile", quantile=[0.1, 0.9])
    return make_pipeline(windower, model).fit(DAYS, TARGET), predictions(DAYS)


def layers_of_their_own():
    model = LSTMClassifier((3, 2), num_layers=2, dropout=(0.1, 0.0), max_epochs=2, warm_start=True)
    model.set_params(random_state=np.random.RandomState(3), early_stopping=True)
    return model.fit(WINDOWS, (TARGET > 50) + (TARGET > 51)), predictions(WINDOWS)


def steps_going_on():
    model = GRURegressor(3, output="sequence", random_state=0)
    y = np.stack([TARGET] * 4, axis=1)
    return model.partial_fit(WINDOWS, y).partial_fit(WINDOWS, y), predictions(WINDOWS)


def writer_going_on():
    model = LSTMLanguageModel(
        level="word", embedding_dim=2, max_tokens=3, hidden_size=3, random_state=0
    )
    text = "to be or not to be that is the question"
    return model.partial_fit(text).partial_fit(text), writing


def recurrent_forecaster():
    model = Forecaster(RNNRegressor(**RECURRENT), 4, transformer=StandardScaler(), scaling=None)
    return model.fit(DAYS[:40]), lambda model: [
        model.forecast(3),
        copy.deepcopy(model).update(DAYS[40:]).forecast(3),
    ]


COMPOSITES = {
    "pipeline": pipeline,
    "panel pipeline": panel_pipeline,
    "panel named by dates": panel_of_dates,
    "search": search,
    "scaled targets": scaled_window_targets,
    "quantiles of flat frames": quantiles_of_flat_frames,
    "layers of their own": layers_of_their_own,
    "steps going on": steps_going_on,
    "writer going on": writer_going_on,
    "forecaster of a network": recurrent_forecaster,
    "forecaster of an array": lambda: forecaster(SERIES),
    "forecaster of numbered rows": lambda: forecaster(DAYS.set_index(np.arange(0, 96, 2))),
    "forecaster of hours": lambda: forecaster(HOURS, calibration_size=10),
    "forecaster of months": lambda: forecaster(MONTHS, strategy="direct"),
    "forecaster of trading days": lambda: forecaster(TRADING, freq=pd.offsets.BusinessDay()),
    "forecaster of a panel": lambda: forecaster(PANEL, by="name"),
}
CASES = {name: partial(single, name) for name in PUBLIC} | COMPOSITES


def parts(result):
    """The arrays and labels of what a case gives."""
    if isinstance(result, list | tuple):
        return [part for item in result for part in parts(item)]
    if isinstance(result, pd.DataFrame):
        return [result.to_numpy(), result.index, result.columns]
    return [np.asarray(result)]


class Case:
    """A fitted estimator, and how to tell whether another one gives the same.

    Parameters
    ----------
    model : estimator
        The fitted one.
    use : callable
        Returns what an estimator gives.
    """

    def __init__(self, model, use):
        self.model, self._use = model, use
        self._expected = parts(use(model))

    def assert_same(self, other):
        """Raise an AssertionError unless another estimator gives the same, to the bit."""
        found = parts(self._use(other))
        assert len(found) == len(self._expected)
        for a, b in zip(found, self._expected, strict=True):
            assert a.identical(b) if isinstance(b, pd.Index) else same_bits(a, b)


def same_bits(a, b):
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


@cache
def case_of(name):
    return Case(*CASES[name]())


@pytest.fixture(params=CASES)
def case(request):
    """Every public class, and estimators that are put together of them."""
    return case_of(request.param)


@pytest.fixture
def case_named():
    """A function that returns the case of a name."""
    return case_of
