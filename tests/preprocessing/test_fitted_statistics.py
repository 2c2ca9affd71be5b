"""What a scaler knows of the rows it was fitted on."""

import numpy as np
import pandas as pd
import pytest

from sklstm.preprocessing._fitted_statistics import FittedStatistics
from sklstm.preprocessing._series_set import SeriesSet

DAYS = pd.date_range("2024-01-01", periods=3)
PANEL = pd.DataFrame({"name": list("BABAB"), "close": np.arange(5.0)}, index=DAYS[[0, 0, 1, 1, 2]])
CENTER, SCALE = np.arange(5.0)[:, np.newaxis], 10 + np.arange(5.0)[:, np.newaxis]
B, A = [0, 2, 4], [1, 3]
FITTED = FittedStatistics(
    {"B": (DAYS, (CENTER[B], SCALE[B])), "A": (DAYS[:2], (CENTER[A], SCALE[A]))}
)


def series_in(X):
    return SeriesSet.read(X, "name", None)


@pytest.mark.parametrize(
    "order", [[0, 1, 2, 3, 4], [1, 0, 2, 3, 4], [0, 2, 4], [1, 3], [1, 3, 0, 2, 4]]
)
def test_rows_have_their_statistics_in_whatever_order_they_stand(order):
    center, scale = FITTED.of(series_in(PANEL.iloc[order]))
    np.testing.assert_array_equal(center, CENTER[order])
    np.testing.assert_array_equal(scale, SCALE[order])


def test_without_an_index_the_number_of_rows_counts():
    fitted = FittedStatistics({None: (None, (CENTER, SCALE))})
    center, scale = fitted.of(SeriesSet.read(np.ones((5, 1)), None, None))
    np.testing.assert_array_equal(center, CENTER)
    np.testing.assert_array_equal(scale, SCALE)
    with pytest.raises(ValueError, match="of these 4 rows are not known: fit saw 5 rows"):
        fitted.of(SeriesSet.read(np.ones((4, 1)), None, None))


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (PANEL[:3], "of these 2 rows of series 'B' are not known: fit saw another index"),
        (PANEL.assign(name="C")[::2], "of these 3 rows of series 'C' .* fit saw no such series"),
        (PANEL.set_axis(PANEL.index + DAYS.freq), "of series 'B' .* fit saw another index"),
    ],
)
def test_those_of_other_rows_are_not_known(X, words):
    with pytest.raises(ValueError, match=words):
        FITTED.of(series_in(X))
