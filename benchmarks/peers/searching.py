"""The search, the same for every estimator."""

import joblib
from joblib.externals.loky import get_reusable_executor
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from tasks import SEARCH_GRID, SEARCH_SPLITS

from .clocks import seconds


def time_search(estimator, X, y, kind, names=None):
    """Return how long a search takes.

    Parameters
    ----------
    estimator : estimator
        What is searched.
    X, y : ndarray
        Windows and targets.
    kind : {"serial", "threads", "cold processes", "warm processes"}
        One fit after the other, or two at a time: in two threads, in processes that are started
        for it, or in processes that have run such fits before.
    names : dict of str to str, optional
        What the estimator calls the parameters of the grid.

    Returns
    -------
    seconds : float
        Wall time of all fits, the last one on all windows included.
    """
    grid = {(names or {}).get(name, name): values for name, values in SEARCH_GRID.items()}
    search = GridSearchCV(
        estimator,
        grid,
        cv=TimeSeriesSplit(SEARCH_SPLITS),
        scoring="neg_mean_squared_error",
        n_jobs=1 if kind == "serial" else 2,
        error_score="raise",
    )

    def run():
        search.fit(X, y)

    if kind == "threads":
        with joblib.parallel_config(backend="threading"):
            return seconds(run)
    if kind.endswith("processes"):
        # One thread each: joblib would hand OMP_NUM_THREADS of this process on to both.
        with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
            return _time_in_processes(run, warm=kind == "warm processes")
    return seconds(run)


def _time_in_processes(run, *, warm):
    get_reusable_executor().shutdown(wait=True)
    if warm:
        run()
    result = seconds(run)
    get_reusable_executor().shutdown(wait=True)
    return result
