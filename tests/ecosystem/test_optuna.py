"""The recipe for Optuna on the page does what the page says of it."""

import re
from pathlib import Path

import numpy as np
import optuna
import pytest
from optuna_integration import OptunaSearchCV
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from sklstm import LSTMRegressor

of_the_integration = pytest.mark.filterwarnings(
    "ignore::optuna.exceptions.ExperimentalWarning",
    "ignore:.*optuna.terminator:FutureWarning",
)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "scikit-learn.md"


@pytest.fixture(scope="module")
def recipe():
    """What the first block of the page, its data, and the block of this section define."""
    text = PAGE.read_text(encoding="utf-8")
    section = text[text.index("\n## Optuna\n") :]
    namespace = {}
    for part in (text, section):
        block = re.search(r"^```python\n(.*?)^```", part, re.M | re.S).group(1)
        exec(compile(block, PAGE.name, "exec"), namespace)
    return namespace


@pytest.fixture
def candidate(recipe):
    def make(trial):
        return recipe["build"](trial.params)

    return make


def test_every_epoch_is_reported(recipe, candidate):
    X, y = recipe["X"][:240], recipe["y"][:240]
    trials = recipe["study"].trials
    assert len(trials) == 12
    for trial in trials[:4]:
        network = candidate(trial).fit(X, y)[-1]
        losses = -np.array(network.validation_scores_)
        reported = list(trial.intermediate_values.values())
        np.testing.assert_array_equal(reported, losses[: len(reported)])
        assert list(trial.intermediate_values) == list(range(len(reported)))


def test_some_trials_are_pruned_and_the_best_one_is_not(recipe, candidate):
    study = recipe["study"]
    by_state = {
        name: [trial for trial in study.trials if trial.state.name == name]
        for name in ("COMPLETE", "PRUNED")
    }
    assert len(by_state["COMPLETE"]) + len(by_state["PRUNED"]) == 12
    assert len(by_state["PRUNED"]) >= 2
    assert all(4 <= len(trial.intermediate_values) < 15 for trial in by_state["PRUNED"])
    assert all(len(trial.intermediate_values) <= 15 for trial in by_state["COMPLETE"])
    best = candidate(study.best_trial).fit(recipe["X"][:240], recipe["y"][:240])
    assert -best[-1].best_validation_score_ == study.best_value
    np.testing.assert_array_equal(best.predict(recipe["X"]), recipe["best"].predict(recipe["X"]))


def test_a_pruned_fit_leaves_nothing_fitted(recipe, windows, pairs):
    class Always:
        def report(self, value, step):
            self.value = value

        def should_prune(self):
            return True

    network = LSTMRegressor(2, early_stopping=True, random_state=0)
    network.set_callbacks(recipe["Prune"](Always()))
    with pytest.raises(optuna.TrialPruned):
        network.fit(windows, pairs[1])
    assert not hasattr(network, "weights_")


@of_the_integration
def test_search_of_the_integration_package(pairs, folds, forecaster):
    X, y = pairs
    space = {"sequencewindower__lookback": optuna.distributions.IntDistribution(2, 6)}
    search = OptunaSearchCV(forecaster, space, cv=folds, n_trials=3, random_state=0)
    search.fit(X, y)
    best = clone(forecaster).set_params(**search.best_params_)
    assert search.best_score_ == cross_val_score(best, X, y, cv=folds).mean()
    np.testing.assert_array_equal(search.predict(X), best.fit(X, y).predict(X))


@of_the_integration
def test_search_of_the_integration_package_prunes_networks(windows, pairs, folds, regressor):
    y = pairs[1].to_numpy()
    space = {"learning_rate": optuna.distributions.FloatDistribution(1e-4, 0.1, log=True)}
    pruner = optuna.pruners.MedianPruner(n_startup_trials=2)
    sampler = optuna.samplers.TPESampler(seed=0)
    study = optuna.create_study(direction="maximize", pruner=pruner, sampler=sampler)
    search = OptunaSearchCV(
        regressor, space, cv=folds, n_trials=6, enable_pruning=True, max_iter=3, study=study,
        refit=False,
    )  # fmt: skip
    search.fit(windows, y)
    assert {trial.state.name for trial in study.trials} == {"COMPLETE", "PRUNED"}
    scores = []
    for train, test in folds.split(windows):
        network = clone(regressor).set_params(**study.best_params)
        for _ in range(3):
            network.partial_fit(windows[train], y[train])
        scores.append(network.score(windows[test], y[test]))
    assert study.best_value == np.mean(scores)


@of_the_integration
def test_search_of_the_integration_package_does_not_prune_pipelines(pairs, forecaster):
    search = OptunaSearchCV(forecaster, {}, n_trials=1, enable_pruning=True)
    with pytest.raises(ValueError, match="must support partial_fit"):
        search.fit(*pairs)
