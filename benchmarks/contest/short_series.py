"""Other windows, strategies and averages for panels of short series: do they pay?

``python -m contest.short_series FOLDER [--network LSTM] [--seed 1] [TASK ...]`` forecasts panels of
`contest.several_steps` (those of years, quarters and months) by a network in a `Forecaster` with
its defaults, with windows half and twice as long, by the other strategy, and in another scale: the
next best without a season. From one and from two horizons before the end of their training parts
it prints the OWA of the defaults, and how much larger that of the others is, and of averages. All
of them are without the Theta method, which scales by name do not have. Series that are then shorter
than two seasons, or four rows, are left out.
"""

import numpy as np

from contest import several_steps
from contest.linear_part import NETWORKS
from contest.panels import parse_tasks, task_parser

SHORT = ("Y", "Q", "M")  # frequencies
FEWEST = 4  # rows of a series
FORECASTS = {  # whose averages are scored
    "half a window": ["half"],
    "two windows": ["twice"],
    "other strategy": ["strategy"],
    "other scale": ["scale"],
    "both strategies": ["own", "strategy"],
    "both scales": ["own", "scale"],
    "all three": ["own", "strategy", "scale"],
}


def parts_at(name, folder, origin):
    """Return training and test parts some horizons before the end of the training parts."""
    _, season, source, kind = several_steps.TASKS[name]
    parts = several_steps.series_of(folder, source, kind)
    horizon = len(parts[0][1])
    ends = [np.array(train[: len(train) - (origin - 1) * horizon]) for train, _ in parts]
    ends = [end for end in ends if len(end) > horizon + max(2 * season, FEWEST)]
    return [end[:-horizon] for end in ends], [end[-horizon:] for end in ends]


def forecasts(trains, frequency, horizon, estimator):
    """Return the forecasts of a panel with defaults, and others, by name."""
    from sklstm import Forecaster

    panel = several_steps.panel_of(trains, frequency)

    same = {"horizon": horizon, "by": "id", "calibration_size": None, "theta_part": False}

    def played(**options):
        model = Forecaster(estimator, **same, **options).fit(panel)
        return model, model.forecast()["prediction"].to_numpy().reshape(len(trains), horizon)

    own, found = played()
    others = {
        "half": {"lookback": max(1, own.lookback_ // 2)},
        "twice": {"lookback": 2 * own.lookback_},
        "strategy": {"strategy": "direct" if own.strategy_ == "recursive" else "recursive"},
        "scale": {"strategy": own.strategy_, "scaling": other_scale(own)},
    }
    return {"own": found} | {name: played(**options)[1] for name, options in others.items()}


def other_scale(model):
    """Return the scale of the smallest score that takes no season, but for the one chosen."""
    from sklstm.preprocessing import is_seasonal

    scores = model.scaling_scores_
    names = [name for name in scores if not is_seasonal(name) and name != model.scaling_]
    return min(names, key=scores.get)


def compare(name, folder, network, seed):
    """Print what other forecasts and averages change, from two origins."""
    import sklstm

    frequency, season, *_ = several_steps.TASKS[name]
    for origin in (1, 2):
        trains, tests = parts_at(name, folder, origin)
        estimator = getattr(sklstm, f"{network}Regressor")(random_state=seed)
        found = forecasts(trains, frequency, len(tests[0]), estimator)
        own = several_steps.scores(trains, tests, found["own"], season)[0]
        cells = []
        for label, members in FORECASTS.items():
            mean = np.mean([found[member] for member in members], axis=0)
            score = several_steps.scores(trains, tests, mean, season)[0]
            cells.append(f"{label} {100 * (score / own - 1):+.1f} %")
        told = f"{network} {seed}, {name}, origin {origin}"
        print(f"{told}: {own:.3f}; {', '.join(cells)}", flush=True)


def play(contest, networks, compare):
    """Let a contest compare the panels that are asked for."""
    short = [name for name, (frequency, *_) in several_steps.TASKS.items() if frequency in SHORT]
    parser = task_parser(contest, "GRU", networks, short[0])
    parser.add_argument("--seed", type=int, default=0)
    asked = parse_tasks(parser, short)
    for name in asked.tasks or short:
        compare(name, asked.folder, asked.network, asked.seed)


if __name__ == "__main__":
    play("short_series", NETWORKS, compare)
