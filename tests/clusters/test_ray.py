"""Two worker processes of Ray: the same bits, the series sent once, and one of them killed."""

import os
import secrets
import shutil
import tempfile

import joblib
import numpy as np
import pandas as pd
import pytest

ray = pytest.importorskip("ray", reason="needs Ray: the extra 'cluster'")

RESTARTS = {"max_restarts": 3, "max_task_retries": 3}


@pytest.fixture(scope="module", autouse=True)
def _session():
    """Workers of two, whose files go with them."""
    from ray.util.joblib import register_ray

    folder = tempfile.mkdtemp(prefix="ray")  # a short name: it becomes a part of those of sockets
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))  # else it writes one to the home
        patch.delenv("RAY_ADDRESS", raising=False)
        register_ray()
        ray.init(
            num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error",
            object_store_memory=80_000_000, _temp_dir=folder,
        )  # fmt: skip
        yield
        ray.shutdown()
    shutil.rmtree(folder, ignore_errors=True)


class Stored:
    """Data that go to workers as a reference to where Ray keeps them for all."""

    _metadata = ("reference",)  # of pandas: not a column

    def __reduce__(self):
        return ray.get, (self.reference,)


class StoredFrame(Stored, pd.DataFrame):
    pass


class StoredSeries(Stored, pd.Series):
    pass


class StoredArray(Stored, np.ndarray):
    pass


def stored(data):
    """Put data into Ray's store; the result is sent by reference, and otherwise what they were."""
    if isinstance(data, np.ndarray):
        result = data.view(StoredArray)
    else:
        result = (StoredFrame if isinstance(data, pd.DataFrame) else StoredSeries)(data)
    result.reference = ray.put(data)
    return result


@pytest.fixture
def bytes_of_tasks(monkeypatch):
    """How many bytes go out with each task."""
    from ray.util.multiprocessing.pool import Pool

    n_bytes = []
    run = Pool._run_batch

    def noting_run(pool, actor, function, batch):
        n_bytes.append(len(ray.cloudpickle.dumps((function, batch))))
        return run(pool, actor, function, batch)

    monkeypatch.setattr(Pool, "_run_batch", noting_run)
    return n_bytes


def test_a_search_finds_the_same(work, assert_same_search):
    with joblib.parallel_config(backend="ray"):
        search = work.fit(work.search(n_jobs=2))
    assert str(os.getpid()) not in {process for process, _ in work.noted_fits()}
    assert_same_search(search, work.fit(work.search(n_jobs=1)))


def test_cross_validation_gives_the_same_networks(work, assert_same_fits):
    with joblib.parallel_config(backend="ray"):
        found = work.cross_validate(n_jobs=2)
    assert_same_fits(found, work.cross_validate(n_jobs=1))


def test_a_backtest_gives_the_same_forecasts(work, bytes_of_tasks):
    with joblib.parallel_config(backend="ray", n_jobs=2):
        forecasts = work.backtest()
    assert len(bytes_of_tasks) > 0  # the workers did it
    pd.testing.assert_frame_equal(forecasts, work.backtest(), check_exact=True)


@pytest.mark.parametrize("work", [13_000], indirect=True)
def test_what_is_stored_is_not_sent_with_tasks(work, bytes_of_tasks, assert_same_search):
    folds = [tuple(stored(rows) for rows in fold) for fold in work.folds]
    search = work.search(n_jobs=2).set_params(cv=folds)
    with joblib.parallel_config(backend="ray"):
        search.fit(stored(work.X), stored(work.y))
    assert len(bytes_of_tasks) > len(work.folds)
    assert max(bytes_of_tasks) < 20_000 < work.X.to_numpy().nbytes / 10
    assert_same_search(search, work.fit(work.search(n_jobs=1)))


def test_of_a_panel_in_the_store_a_task_takes_slices(panel, bytes_of_tasks, assert_same_search):
    search = panel.search(n_jobs=2)
    with joblib.parallel_config(backend="ray"):
        search.fit(stored(panel.sales))
    assert max(bytes_of_tasks) < 20_000 < panel.sales.to_numpy().nbytes / 4
    assert_same_search(search, panel.search(n_jobs=1).fit(panel.sales))


def test_a_worker_killed_costs_its_own_fits(work, assert_same_search, assert_only_lost_fits_again):
    with joblib.parallel_config(backend="ray", ray_remote_args=RESTARTS):
        search = work.fit(work.search(n_jobs=2, dies_at=4))
    assert_only_lost_fits_again(work.noted_fits(), 4, n_fits=12)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert_same_search(search, work.fit(work.search(n_jobs=1)))
