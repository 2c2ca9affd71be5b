"""Memory and time of a whole pipeline on long series."""

from statistics import median

from report import Table
from workers import NotMeasuredError

FEATURES = 8
PEAK_LOOKBACK = 250
SCALING_LOOKBACKS = (50, 100, 200)


def measure(bench):
    """Measure the peak of memory, and time against rows and lookback.

    Parameters
    ----------
    bench : Bench
        Its effort and its environments are used; every measurement has a process of its own.

    Returns
    -------
    results : dict
        A list of measurements for each question.
    """
    effort, rows = bench.effort, bench.effort.scaling_rows
    sizes = {
        "peak": [(effort.pipeline_rows, PEAK_LOOKBACK)],
        "rows": [(n_rows, SCALING_LOOKBACKS[1]) for n_rows in rows],
        "lookback": [(rows[0], lookback) for lookback in SCALING_LOOKBACKS],
    }
    results = {}
    for question, pairs in sizes.items():
        n_turns = 1 if question == "peak" else min(3, effort.turns)
        try:
            results[question] = _measure_sizes(bench, pairs, n_turns)
        except NotMeasuredError as error:
            bench.failures_of("memory")[question] = str(error)
    return results


def _measure_sizes(bench, sizes, n_turns):
    measured = {size: [] for size in sizes}
    for _ in range(n_turns):
        for n_rows, lookback in sizes:
            worker = bench.fresh_worker("sklstm pipeline")
            arguments = {"n_rows": n_rows, "n_features": FEATURES, "lookback": lookback}
            try:
                measured[n_rows, lookback].append(worker.call("measure", **arguments))
            finally:
                worker.stop()
    return [
        {"n_rows": n_rows, "lookback": lookback}
        | {key: median(turn[key] for turn in turns) for key in turns[0]}
        for (n_rows, lookback), turns in measured.items()
    ]


def tables(results):
    """Lay the results out.

    Parameters
    ----------
    results : dict
        What `measure` returned.

    Returns
    -------
    tables : list of Table
        One with a row for each size.
    """
    rows = []
    for measured in results.values():
        rows += [_row(size) for size in measured]
    columns = [
        "rows", "lookback", "seconds", "µs a row and step", "series, MB",
        "peak above baseline, MB", "times the series",
    ]  # fmt: skip
    notes = """\
`predict` of ExponentialSmoother, SequenceWindower and LSTMRegressor(8) on a series of 8 features.
The baseline holds the series and the fitted model. Cost is linear if a row and step costs the same
everywhere."""
    title = "A whole pipeline on long series: memory and time"
    return [Table(title, columns, rows, notes)]


def _row(size):
    steps = size["n_rows"] * size["lookback"]
    return [
        f"{size['n_rows']:,}",
        str(size["lookback"]),
        f"{size['seconds']:.2f}",
        f"{1e6 * size['seconds'] / steps:.3f}",
        f"{size['series_bytes'] / 1e6:.0f}",
        f"{size['peak_bytes'] / 1e6:.0f}",
        f"{size['peak_bytes'] / size['series_bytes']:.2f}",
    ]
