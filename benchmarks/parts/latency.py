"""Time of the prediction of a single window."""

from report import Table, compared
from roster import REFERENCE
from turns import in_turn, medians

LABELS = (
    "sklstm, 1 thread",
    REFERENCE,
    "skorch, 1 thread",
    "MLPRegressor",
    "torch, 1 thread",
    "JAX",
    "Keras, JAX",
    "Keras, TensorFlow",
    "Keras, torch",
)
NOTES = """\
One window of 7 steps, hidden 32. sklstm, skorch and `MLPRegressor` (which has no recurrence) by
`predict`, checks of the input included; torch by a call of the bare module under
`inference_mode`; JAX by a compiled function, from array to array; Keras by `model(x)` or
`model.predict_on_batch(x)`, whichever is faster there."""


def measure(bench):
    """Measure all peers.

    Parameters
    ----------
    bench : Bench
        The workers.

    Returns
    -------
    results : dict
        Microseconds of the turns and their medians.
    """
    failures = bench.failures_of("latency")
    ready = bench.prepare(LABELS, failures, "prepare_latency")
    calls = bench.effort.calls
    asks = {label: bench.ask(label, "time_latency", n_calls=calls) for label in ready}
    turns = in_turn(asks, bench.effort.turns, failures)
    return {"turns": turns, "microseconds": medians(turns)}


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
    cells = compared(results["microseconds"], "sklstm, 1 thread", 1)
    rows = [[label, cell] for label, cell in cells.items()]
    return [Table("One window predicted", ["", "µs (times sklstm, 1 thread)"], rows, NOTES)]
