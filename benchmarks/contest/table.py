"""Tables of the contest."""

import json
import statistics
from math import isnan, nan

KINDS = ("LSTM", "GRU")
COLUMNS = (
    "defaults",
    "values alone",
    "window-scaled",
    "searched",
    "darts",
    "neuralforecast",
    "aeon",
)
BASELINES = ("season before", "linear")


def read_games(paths):
    """Read the games that were played.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        One file for each side; those that are missing have not played.

    Returns
    -------
    ratios : dict of (str, str, str) to list of float
        By series, kind of network and model: errors of all seeds, as parts of persistence's.
    failures : dict of (str, str, str) to str
        The last line of what went wrong.
    seconds : dict of (str, str) to float
        By kind of network and model: seconds for one seed of all series.
    """
    ratios, failures, seconds = {}, {}, {}
    for path in paths:
        for line in path.read_text().splitlines() if path.exists() else ():
            result = json.loads(line)
            *key, seed = result["game"]
            if "failure" in result:
                failures[tuple(key)] = result["failure"].strip().splitlines()[-1]
            else:
                ratios.setdefault(tuple(key), []).append(result["ratio"])
                if seed == 0:
                    model = tuple(key[1:])
                    seconds[model] = seconds.get(model, 0.0) + result["seconds"]
    return ratios, failures, seconds


def tables(ratios):
    """Return a table in Markdown for each kind of network.

    Parameters
    ----------
    ratios : dict of (str, str, str) to list of float
        What `read_games` returns.

    Returns
    -------
    texts : dict of str to str
        By kind of network.
    """
    names = list(dict.fromkeys(name for name, *_ in ratios))
    return {kind: _table(ratios, names, kind) for kind in KINDS}


def _table(ratios, names, kind):
    head = ["series", *BASELINES, *COLUMNS]
    rows = [head, ["---", *["---:"] * (len(head) - 1)]]
    means = {column: [] for column in COLUMNS}
    for name in names:
        cells = [_cell(ratios.get((name, "baseline", baseline))) for baseline in BASELINES]
        found = {column: ratios.get((name, kind, column)) for column in COLUMNS}
        best = min((statistics.mean(values) for values in found.values() if values), default=None)
        for column, values in found.items():
            cell = _cell(values)
            if values:
                means[column].append(statistics.mean(values))
                cell = f"**{cell}**" if means[column][-1] == best else cell
            cells.append(cell)
        rows.append([name, *cells])
    of_baselines = [
        [ratios.get((name, "baseline", b), [nan])[0] for name in names] for b in BASELINES
    ]
    overall = [_overall(values, len(names)) for values in [*of_baselines, *means.values()]]
    rows.append(["geometric mean", *overall])
    spreads = [_spread(ratios, names, kind, column) for column in COLUMNS]
    rows.append(["± (median of the series)", *[""] * len(BASELINES), *spreads])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(values):
    """Return the mean over seeds."""
    return "" if not values or isnan(values[0]) else f"{statistics.mean(values):.2f}"


def _spread(ratios, names, kind, column):
    """Return half the distance of the best and the worst seed, the median over the series."""
    games = [values for name in names if (values := ratios.get((name, kind, column)))]
    if not games or min(map(len, games)) < 2:
        return ""
    return f"{statistics.median((max(values) - min(values)) / 2 for values in games):.2f}"


def _overall(means, n_series):
    complete = len(means) == n_series and not any(map(isnan, means))
    return f"{statistics.geometric_mean(means):.2f}" if complete else ""
