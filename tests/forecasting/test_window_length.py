"""Windows follow the season and the length of series."""

import pytest

from sklstm.forecasting._window_length import choose_lookback, fewest_rows


@pytest.mark.parametrize(
    ("lengths", "horizon", "season", "pads", "lookback"),
    [
        ([1000], 1, 1, False, 24),
        ([80], 1, 1, False, 10),
        ([20], 1, 1, False, 4),
        ([9], 4, 1, False, 2),  # a third of what the horizon leaves is one, and two the least
        ([5], 4, 1, False, 1),
        ([400], 1, 4, False, 8),
        ([400], 1, 7, False, 14),
        ([400], 1, 12, False, 12),
        ([4000], 48, 168, False, 168),
        ([4000], 48, 336, False, 336),
        ([4000], 48, 365, False, 60),
        ([60], 18, 12, False, 10),
        ([60], 18, 12, True, 12),
        ([30, 100, 40], 8, 4, False, 6),  # of the shortest
        ([10, 100, 40], 8, 4, True, 8),  # of the median
        ([20], 6, 1, True, 4),
        ([18, 20, 22], 6, 1, True, 8),  # years of several series, which are padded
        ([18, 20, 22], 6, 1, False, 4),
        ([9, 9, 30], 6, 1, True, 6),  # half of it and the horizon are the median
        ([6, 6, 30], 6, 1, True, 1),
        ([100, 120], 6, 1, True, 13),
    ],
)
def test_lookback(lengths, horizon, season, pads, lookback):
    assert choose_lookback(lengths, horizon, season, pads=pads) == lookback


def test_fewest_rows():
    assert fewest_rows(10, 3, pads=False) == 13
    assert fewest_rows(9, 3, pads=True) == 8
    assert fewest_rows("auto", 3, pads=True) == 4
