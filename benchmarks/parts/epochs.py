"""Time of one epoch of training in steady state, and the loss that it leads to."""

from report import Table, compared
from roster import PEERS, REFERENCE
from tasks import EPOCH_TASKS
from turns import in_turn, medians, restless
from workers import NotMeasuredError

MODULES = (
    "sklstm_peer", "torch_peer", "skorch_peer", "jax_peer", "keras_peer", "darts_peer",
    "neuralforecast_peer",
)  # fmt: skip
LABELS = [label for label, setting in PEERS.items() if setting.module in MODULES]
ONE_THREAD_ENOUGH = {"sklstm, 1 thread", "torch, 1 thread", "skorch, 1 thread"}

NOTES = """\
Equal: windows, targets, batch size, shuffling, Adam and its step size, mean squared error, single
precision, one recurrent layer (logistic gates, GRU with the reset after the product) with one
linear output, no clipping of gradients, no penalty of weights. All else is each library's default.
Not equal: initial weights (each library's own); torch's LSTM has two bias vectors, of which one is
redundant; sklstm standardises inputs and targets again, which does nothing to a series of mean 0
and deviation 1; sklstm with engine="torch" always trains on one thread; neuralforecast draws the
windows of every step afresh (its epoch here is as many steps as show the number of windows once)
and makes all windows again in every step; darts makes its own windows of the series, the same ones;
JAX has one epoch compiled as a whole, its last batch filled up by windows that do not count; JAX,
Keras, darts and neuralforecast choose the number of threads themselves."""


def measure(bench):
    """Measure all tasks.

    Parameters
    ----------
    bench : Bench
        The workers.

    Returns
    -------
    results : dict
        For each task the seconds of the turns, their medians, and losses.
    """
    results = {}
    for task in map(bench.effort.sized, EPOCH_TASKS):
        print(f"  {task.name}", flush=True)
        results[task.name] = _measure_task(bench, task)
    return results


def _measure_task(bench, task):
    failures = bench.failures_of(f"epochs, {task.name}")
    ready = bench.prepare(LABELS, failures, "prepare_epochs", task=task.as_dict())
    asks = {
        label: bench.ask(label, "time_epochs", n_epochs=task.epochs_per_turn) for label in ready
    }
    turns = in_turn(asks, bench.effort.turns, failures)
    return {
        "turns": turns,
        "seconds": medians(turns),
        "loss": _losses(bench, task, turns, failures),
        "epochs_to_loss": task.epochs_to_loss,
    }


def _losses(bench, task, labels, failures):
    losses = {}
    for label in labels:
        if label in ONE_THREAD_ENOUGH:
            continue  # the same training as with two threads
        try:
            losses[label] = bench.worker(label).call("final_loss", task=task.as_dict())
        except NotMeasuredError as error:
            failures[f"{label} (loss)"] = str(error)
    return losses


def tables(results):
    """Lay the results out.

    Parameters
    ----------
    results : dict
        What `measure` returned.

    Returns
    -------
    tables : list of Table
        One of times, one of losses.
    """
    columns = [compared(result["seconds"], REFERENCE, 1e3) for result in results.values()]
    times = [[label, *(column.get(label, "") for column in columns)] for label in LABELS]
    losses = [
        [label, *(_format_loss(result["loss"].get(label)) for result in results.values())]
        for label in LABELS
        if label not in ONE_THREAD_ENOUGH
    ]
    epochs = [f"{name}: {result['epochs_to_loss']} epochs" for name, result in results.items()]
    return [
        Table(
            "One epoch of training, milliseconds (times the reference)",
            ["", *results],
            times,
            f"The reference is {REFERENCE}. {NOTES}{_restless_text(results)}",
        ),
        Table(
            "Mean squared error on the training windows after",
            ["", *epochs],
            losses,
            "After few epochs the initial weights still show; later the losses are much the same.",
        ),
    ]


def _restless_text(results):
    """Return a note on turns that differ much: neither these figures nor their ratios hold."""
    noted = [
        f"{label} on {name} by {ratio:.1f}"
        for name, result in results.items()
        for label, ratio in restless(result["turns"]).items()
    ]
    return f"\nTurns differ, so that the machine was busy: {'; '.join(noted)}." if noted else ""


def _format_loss(loss):
    return "" if loss is None else f"{loss:.4f}"
