"""Scores of the paths that a forecaster would have drawn in the past: `with_path_scores`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sklstm.metrics import PATH_SCORES, crps_of_draws, energy_by_step

from ._forecast_tables import Forecasts
from ._path import Path
from ._paths import PathMaker
from ._scores import forecast_known, lacking_rows, last_step
from ._unused_futures import unused_futures

_N_PATHS = 100  # from each origin; scores are fair, whatever their number


def with_path_scores(
    results: Sequence[Forecasts], fitted: Any, *, repeats: bool = False
) -> list[Forecasts]:
    """Return forecasts with the CRPS of each step, and the energy score of all steps up to it.

    Paths are drawn by the errors that were known at each origin, with a fixed seed. They are not
    kept: those of many series would fill the memory.

    Parameters
    ----------
    results : list of Forecasts
        Of each series.
    fitted : Forecaster
        Who forecasts.
    repeats : bool, default=False
        As for `forecast_known`.

    Returns
    -------
    results : list of Forecasts
        With two more columns, NaN where no row is tested or its value is not known.
    """
    model, n_steps = fitted._model, max(result.tested.shape[1] for result in results)
    lacking = [
        np.zeros(len(r.origins), dtype=int)
        if repeats
        else lacking_rows(model, r.history, r.origins, last_step(r.tested))
        for r in results
    ]
    n_steps += max(int(rows.max(initial=0)) for rows in lacking)
    futures = unused_futures(model, [r.history for r in results], n_steps)
    paths = [
        Path(r.history, r.origins - rows, own)
        for r, rows, own in zip(results, lacking, futures, strict=True)
    ]
    maker = PathMaker.of(fitted, paths, n_steps, "A score of paths")
    return [_scored(result, model, maker, repeats) for result in results]


def _scored(result, model, maker, repeats):
    rng = np.random.default_rng(0)

    def draw(paths, steps):
        drawn = maker.draw(paths, steps, _N_PATHS, [rng] * len(paths))
        return [np.moveaxis(one, 1, -1) for one in drawn]

    job = result.history, result.origins, result.tested
    (drawn,) = forecast_known(model, [job], draw, repeats=repeats)
    true = np.where(result.tested[:, :, np.newaxis], result.columns["actual"], np.nan)
    energy = [
        [energy_by_step(one[:, k], paths[:, k]) for k in range(true.shape[2])]
        for one, paths in zip(true, drawn, strict=True)
    ]
    scores = crps_of_draws(true, drawn), np.moveaxis(np.array(energy), 1, 2)
    return replace(result, columns=result.columns | dict(zip(PATH_SCORES, scores, strict=True)))
