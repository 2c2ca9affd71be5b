"""Memory and seconds of one model of many series, in the shape of the M5 competition.

    python benchmarks/panels.py [--n-series 30490] [--n-days 1941] [--samples 12800 --epochs 10]
    python benchmarks/panels.py --peer neuralforecast

The panel comes from a seeded generator: counts of unequal beginnings with a weekly season, and two
columns known in advance. Each phase has its seconds, and the peak of memory above the frame, also
as a multiple of its values in double precision. Linux alone tells the peak. The peer, which has to
be installed, gets its defaults but for the size of the network: 1000 steps of 128 windows, so that
``--samples 12800 --epochs 10`` draws as many.
"""

import argparse

from panel_data import make_panel, peak_of


def sklstm_phases(arguments, sales, known, later):
    """Return what is measured, by name."""
    from sklstm import Forecaster, GRURegressor

    network = GRURegressor(
        32,
        batch_size=arguments.batch_size,
        max_epochs=arguments.epochs,
        samples_per_epoch=arguments.samples,
        random_state=0,
    )
    forecaster = Forecaster(
        network, lookback=28, horizon=28, strategy="direct", by="item", calibration_size=None
    )
    return {
        "fit": lambda: forecaster.fit(sales, known),
        "forecast": lambda: forecaster.forecast(exog=later),
    }


def neuralforecast_phases(arguments, sales, known, later):
    """Return the same of neuralforecast's GRU."""
    from neuralforecast import NeuralForecast
    from neuralforecast.models import GRU

    columns = [] if known is None else list(known.columns)
    whole = sales if known is None else sales.join(known)
    names = {"item": "unique_id", "day": "ds", "sales": "y"}
    frame = whole.reset_index().rename(columns=names)
    future = None if later is None else later.reset_index().rename(columns=names)
    network = GRU(
        h=28,
        input_size=28,
        encoder_hidden_size=32,
        encoder_n_layers=1,
        futr_exog_list=columns,
        max_steps=arguments.steps,
        enable_progress_bar=False,
        enable_checkpointing=False,
        logger=False,
    )
    forecaster = NeuralForecast([network], freq="D")
    return {
        "fit": lambda: forecaster.fit(frame),
        "forecast": lambda: forecaster.predict(futr_df=future),
    }


def main():
    """Fit and forecast, and print a line for each phase."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n-series", type=int, default=30490)
    parser.add_argument("--n-days", type=int, default=1941)
    parser.add_argument("--samples", type=int, default=None, help="of an epoch; all if absent")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--no-exog", action="store_true")
    parser.add_argument("--peer", choices=["neuralforecast"])
    parser.add_argument("--steps", type=int, default=1000, help="optimizer steps of the peer")
    arguments = parser.parse_args()
    sales, known, later = make_panel(arguments.n_series, arguments.n_days)
    if arguments.no_exog:
        known = later = None
    values = sales.size * 8 + (0 if known is None else known.size * 8)
    size = f"{len(sales):,} rows, {values / 1e6:.0f} MB of values"
    print(f"{arguments.n_series} series, {size}", flush=True)
    phases = sklstm_phases if arguments.peer is None else neuralforecast_phases
    for name, phase in phases(arguments, sales, known, later).items():
        result, seconds, busy, peak = peak_of(phase)
        times = f"{peak / values:.2f} times its values"
        took = f"{seconds:.1f} s ({busy:.1f} s of processors)"
        print(f"{name}: {took}, {peak / 1e6:.0f} MB above the frame, {times}", flush=True)
        del result


if __name__ == "__main__":
    main()
