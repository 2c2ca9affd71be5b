"""Values that a logarithm or a ratio cannot take: `warn_of_floored`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sklstm._warn import warn_user
from sklstm.preprocessing import needs_positive
from sklstm.time_labels import label_text

from ._histories import History


def warn_of_floored(model: Any, histories: Sequence[History]) -> None:
    """Warn where the next windows hold values that are not positive, and their scale is.

    Training had none, or would have refused them; now they count as a small number.

    Parameters
    ----------
    model : ForecastModel
        Who will forecast.
    histories : list of History
        Series with new rows.
    """
    columns = [] if model.scaling is None else model.scaling.columns
    places = [place for place, column in enumerate(columns) if needs_positive(column.name)]
    if not places:
        return
    found = []
    for past in histories:
        rows = model.newest_values(past)[:, places]
        beneath = np.argwhere(rows <= 0)
        if len(beneath):
            row, place = beneath[0]
            label = label_text(past.index[len(past) - len(rows) + row])
            found.append((past, label, columns[places[place]].name, rows[row, place]))
    if found:
        past, label, name, value = found[0]
        more = f", and so do {len(found) - 1} more series" if len(found) > 1 else ""
        warn_user(
            f"series{past.of} has {value:g} at {label}{more}: scaling={name!r} takes positive "
            "values only, and zero and less count as a small number. Fit with another scaling, "
            "such as 'scaled_difference'."
        )
