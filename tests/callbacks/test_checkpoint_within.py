"""Checkpoints of networks within other estimators."""

import warnings

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import clone
from sklearn.ensemble import BaggingRegressor
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

from sklstm import (
    Forecaster,
    GRURegressor,
    LSTMRegressor,
    SequenceEncoder,
    SequenceWindower,
    WindowScaledRegressor,
    WindowScaler,
)
from sklstm.callbacks import Checkpoint, load_checkpoint

SERIES = np.random.default_rng(0).normal(size=(80, 2)).cumsum(axis=0)
Y = SERIES[:, 0] + 1
NETWORK = LSTMRegressor(4, max_epochs=6, batch_size=16, random_state=0)

AROUND = {
    "pipeline": lambda network: make_pipeline(SequenceWindower(5), WindowScaler(), network),
    "memory": lambda network: make_pipeline(SequenceWindower(5), network, memory="cache"),
    "scaled": lambda network: make_pipeline(SequenceWindower(5), WindowScaledRegressor(network)),
    "encoder": lambda network: make_pipeline(SequenceWindower(5), SequenceEncoder(network)),
}


@pytest.mark.parametrize("around", AROUND)
def test_the_network_inside_goes_on(around, interrupt, fitted_bits):
    expected = AROUND[around](clone(NETWORK)).fit(SERIES, Y)
    for interrupts in ([interrupt(2)], [interrupt(1)]):
        network = clone(NETWORK).set_callbacks(Checkpoint("a"), *interrupts)
        with pytest.raises(KeyboardInterrupt):
            AROUND[around](network).fit(SERIES, Y)
    assert load_checkpoint("a").n_iter_ == 3
    found = AROUND[around](clone(NETWORK).set_callbacks(Checkpoint("a"))).fit(SERIES, Y)
    result = "transform" if around == "encoder" else "predict"
    ours, theirs = (getattr(model, result)(SERIES) for model in (found, expected))
    np.testing.assert_array_equal(ours, theirs)
    inside = clone(NETWORK).set_params(differencing="never" if around == "encoder" else "auto")
    inside.fit(SequenceWindower(5).fit_transform(SERIES), Y)
    if around in ("memory", "encoder"):
        assert fitted_bits(load_checkpoint("a")) == fitted_bits(inside)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_search_is_refused_at_once(n_jobs, tmp_path):
    network = clone(NETWORK).set_callbacks(Checkpoint("a"))
    model = make_pipeline(SequenceWindower(5), network)
    search = GridSearchCV(model, {"lstmregressor__hidden_size": [2, 3]}, cv=2, n_jobs=n_jobs)
    words = "Checkpoint has one file, and GridSearchCV makes many fits"
    with parallel_config(backend="threading"), pytest.raises(ValueError, match=words):
        search.fit(SERIES, Y)
    assert not [*tmp_path.iterdir()]


def test_the_network_of_a_forecaster_goes_on(interrupt):
    for n_epochs, expected in (
        (2, None),
        (None, Forecaster(NETWORK, 4, horizon=2, scaling=None).fit(Y)),
    ):
        network = clone(NETWORK).set_callbacks(Checkpoint("a"), interrupt(n_epochs))
        model = Forecaster(network, 4, horizon=2, scaling=None)
        if n_epochs is None:
            assert load_checkpoint("a").n_iter_ == 2
            np.testing.assert_array_equal(model.fit(Y).forecast(5), expected.forecast(5))
        else:
            with pytest.raises(KeyboardInterrupt):
                model.fit(Y)


def test_the_second_member_of_an_ensemble_is_refused():
    network = clone(NETWORK).set_callbacks(Checkpoint("a"))
    with pytest.raises(ValueError, match="the two differ in: .*members of an ensemble"):
        BaggingRegressor(network, 2, random_state=0).fit(SERIES, Y)
    assert load_checkpoint("a").n_iter_ == 6


def test_folds_are_fits_of_their_own():
    network = clone(NETWORK).set_callbacks(Checkpoint("a"))
    with pytest.warns(FitFailedWarning, match="the two differ in: .*training data"):
        scores = cross_val_score(network, SERIES, Y, cv=3)
    assert np.isnan(scores).tolist() == [False, True, True]


def test_fits_at_once_do_not_take_turns_with_one_file(fitted_bits):
    network = GRURegressor(4, max_epochs=300, random_state=0).set_callbacks(Checkpoint("a"))
    with parallel_config(backend="threading", n_jobs=2), warnings.catch_warnings():
        warnings.simplefilter("ignore", FitFailedWarning)
        scores = cross_val_score(network, SERIES, Y, cv=2)
    assert np.isnan(scores).sum() == 1
    half = slice(40, None) if np.isnan(scores[1]) else slice(40)
    expected = clone(network).set_callbacks().fit(SERIES[half], Y[half])
    assert fitted_bits(load_checkpoint("a")) == fitted_bits(expected)
