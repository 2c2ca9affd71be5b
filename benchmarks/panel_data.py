"""A panel in the shape of the M5 competition, and the peak of memory of what is done with it."""

import gc
import time
from pathlib import Path

import numpy as np
import pandas as pd


def make_panel(n_series, n_days, seed=0):
    """Return sales, and price and promotion, of series that begin on different days.

    Parameters
    ----------
    n_series, n_days : int
        Number of series, and days of the longest.
    seed : int, default=0
        Of the generator.

    Returns
    -------
    sales : DataFrame
        ``sales`` by the levels ``item`` and ``day``.
    known : DataFrame
        ``price`` and ``promotion`` of the same rows, and of 28 more days of each series.
    """
    rng = np.random.default_rng(seed)
    days = pd.date_range("2011-01-29", periods=n_days + 28, name="day")
    begins = np.minimum(rng.integers(0, n_days, n_series), rng.integers(0, n_days, n_series))
    begins[: n_series // 3] = 0
    begins = np.minimum(begins, n_days - min(60, n_days))
    lengths = n_days + 28 - begins
    item = np.repeat(np.arange(n_series), lengths)
    day = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    day += np.repeat(begins, lengths)
    level = np.repeat(rng.lognormal(0.5, 1.0, n_series), lengths)
    promotion = (rng.random(len(day)) < 0.05).astype(np.float64)
    price = np.repeat(rng.lognormal(1.0, 0.5, n_series), lengths) * (1 - 0.2 * promotion)
    rate = level * (1 + 0.3 * np.sin(2 * np.pi * day / 7)) * (1 + promotion)
    counts = rng.poisson(rate).astype(np.float64)
    index = pd.MultiIndex(
        [pd.Index(np.arange(n_series)), days], [item, day], names=["item", "day"]
    )  # fmt: skip
    known = pd.DataFrame({"price": price, "promotion": promotion}, index)
    past = day < n_days
    return pd.DataFrame({"sales": counts[past]}, index[past]), known[past], known[~past]


def peak_of(phase):
    """Run a phase; return its result, seconds, those of the processor, and the peak of memory."""
    gc.collect()
    before = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    start, busy = time.perf_counter(), time.process_time()
    result = phase()
    seconds = time.perf_counter() - start, time.process_time() - busy
    return result, *seconds, _status("VmHWM") - before  # above that before it


def _status(name):
    text = Path("/proc/self/status").read_text()
    return int(text.split(f"{name}:")[1].split()[0]) * 1024
