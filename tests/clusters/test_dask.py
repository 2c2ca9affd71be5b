"""Two worker processes of Dask: the same bits, the series sent once, and one of them killed."""

import os

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import TimeSeriesSplit

distributed = pytest.importorskip("distributed", reason="needs Dask: the extra 'cluster'")
cloudpickle = pytest.importorskip("cloudpickle", reason="comes with Dask")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            local_directory=str(tmp_path_factory.mktemp("dask")),
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.wait_for_workers(2)
        client.amm.stop()  # else copies are dropped that are there in case a worker dies
        yield client


@pytest.fixture
def sent(client, monkeypatch):
    """What leaves for the workers: objects that are scattered, and bytes of each task."""
    scattered, n_bytes = [], []
    scatter, submit = client.scatter, client.submit

    def noting_scatter(data, **settings):
        scattered.extend(data if isinstance(data, list) else [data])
        return scatter(data, **settings)

    def noting_submit(function, **arguments):
        n_bytes.append(len(cloudpickle.dumps((function, arguments["tasks"]))))
        return submit(function, **arguments)

    monkeypatch.setattr(client, "scatter", noting_scatter)
    monkeypatch.setattr(client, "submit", noting_submit)
    return scattered, n_bytes


def test_there_are_two_worker_processes(client):
    assert len({os.getpid(), *client.run(os.getpid).values()}) == 3


def test_a_search_finds_the_same(client, work, assert_same_search):
    with joblib.parallel_config(backend="dask"):
        search = work.fit(work.search(n_jobs=-1))
    assert str(os.getpid()) not in {process for process, _ in work.noted_fits()}
    assert_same_search(search, work.fit(work.search(n_jobs=1)))


def test_cross_validation_gives_the_same_networks(client, work, assert_same_fits):
    with joblib.parallel_config(backend="dask"):
        found = work.cross_validate(n_jobs=-1)
    assert_same_fits(found, work.cross_validate(n_jobs=1))


def test_a_backtest_gives_the_same_forecasts(client, work, sent):
    with joblib.parallel_config(backend="dask"):
        forecasts = work.backtest()
    assert len(sent[1]) > 0  # the workers did it
    pd.testing.assert_frame_equal(forecasts, work.backtest(), check_exact=True)


@pytest.mark.parametrize("work", [13_000], indirect=True)
@pytest.mark.parametrize("ahead", [True, False], ids=["scatter", "unasked"])
def test_what_tasks_share_is_sent_once(client, work, sent, ahead):
    search = work.search(n_jobs=-1)
    if not ahead:  # of folds in a list the search would send all with each task
        search.set_params(cv=TimeSeriesSplit(3))
    with joblib.parallel_config(backend="dask", scatter=work.shared_by(search) if ahead else None):
        work.fit(search)
    scattered, n_bytes = sent
    for shared in (work.X, work.y):
        assert [item is shared for item in scattered].count(True) == 1
    assert len(scattered) <= len(work.shared_by(search))
    assert len(n_bytes) > len(work.folds)
    assert max(n_bytes) < 20_000 < work.X.to_numpy().nbytes / 10


def test_a_panel_is_sent_once_and_its_folds_as_slices(client, panel, sent, assert_same_search):
    search = panel.search(n_jobs=-1)
    with joblib.parallel_config(backend="dask"):
        search.fit(panel.sales)
    scattered, n_bytes = sent
    assert [item is panel.sales for item in scattered].count(True) == 1
    rows = [item for item in scattered if isinstance(item, np.ndarray)]
    assert len(rows) == 6  # of three folds
    by_dask = [sum(map(len, distributed.protocol.serialize(one)[1])) for one in rows]
    assert max(by_dask) < 2000 < max(one.nbytes for one in rows) / 40
    assert max(n_bytes) < 20_000
    assert_same_search(search, panel.search(n_jobs=1).fit(panel.sales))


def test_a_worker_killed_costs_its_own_fits(
    client, work, assert_same_search, assert_only_lost_fits_again
):
    search = work.search(n_jobs=-1, dies_at=4)
    with joblib.parallel_config(backend="dask", scatter=work.shared_by(search)):
        work.fit(search)
    assert_only_lost_fits_again(work.noted_fits(), 4, n_fits=12)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    client.wait_for_workers(2)
    assert_same_search(search, work.fit(work.search(n_jobs=1)))
