"""Which exogenous columns are known up to now only: `places_of_past`, `listed_past`."""

import numpy as np

from ._known_series import KnownSeries

_SHOWN = 3  # names in a message


def places_of_past(known: KnownSeries) -> np.ndarray:
    """Return the places of the exogenous columns that are not known in advance."""
    return np.setdiff1d(np.arange(known.n_exog), known.known)


def listed_past(known: KnownSeries) -> str:
    """Return their names as they are given, for a message: the first three, and how many more.

    Columns without names are told by their places; no columns make an empty text.
    """
    places = places_of_past(known)
    if known.encoding is None:
        names = [known.given_columns[place] for place in places]
    else:
        names = known.encoding.names_of(places)
    shown = ", ".join(map(repr, names[:_SHOWN]))
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
