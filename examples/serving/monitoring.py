"""How far off forecasts were, once the rows that they were of arrive."""

from collections import OrderedDict, defaultdict
from threading import Lock

MAX_FORECASTS = 100_000  # the oldest ones are forgotten


def as_place(series, time, column):
    """Return what was forecast in a form that is hashable: keys of several parts are lists."""
    return tuple(series) if isinstance(series, list) else series, time, column


class Monitor:
    """Errors and coverage of the forecasts of this process.

    Parameters
    ----------
    expected : dict
        Errors of a backtest by their names, each a dict by step; possibly empty.
    """

    def __init__(self, expected):
        self.expected = expected
        self._open = OrderedDict()  # what was forecast of a row, by series, time and column
        self._sums = defaultdict(lambda: defaultdict(float))  # by column and step
        self._lock = Lock()

    def note(self, records):
        """Take note of forecasts, records with series, time, column, step and quantities."""
        with self._lock:
            for record in records:
                place = as_place(record["series"], record["time"], record["column"])
                self._open.setdefault(place, {})[record["step"]] = record
                self._open.move_to_end(place)
            while len(self._open) > MAX_FORECASTS:
                self._open.popitem(last=False)

    def compare(self, actual):
        """Compare what was forecast of rows with their values, a dict by place; once each."""
        with self._lock:
            for place, value in actual.items():
                for step, record in self._open.pop(place, {}).items():
                    self._add(self._sums[place[2], step], record, value)

    def table(self):
        """Return a row of figures for each column and step, as a list of dicts."""
        with self._lock:
            sums = {place: dict(found) for place, found in sorted(self._sums.items())}
        rows = []
        for (column, step), found in sums.items():
            row = {"column": column, "step": step, "n": int(found["n"])}
            for name in found:
                if name == "n" or name.startswith("n_"):
                    continue
                row[name] = found[name] / found[f"n_{name}"]
                if name in self.expected:
                    by_step = self.expected[name]
                    row[f"{name}_in_backtest"] = by_step.get((column, step), by_step.get(step))
            rows.append(row)
        return rows

    @staticmethod
    def _add(found, record, value):
        found["n"] += 1
        figures = {"mae": abs(value - record["prediction"])}
        for name in record:
            if name.startswith("lower"):
                suffix = name.removeprefix("lower")
                inside = record[name] <= value <= record[f"upper{suffix}"]
                figures[f"coverage{suffix}"] = float(inside)
        for name, figure in figures.items():
            found[name] += figure
            found[f"n_{name}"] += 1


def page(rows, title):
    """Return the figures as a page of HTML."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in names)
    lines = []
    for row in rows:
        cells = [row.get(name) for name in names]
        shown = [f"{cell:.4g}" if isinstance(cell, float) else cell for cell in cells]
        lines.append(
            "<tr>" + "".join(f"<td>{'' if c is None else c}</td>" for c in shown) + "</tr>"
        )
    if not rows:
        lines = ["<tr><td>No forecast has met its row yet.</td></tr>"]
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        "<style>body{font:16px sans-serif;margin:2em;color-scheme:light dark}"
        "td,th{padding:.2em .8em;text-align:right}</style>"
        f"<h1>{title}</h1><table><tr>{head}</tr>{''.join(lines)}</table></html>"
    )
