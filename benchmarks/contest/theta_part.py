"""Averages of networks and the Theta method on panels of short series: which weight pays?

``python -m contest.theta_part FOLDER [--network LSTM] [--seed 1] [TASK ...]`` forecasts panels of
`contest.several_steps` (those of years, quarters and months) by a network, or `Ridge`, in a
`Forecaster`. From one and from two horizons before the end of their training parts it prints the
OWA without the Theta method and of that method alone, and how much larger the former is with some
weights of the latter. Series that are then shorter than two seasons, or four rows, are left out.
"""

from contest import several_steps
from contest.linear_part import NETWORKS
from contest.short_series import parts_at, play

WEIGHTS = (0.3, 0.5, 0.7)  # of the Theta method


def both(trains, frequency, horizon, estimator):
    """Return forecasts of a panel without the Theta method, and those of that method."""
    from sklstm import Forecaster

    panel = several_steps.panel_of(trains, frequency)
    options = {"horizon": horizon, "by": "id", "calibration_size": None}
    alone, mean = (
        Forecaster(estimator, **options, theta_part=asked)
        .fit(panel)
        .forecast()["prediction"]
        .to_numpy()
        .reshape(len(trains), horizon)
        for asked in (False, True)
    )
    return alone, 2 * mean - alone  # the mean is of equal weights


def compare(name, folder, network, seed):
    """Print what averages change, from two origins."""
    from sklearn.linear_model import Ridge

    import sklstm

    frequency, season, *_ = several_steps.TASKS[name]
    for origin in (1, 2):
        trains, tests = parts_at(name, folder, origin)
        estimator = Ridge()
        if network != "Ridge":
            estimator = getattr(sklstm, f"{network}Regressor")(random_state=seed)
        alone, theta = both(trains, frequency, len(tests[0]), estimator)

        def owa(forecast, trains=trains, tests=tests):
            return several_steps.scores(trains, tests, forecast, season)[0]

        own = owa(alone)
        found = {weight: owa((1 - weight) * alone + weight * theta) for weight in WEIGHTS}
        cells = [f"{weight}: {100 * (one / own - 1):+.1f} %" for weight, one in found.items()]
        told = f"{network} {seed}, {name}, origin {origin}"
        print(f"{told}: {own:.3f}, Theta {owa(theta):.3f}; {', '.join(cells)}", flush=True)


if __name__ == "__main__":
    play("theta_part", [*NETWORKS, "Ridge"], compare)
