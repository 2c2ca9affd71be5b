"""scikit-learn's callbacks from a search down to the epochs of each fit."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.ensemble import VotingRegressor
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    TimeSeriesSplit,
)
from sklearn.pipeline import make_pipeline

from sklstm import ExponentialSmoother, GRURegressor, SequenceWindower, WindowScaledRegressor

CV = TimeSeriesSplit(n_splits=2, gap=1)
LOOKBACKS = [2, 6]
GRID = {"sequencewindower__lookback": LOOKBACKS}


class Recorder:
    """A callback that goes down to every level, notes its tasks, and ends training if wished."""

    max_propagation_depth = None

    def __init__(self, stop_after=None):
        self.stop_after, self.begun = stop_after, []

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        path = []
        while context is not None:
            path.insert(0, f"{context.estimator_name}.{context.task_name}")
            context = context.parent
        self.begun.append(" ".join(path))

    def on_fit_task_end(self, estimator, context):
        return context.task_name == "epoch" and context.task_id + 1 == self.stop_after


@pytest.fixture
def model():
    network = GRURegressor(4, max_epochs=3, learning_rate=0.05, batch_size=16, random_state=0)
    return make_pipeline(ExponentialSmoother(0.9), SequenceWindower(5), network)


def tasks_of_one_fit(prefix, network, n_epochs):
    pipeline = f"{prefix} Pipeline.fit"
    fit = f"{pipeline} {network}.fit"
    return [
        pipeline,
        f"{pipeline} ExponentialSmoother.fit",
        f"{pipeline} SequenceWindower.fit",
        fit,
        *[f"{fit} {network}.epoch"] * n_epochs,
    ]


def test_every_level_is_told_of(pairs, model):
    recorder = Recorder()
    GridSearchCV(model, GRID, cv=CV).set_callbacks(recorder).fit(*pairs)
    root = "GridSearchCV.fit"
    search = f"{root} GridSearchCV.search"
    expected = [root, search]
    for _ in range(2 * len(LOOKBACKS)):
        expected += tasks_of_one_fit(search, "GRURegressor", 3)
    expected += tasks_of_one_fit(root, "GRURegressor", 3)  # the refit
    assert recorder.begun == expected


@pytest.mark.parametrize("stop_after", [1, 2])
def test_a_callback_of_the_search_ends_every_training(pairs, model, stop_after):
    X, y = pairs
    recorder = Recorder(stop_after)
    search = RandomizedSearchCV(model, GRID, n_iter=2, cv=CV, random_state=0)
    search.set_callbacks(recorder).fit(X, y)
    network = search.best_estimator_[-1]
    assert (network.n_iter_, network.stop_reason_) == (stop_after, "callback")
    assert sum(task.endswith("epoch") for task in recorder.begun) == stop_after * 5
    by_hand = clone(search.best_estimator_).set_params(gruregressor__max_epochs=stop_after)
    by_hand.set_callbacks()
    np.testing.assert_array_equal(search.predict(X), by_hand.fit(X, y).predict(X))
    assert by_hand[-1].stop_reason_ == "max_epochs"


def test_a_callback_ends_the_training_of_a_classifier(windows, labels, classifier):
    classifier.set_callbacks(Recorder(stop_after=2)).fit(windows, labels)
    assert (classifier.n_iter_, classifier.stop_reason_) == (2, "callback")
    by_hand = clone(classifier).set_params(max_epochs=2).set_callbacks().fit(windows, labels)
    np.testing.assert_array_equal(classifier.predict_proba(windows), by_hand.predict_proba(windows))


def test_a_callback_that_stops_keeps_the_best_weights(windows, pairs, regressor):
    early = {"early_stopping": True, "validation_fraction": 0.3}
    stopped = clone(regressor).set_params(**early).set_callbacks(Recorder(stop_after=4))
    stopped.fit(windows, pairs[1])
    by_hand = clone(regressor).set_params(**early, max_epochs=4).fit(windows, pairs[1])
    assert (stopped.stop_reason_, by_hand.stop_reason_) == ("callback", "max_epochs")
    assert stopped.validation_scores_ == by_hand.validation_scores_
    np.testing.assert_array_equal(stopped.predict(windows), by_hand.predict(windows))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_scores_of_every_epoch_of_every_fold(pairs, model, n_jobs):
    X, y = pairs
    monitor = ScoringMonitor(scoring="r2")
    model[-1].set_callbacks(monitor)
    search = GridSearchCV(model, GRID, cv=CV, n_jobs=n_jobs).fit(X, y)
    log = monitor.get_logs(include_lineage=True).data_as_pandas
    depth = log["task_id_path"].map(len)
    names = log["estimator_name"] + "." + log["task_name"]
    assert [set(names[depth == level]) for level in range(1, 6)] == [
        {"GridSearchCV.fit"},
        {"GridSearchCV.search", "Pipeline.fit"},  # the latter is the refit
        {"Pipeline.fit", "GRURegressor.fit"},
        {"GRURegressor.fit", "GRURegressor.epoch"},
        {"GRURegressor.epoch"},
    ]
    in_folds = log[depth == 5]
    # search, number of candidate and fold, step of the pipeline, epoch
    paths = [(0, 0, fit, 2, epoch) for fit in range(4) for epoch in range(3)]
    assert in_folds["task_id_path"].tolist() == paths
    scores = in_folds["r2"].to_numpy().reshape(len(LOOKBACKS), CV.n_splits, 3)
    for k, lookback in enumerate(LOOKBACKS):
        for fold, (train, test) in enumerate(CV.split(X)):
            by_hand = clone(model).set_params(sequencewindower__lookback=lookback)
            by_hand[-1].set_callbacks()
            by_hand.fit(X.iloc[train], y.iloc[train])
            assert scores[k, fold, -1] == by_hand.score(X.iloc[train], y.iloc[train])
            score = by_hand.score(X.iloc[test], y.iloc[test])
            assert search.cv_results_[f"split{fold}_test_score"][k] == score
    refit = log.loc[names.eq("GRURegressor.epoch") & depth.eq(4), "r2"]
    assert refit.iloc[-1] == search.best_estimator_.score(X, y)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_bar_for_every_level(pairs, model, n_jobs, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    bar = ProgressBar(max_propagation_depth=None)
    GridSearchCV(model, GRID, cv=CV, n_jobs=n_jobs).set_callbacks(bar).fit(*pairs)
    lines = capsys.readouterr().out.splitlines()
    shown = [re.match(r"( *)(.*?) +\S+ +(\d+)%", line).groups() for line in lines]
    assert {progress for *_, progress in shown} == {"100"}
    pipeline = [
        "Pipeline - fit-transform-exponentialsmoother | ExponentialSmoother - fit #0",
        "Pipeline - fit-transform-sequencewindower | SequenceWindower - fit #1",
        "Pipeline - fit-final-estimator | GRURegressor - fit #2",
    ]
    expected = [(0, "GridSearchCV - fit"), (1, "GridSearchCV - search #0")]
    for k in range(2 * len(LOOKBACKS)):
        expected.append((2, f"GridSearchCV - candidate-split-evaluation | Pipeline - fit #{k}"))
        expected += [(3, step) for step in pipeline]
    expected.append((1, "GridSearchCV - refit-with-best-params | Pipeline - fit #1"))
    expected += [(2, step) for step in pipeline]
    found = [(len(indent) // 2, name) for indent, name, _ in shown]
    assert sorted(found) == sorted(expected)  # workers begin in any order


def test_a_search_by_halving_tells_its_own_levels_only(pairs, model):
    recorder = Recorder()
    halving = HalvingGridSearchCV(
        model, GRID, resource="gruregressor__max_epochs", min_resources=1, max_resources=2,
        factor=2, cv=CV,
    )  # fmt: skip
    halving.set_callbacks(recorder).fit(*pairs)
    network = halving.best_estimator_[-1]
    assert network.n_iter_ == 2
    assert recorder.begun[-1].endswith("GRURegressor.epoch")  # those of the refit


def test_ensembles_know_no_callbacks_but_their_members_do(windows, pairs, regressor):
    monitor = ScoringMonitor(scoring="r2")
    voting = VotingRegressor([("network", regressor.set_callbacks(monitor))])
    assert not hasattr(voting, "set_callbacks")
    voting.fit(windows, pairs[1])
    scores = monitor.get_logs().data_as_pandas["r2"]
    assert len(scores) == regressor.max_epochs
    assert scores.iloc[-1] == voting.score(windows, pairs[1])


def test_a_monitor_within_a_window_scaled_regressor(pairs, windows, regressor):
    X, y = pairs
    monitor = ScoringMonitor(scoring="r2")
    model = WindowScaledRegressor(regressor.set_callbacks(monitor)).fit(windows, y)
    log = monitor.get_logs().data_as_pandas
    assert pd.unique(log["estimator_name"]) == [type(regressor).__name__]
    relative = y / X["wave"] - 1  # what the network itself is to learn
    predicted = model.predict(windows) / X["wave"] - 1
    by_hand = 1 - ((relative - predicted) ** 2).sum() / ((relative - relative.mean()) ** 2).sum()
    assert log["r2"].iloc[-1] == pytest.approx(by_hand, rel=1e-5)


def test_a_search_reaches_the_network_within_a_window_scaled_regressor(pairs):
    network = GRURegressor(4, max_epochs=2, random_state=0)
    model = make_pipeline(SequenceWindower(5), WindowScaledRegressor(network))
    recorder = Recorder()
    model.set_callbacks(recorder).fit(*pairs)
    fit = "Pipeline.fit WindowScaledRegressor.fit"
    inside = f"{fit} GRURegressor.fit"
    epochs = [f"{inside} GRURegressor.epoch"] * 2
    assert recorder.begun == [
        "Pipeline.fit", "Pipeline.fit SequenceWindower.fit", fit, inside, *epochs
    ]  # fmt: skip


def test_weights_reach_the_scores_of_callbacks(windows, pairs):
    weight = np.linspace(0.01, 5, len(windows))
    monitor = ScoringMonitor(scoring="neg_mean_squared_error")
    model = GRURegressor(4, max_epochs=3, random_state=0).set_callbacks(monitor)
    model.fit(windows, pairs[1], sample_weight=weight)
    log = monitor.get_logs().data_as_pandas
    error = (model.predict(windows) - pairs[1].to_numpy()) ** 2
    expected = -np.average(error, weights=weight)
    assert log["neg_mean_squared_error"].iloc[-1] == pytest.approx(expected, rel=1e-5)
