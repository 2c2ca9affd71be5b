"""Rate of the prediction of many windows."""

from report import Table, compared
from roster import REFERENCE
from tasks import BULK_TASK
from turns import in_turn, medians

LABELS = (
    "sklstm, 1 thread",
    REFERENCE,
    "torch, 1 thread",
    "torch, 2 threads",
    "skorch, 1 thread",
    "skorch, 2 threads",
    "JAX",
    "Keras, JAX",
    "Keras, TensorFlow",
    "Keras, torch",
)


def measure(bench):
    """Measure all peers.

    Parameters
    ----------
    bench : Bench
        The workers.

    Returns
    -------
    results : dict
        Number of windows, seconds of the turns and their medians.
    """
    n_windows = bench.effort.bulk_windows
    failures = bench.failures_of("bulk")
    ready = bench.prepare(LABELS, failures, "prepare_bulk", n_windows=n_windows)
    asks = {label: bench.ask(label, "time_bulk") for label in ready}
    turns = in_turn(asks, bench.effort.turns, failures)
    return {"n_windows": n_windows, "turns": turns, "seconds": medians(turns)}


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
    n_windows, seconds = results["n_windows"], results["seconds"]
    rows = [
        [label, f"{n_windows / seconds[label]:,.0f}", cell]
        for label, cell in compared(seconds, REFERENCE, 1).items()
    ]
    steps, hidden = BULK_TASK.n_timesteps, BULK_TASK.hidden_size
    title = f"{n_windows:,} windows of {steps} steps predicted, hidden {hidden}"
    columns = ["", "windows a second", f"seconds (times {REFERENCE})"]
    notes = "All but sklstm predict in batches of 1024, JAX by one compiled function."
    return [Table(title, columns, rows, notes)]
