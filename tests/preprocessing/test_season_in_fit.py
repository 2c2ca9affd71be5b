"""One season is taken for all series of a panel: seasons that differ by frequency are told."""

import warnings

import numpy as np
import pandas as pd
import pytest

from sklstm import SeasonalAdjuster, SeasonalDifferencer

RNG = np.random.default_rng(0)
TRANSFORMERS = pytest.mark.parametrize("transformer", [SeasonalDifferencer, SeasonalAdjuster])


def wave(freq, n_rows, season):
    level = 50 + 10 * np.sin(2 * np.pi * np.arange(n_rows) / season)
    index = pd.date_range("2010-01-01", periods=n_rows, freq=freq)
    return pd.Series(level + RNG.normal(size=n_rows), index)


MONTHS, QUARTERS = wave("MS", 120, 12), wave("QS", 60, 4)


def told(transformer, parts):
    panel = pd.concat(parts, names=["name", "time"]).to_frame("value")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        transformer.fit(panel)
    return [str(one.message) for one in caught]


@TRANSFORMERS
def test_seasons_that_differ_are_told(transformer):
    (message,) = told(transformer(by="name"), {"m": MONTHS, "q": QUARTERS})
    assert message == (
        "series have different frequencies, and season='auto' finds a different season in each: "
        "12 rows in series 'm' of frequency 'MS', 4 rows in series 'q' of frequency 'QS-JAN'. The "
        "season of all of them is taken to be one, 12 rows: fit one transformer to the series of "
        "each frequency, or name the season, in rows."
    )


@TRANSFORMERS
def test_nothing_is_told_where_the_season_is_one_or_named(transformer):
    assert told(transformer(by="name"), {"m": MONTHS, "n": MONTHS[:50]}) == []
    assert told(transformer(12, by="name"), {"m": MONTHS, "q": QUARTERS}) == []
    numbers = {"m": MONTHS.reset_index(drop=True), "q": QUARTERS.reset_index(drop=True)}
    assert told(transformer(by="name"), numbers) == []
    irregular = MONTHS.iloc[np.sort(RNG.permutation(120)[:60])]
    (message,) = told(transformer(by="name"), {"m": irregular, "i": irregular[1:]})
    assert "found no season" in message
