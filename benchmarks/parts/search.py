"""Time of a whole grid search: many small fits, each from the beginning."""

from report import Table, compared
from roster import REFERENCE
from tasks import SEARCH_GRID, SEARCH_LOOKBACK, SEARCH_SERIES, SEARCH_SPLITS
from turns import in_turn, medians

KINDS = {
    "serial": "n_jobs=1",
    "threads": "n_jobs=2 in threads",
    "cold processes": "n_jobs=2 in new processes",
    "warm processes": "n_jobs=2 in warm processes",
}
ALL_KINDS = tuple(KINDS)
SEARCHES = {
    "sklstm, 1 thread": ("serial",),
    REFERENCE: ALL_KINDS,
    "skorch, 1 thread": ("serial",),
    "skorch, 2 threads": ("serial", "cold processes", "warm processes"),
    "Keras, JAX": ("serial",),
    "Keras, TensorFlow": ("serial",),
    "Keras, torch": ("serial",),
}


def name_of(label, kind):
    """Return the name of a search in the results.

    Parameters
    ----------
    label : str
        The peer.
    kind : str
        How its fits are run.

    Returns
    -------
    name : str
        Both in words.
    """
    return f"{label}, {KINDS[kind]}"


def measure(bench):
    """Measure all searches.

    Parameters
    ----------
    bench : Bench
        The workers.

    Returns
    -------
    results : dict
        Seconds of the turns and their medians.
    """
    effort, asks, turns = bench.effort, {}, {}
    for label, kinds in SEARCHES.items():
        for kind in kinds:
            name = name_of(label, kind)
            asks[name] = bench.ask(label, "time_search", n_epochs=effort.search_epochs, kind=kind)
            turns[name] = effort.slow_turns if label.startswith("Keras") else effort.turns
    values = in_turn(asks, turns, bench.failures_of("search"))
    return {"turns": values, "seconds": medians(values), "epochs": effort.search_epochs}


def tables(results):
    """Lay the results out.

    Parameters
    ----------
    results : dict
        What `measure` returned.

    Returns
    -------
    tables : list of Table
        One.
    """
    candidates = 1
    for values in SEARCH_GRID.values():
        candidates *= len(values)
    title = (
        f"GridSearchCV, {candidates} candidates, TimeSeriesSplit({SEARCH_SPLITS}), "
        f"{results['epochs']} epochs each, LSTM, windows of {SEARCH_LOOKBACK} over "
        f"{SEARCH_SERIES} values: {candidates * SEARCH_SPLITS + 1} fits"
    )
    seconds = results["seconds"]
    fastest_own = min(
        (name for name in seconds if name.startswith("sklstm")), key=seconds.get, default=""
    )
    cells = compared(seconds, fastest_own, 1)
    rows = [[name, cell, str(len(results["turns"][name]))] for name, cell in cells.items()]
    columns = ["", "seconds (times the fastest of sklstm)", "turns"]
    return [Table(title, columns, rows, "")]
