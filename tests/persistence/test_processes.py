"""Estimators go to other processes and threads, and predict the same there."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from sklstm import BiLSTMRegressor, GRURegressor, LSTMClassifier, LSTMRegressor, SequenceWindower

SERIES = np.random.default_rng(0).normal(size=(200, 2)).cumsum(axis=0)
WINDOWS = SequenceWindower(8).fit_transform(SERIES)
TARGET = SERIES[:, 0]
METHODS = multiprocessing.get_all_start_methods()


def fitted(cls=LSTMRegressor, **options):
    y = TARGET > 0 if cls is LSTMClassifier else TARGET
    return cls(6, max_epochs=2, random_state=0, **options).fit(WINDOWS, y)


# Python warns of any fork while there are threads, and BLAS has some.
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
@pytest.mark.parametrize("method", METHODS)
def test_another_process_fits_and_predicts_the_same(method):
    models = [fitted(), fitted(engine="torch")]
    unfitted = LSTMRegressor(6, max_epochs=2, random_state=0)
    with multiprocessing.get_context(method).Pool(1) as pool:
        for model in models:
            predicted = pool.apply_async(model.predict, (WINDOWS,)).get(timeout=100)
            assert (predicted == model.predict(WINDOWS)).all()
        elsewhere = pool.apply_async(unfitted.fit, (WINDOWS, TARGET)).get(timeout=100)
    assert (elsewhere.predict(WINDOWS) == models[0].predict(WINDOWS)).all()


# With max_nbytes=1 loky's workers share all arrays as read-only files.
@pytest.mark.parametrize(("backend", "max_nbytes"), [("loky", 1), ("loky", "1M"), ("threading", 1)])
def test_workers_fit_and_predict_the_same(backend, max_nbytes):
    model = fitted(GRURegressor)
    expected = model.predict(WINDOWS)
    parallel = joblib.Parallel(n_jobs=2, backend=backend, max_nbytes=max_nbytes)
    blocks = np.array_split(np.arange(len(WINDOWS)), 5)
    parts = parallel(joblib.delayed(model.predict)(WINDOWS[block]) for block in blocks)
    assert (np.concatenate(parts) == expected).all()
    unfitted = [GRURegressor(6, max_epochs=2, random_state=0) for _ in range(3)]
    models = parallel(joblib.delayed(each.fit)(WINDOWS, TARGET) for each in unfitted)
    assert all((each.predict(WINDOWS) == expected).all() for each in models)


def test_a_search_finds_the_same_whatever_n_jobs(tmp_path):
    steps = make_pipeline(SequenceWindower(4), LSTMRegressor(4, max_epochs=2, random_state=0))
    grid = {"sequencewindower__lookback": [3, 6]}
    found = []
    for n_jobs in (1, 2):
        search = GridSearchCV(steps, grid, cv=TimeSeriesSplit(2), n_jobs=n_jobs)
        joblib.dump(search.fit(SERIES, TARGET).best_estimator_, tmp_path / "model.joblib")
        found.append(joblib.load(tmp_path / "model.joblib").predict(SERIES))
    assert (found[0] == found[1]).all()


@pytest.mark.parametrize("engine", ["auto", "torch"])
@pytest.mark.parametrize("cls", [LSTMRegressor, BiLSTMRegressor, LSTMClassifier])
def test_threads_predict_at_once_without_a_wrong_answer(cls, engine):
    model = fitted(cls, engine=engine)
    blocks = [np.arange(n, n + size) for n, size in enumerate([1, 2, 7, 16, 17, 40, 100] * 20)]
    alone = [model.predict(WINDOWS[block % 200]) for block in blocks]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda block: model.predict(WINDOWS[block % 200]), blocks))
    for one, other in zip(alone, together, strict=True):
        assert (one == other).all()


def test_threads_load_and_predict_at_once(tmp_path):
    model = fitted()
    joblib.dump(model, tmp_path / "model.joblib")
    expected = model.predict(WINDOWS)

    def load_and_predict(_):
        return joblib.load(tmp_path / "model.joblib").predict(WINDOWS)

    with ThreadPoolExecutor(8) as pool:
        assert all((found == expected).all() for found in pool.map(load_and_predict, range(32)))
