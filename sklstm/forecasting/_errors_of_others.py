"""Errors of series that are not forecast themselves: `add_others`."""

from collections.abc import Hashable
from typing import Any

import numpy as np

from ._calibrations import Calibrations
from ._path import NO_ROWS, Path
from ._unused_futures import unused_futures

_MOST_COMPARED = 50  # series, whose blocks of errors are some hundreds


def add_others(
    found: Calibrations,
    maker: Any,
    fitted: Any,
    steps: int,
    *,
    borrows: bool,
) -> None:
    """Add the errors of other series of a panel, which tell how far bounds of few errors miss.

    So the intervals of a series are the same whichever others are forecast with it.

    Parameters
    ----------
    found : Calibrations
        Of the series that are forecast.
    maker : IntervalMaker
        Who made them.
    fitted : Forecaster
        That knows the panel. One of an older file compares no series, and has the intervals that
        it had.
    steps : int
        How many rows ahead.
    borrows : bool
        Whether all others are needed, since a series has too few errors of its own.
    """
    known = fitted._known.histories
    compares = corrects_coverage(fitted) and len(known) > 1
    found.compared = _evenly_spread(list(known)) if compares else []
    keys: list[Hashable] = list(known) if borrows else list(found.compared)
    others = [known[key] for key in keys if key not in found]
    futures = unused_futures(maker.calibrator, others, steps)
    paths = [Path(past, NO_ROWS, own) for past, own in zip(others, futures, strict=True)]
    found.add(maker.calibrations(paths, steps) if paths else {}, order=known)


def corrects_coverage(fitted: Any) -> bool:
    """Return whether intervals may be corrected; those of older files stay as they were."""
    return bool(vars(fitted).get("_corrects_coverage", False))


def _evenly_spread(keys):
    return [keys[n] for n in np.unique(np.linspace(0, len(keys) - 1, _MOST_COMPARED).astype(int))]
