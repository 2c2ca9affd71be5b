"""How much of a network belongs on top of a line? On earlier origins within training parts.

``python -m contest.line_share FOLDER [--network GRU] [--seed 1] [--weight-decay 1e-5] [TASK ...]``
forecasts tasks of `contest.several_steps` (those that are direct by default) by a network in a
`Forecaster` with its defaults, and by the line alone: the ridge regression of ``linear_part=True``,
in the same scale; both without the Theta method. It prints how much larger absolute and squared
errors are of the line, of the average of both, and of a mixture by the weight that least squares
give at the origin before; once from 0 to 1, once from a half to 1. With a weight decay it prints
those of a network with it, too. Origins are those of `contest.linear_part`, and one before them;
``--only-newest`` leaves one out.
"""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin

from contest import several_steps
from contest.linear_part import NETWORKS, NEWEST
from contest.panels import parse_tasks, task_parser

DIRECT = [
    "M4, hours", "demand, half-hours", "bike hires, hours", "ETTh2, 24 hours", "ETTh2, 96 hours",
]  # fmt: skip
ORIGINS = 50  # of a long series


class Nothing(RegressorMixin, BaseEstimator):
    """Predicts zeros, so that the linear part of a forecaster is all there is."""

    def fit(self, X, y):
        self.shape_ = y.shape[1:]
        return self

    def predict(self, X):
        return np.zeros((len(X), *self.shape_))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = tags.input_tags.allow_nan = True  # as networks
        tags.target_tags.multi_output = True
        return tags


def series_at(name, folder, origin):
    """Return the training part of each series at an origin, and all its rows up to the last one."""
    _, _, source, kind = several_steps.TASKS[name]
    parts = several_steps.series_of(folder, source, kind)
    horizon = len(parts[0][1])
    if several_steps.is_long(name):
        values = np.array(parts[0][0])[-NEWEST.get(name, 0) :]
        for _ in range(origin - 1):
            values = values[: int(0.8 * len(values))]
        return [values[: int(0.8 * len(values))]], [values], horizon
    ends = [np.array(train[: len(train) - (origin - 1) * horizon]) for train, _ in parts]
    return [end[:-horizon] for end in ends], ends, horizon


def forecasts(name, folder, origin, estimator, **options):
    """Return forecasts and what came, in mean absolute changes over a season of the training."""
    from sklstm import Forecaster

    frequency, season, *_ = several_steps.TASKS[name]
    trains, ends, horizon = series_at(name, folder, origin)
    scales = np.array([np.abs(one[season:] - one[:-season]).mean() for one in trains])
    options = {"strategy": "direct", "theta_part": False, "calibration_size": None, **options}
    if not several_steps.is_long(name):
        model = Forecaster(estimator, horizon=horizon, by="id", **options)
        model.fit(several_steps.panel_of(trains, frequency))
        predicted = model.forecast()["prediction"].to_numpy().reshape(len(trains), horizon)
        came = np.array([end[-horizon:] for end in ends])
        kept = scales > 0
        return np.stack([predicted, came])[:, kept] / scales[kept, np.newaxis]
    (train,), (values,) = trains, ends
    series = pd.Series(values, pd.period_range("1970-01", periods=len(values), freq=frequency))
    model = Forecaster(estimator, horizon=horizon, **options).fit(series[: len(train)])
    origins = np.unique(np.linspace(len(train), len(values) - horizon, ORIGINS).astype(int))
    predicted = [
        model.update(series[:first]).forecast()["prediction"].to_numpy() for first in origins
    ]
    came = [values[first : first + horizon] for first in origins]
    return np.stack([predicted, came]) / scales[0]


def best_weight(network, line, came):
    """Return the weight of the network beside the line that least squares give."""
    apart = network - line
    return (apart * (came - line)).sum() / max((apart**2).sum(), 1e-12)


def compare(name, folder, network, seed, weight_decay, n_origins):
    """Print what other mixtures and another weight decay change, from two origins."""
    import sklstm

    def make(**options):
        return getattr(sklstm, f"{network}Regressor")(random_state=seed, **options)

    weight = None
    for origin in range(n_origins + 1, 0, -1):
        line, came = forecasts(name, folder, origin, Nothing(), linear_part=True)
        own, _ = forecasts(name, folder, origin, make())
        before, weight = weight, best_weight(own, line, came)
        if before is None:
            continue
        others = {"line": line, "average": (own + line) / 2}
        for least in (0.0, 0.5):
            share = np.clip(before, least, 1.0)
            others[f"chosen from {least:g} ({share:.2f})"] = line + share * (own - line)
        if weight_decay is not None:
            decayed = make(weight_decay=weight_decay)
            others[f"decay {weight_decay:g}"], _ = forecasts(name, folder, origin, decayed)
        cells = [_change(other, own, came) for other in others.values()]
        named = ", ".join(f"{key} {cell}" for key, cell in zip(others, cells, strict=True))
        best = f"best weight {weight:.2f}"
        print(f"{network} {seed}, {name}, origin {origin}: {named}; {best}", flush=True)


def _change(other, own, came):
    """Return how much larger absolute and squared errors are, in per cent."""
    sizes = [
        np.abs(other - came).mean() / np.abs(own - came).mean(),
        ((other - came) ** 2).mean() / ((own - came) ** 2).mean(),
    ]
    return " / ".join(f"{100 * (size - 1):+.1f} %" for size in sizes)


def main():
    parser = task_parser("line_share", "LSTM", NETWORKS, "bike hires, hours")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--weight-decay", type=float)
    parser.add_argument("--only-newest", action="store_true")
    asked = parse_tasks(parser, several_steps.TASKS)
    for name in asked.tasks or DIRECT:
        n_origins = 1 if asked.only_newest else 2
        compare(name, asked.folder, asked.network, asked.seed, asked.weight_decay, n_origins)


if __name__ == "__main__":
    main()
