"""The machine's rate of matrix products, and what training reaches of it."""

from report import Table
from tasks import EPOCH_TASKS
from turns import in_turn, medians

PRODUCTS = ("matrix product, 1 thread", "matrix product, 2 threads")
TRAINERS = ("sklstm, 1 thread", "torch, 1 thread")
TASKS = [task for task in EPOCH_TASKS if task.hidden_size >= 256]
GATES = {"lstm": 4, "gru": 3}


def operations(task):
    """Return the operations of one epoch, forward and backward, without gates and optimiser.

    Parameters
    ----------
    task : EpochTask
        The task.

    Returns
    -------
    operations : int
        Multiplications and additions of the products with the weights and the biases.
    """
    step = 2 * GATES[task.cell] * task.hidden_size * (1 + task.hidden_size + 1)
    return 3 * step * task.n_windows * task.n_timesteps  # backward costs two such products


def measure(bench):
    """Measure products and epochs in turn.

    Parameters
    ----------
    bench : Bench
        The workers.

    Returns
    -------
    results : dict
        1e9 operations a second: of the turns, and their medians.
    """
    failures = bench.failures_of("peak")
    turns = {}
    for task in TASKS:
        asks = {
            f"product, {library}, {label.rpartition(', ')[2]}": bench.ask(
                label, "time_product", library=library
            )
            for label in PRODUCTS
            for library in ("NumPy", "torch")
        }
        for label in bench.prepare(TRAINERS, failures, "prepare_epochs", task=task.as_dict()):
            asks[f"{label}: {task.name}"] = _rate(bench, label, task)
        for name, values in in_turn(asks, bench.effort.turns, failures).items():
            turns.setdefault(name, []).extend(values)
    return {"turns": turns, "rates": medians(turns)}


def _rate(bench, label, task):
    ask = bench.ask(label, "time_epochs", n_epochs=2)
    return lambda: 1e-9 * operations(task) / ask()


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
    rates = results["rates"]
    alone = [rate for name, rate in rates.items() if name.endswith("1 thread")]
    best = max(alone, default=None)
    rows = [
        [name, f"{rate:.0f}", f"{100 * rate / best:.0f} %" if best else ""]
        for name, rate in sorted(rates.items(), key=lambda pair: not pair[0].startswith("product"))
    ]
    notes = """\
Training counts the products of the recurrent layer alone, forward and backward, over the time of
the whole epoch: the gates, the head, the optimiser and the batches are in the time, not in the
count."""
    columns = ["", "GFLOP/s", "of the best product on 1 thread"]
    return [Table("Rate of arithmetic in single precision", columns, rows, notes)]
