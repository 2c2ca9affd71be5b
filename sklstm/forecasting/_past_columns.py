"""Which exogenous columns are known up to now only: `places_of_past`, `names_of_past`."""

from typing import Any

import numpy as np

from ._known_series import KnownSeries


def places_of_past(known: KnownSeries) -> np.ndarray:
    """Return the places of the exogenous columns that are not known in advance."""
    return np.setdiff1d(np.arange(known.n_exog), known.known)


def names_of_past(known: KnownSeries) -> list[Any]:
    """Return their names as they are given, their places if they have none."""
    if known.encoding is not None:
        return known.encoding.names_of(places_of_past(known))
    return [known.given_columns[place] for place in places_of_past(known)]
