"""Does seasonal adjustment in front of a network pay? On earlier origins within training parts.

``python -m contest.adjusted FOLDER`` forecasts the panels of `contest.several_steps`, from one
and from two horizons before the end of their training parts, by a GRU in a `Forecaster` with its
defaults, but without the Theta method, and with ``transformer=SeasonalAdjuster(season)`` as well.
It prints how much larger MASE and sMAPE are with the latter. Series that are shorter than two
seasons and the horizon are left out.
"""

import sys
from pathlib import Path

import numpy as np

from contest import several_steps

YEAR_OF_WEEKS = 52  # the metrics of weeks have no season


def errors(model, trains, tests, frequency, season):
    """Return mean MASE and sMAPE of a forecaster."""
    panel = several_steps.panel_of(trains, frequency)
    forecasts = model.fit(panel).forecast()["prediction"].to_numpy().reshape(len(trains), -1)
    scaled, symmetric = [], []
    for train, test, forecast in zip(trains, tests, forecasts, strict=True):
        error, scale = np.abs(test - forecast), np.abs(train[season:] - train[:-season]).mean()
        scaled.append(error.mean() / scale if scale > 0 else np.nan)
        size = np.maximum(np.abs(test) + np.abs(forecast), 1e-9)
        symmetric.append(200 * (error / size).mean())
    return np.array([np.nanmean(scaled), np.mean(symmetric)])


def compare(name, series, horizon):
    """Print what an adjustment changes, from two origins."""
    from sklstm import Forecaster, GRURegressor, SeasonalAdjuster

    frequency, metric_season, _, _ = several_steps.TASKS[name]
    season = YEAR_OF_WEEKS if metric_season == 1 else metric_season
    for origin in (1, 2):
        ends = [np.array(one[: len(one) - (origin - 1) * horizon]) for one in series]
        ends = [one for one in ends if len(one) > horizon + 2 * season + 4]
        trains, tests = [one[:-horizon] for one in ends], [one[-horizon:] for one in ends]
        options = {"horizon": horizon, "by": "id", "calibration_size": None, "theta_part": False}
        found = [
            errors(
                Forecaster(GRURegressor(random_state=0), transformer=transformer, **options),
                trains, tests, frequency, metric_season,
            )
            for transformer in (None, SeasonalAdjuster(season))
        ]  # fmt: skip
        mase, smape = 100 * (found[1] / found[0] - 1)
        print(f"{name}, origin {origin}: MASE {mase:+.1f} %, sMAPE {smape:+.1f} %", flush=True)


def main():
    folder = Path(sys.argv[1])
    for name, (frequency, _, source, kind) in several_steps.TASKS.items():
        if source not in several_steps.LONG and frequency != "Y":  # years have no season
            parts = several_steps.series_of(folder, source, kind)
            compare(name, [train for train, _ in parts], len(parts[0][1]))


if __name__ == "__main__":
    main()
