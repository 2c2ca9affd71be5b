"""More rows than memory holds: windows and training, one chunk of a file after the other."""

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from sklearn.pipeline import make_pipeline

from sklstm import LSTMRegressor, SequenceWindower, forecast_pairs

LOOKBACK = 6


@pytest.fixture(scope="module")
def series():
    """Rows of which the next one can be told but for a noise of variance one."""
    rng = np.random.default_rng(0)
    noise = rng.normal(size=6000)
    a = np.zeros(6000)
    for t in range(2, 6000):
        a[t] = 1.5 * a[t - 1] - 0.7 * a[t - 2] + noise[t]
    return pd.DataFrame({"a": a, "b": a + rng.normal(size=6000)})


def new_network(**settings):
    return LSTMRegressor(4, batch_size=50, learning_rate=0.005, random_state=0, **settings)


def chunks_of(path, n_rows):
    """Yield rows and targets of the chunks of a Parquet file, none left out."""
    rest = None  # rows whose targets are in the next chunk
    file = pyarrow.parquet.ParquetFile(path, pre_buffer=False)
    for batch in file.iter_batches(batch_size=n_rows):
        rows = batch.to_pandas()
        rows = rows if rest is None else pd.concat([rest, rows], ignore_index=True)
        X, y = forecast_pairs(rows, horizon=2, target="a")
        rest = rows[len(X) :]
        yield X, y


def slices_of(array, n_rows):
    """Yield rows and targets of the chunks of an array that may lie on disk."""
    for first in range(0, len(array) - 2, n_rows):
        rows = array[first : first + n_rows + 2]
        yield rows[:-2], rows[2:, 0]


def windows_of(chunks):
    """Yield windows and targets; the windows of a chunk reach back into the one before."""
    windower = SequenceWindower(LOOKBACK, context="always")
    for number, (X, y) in enumerate(chunks):
        yield (windower.transform(X) if number else windower.fit_transform(X)), y
        windower.fit(X)


def error(network, series):
    X, y = forecast_pairs(series, horizon=2, target="a")
    model = make_pipeline(SequenceWindower(LOOKBACK).fit(X), network)
    return float(np.mean((model.predict(X) - y) ** 2))


@pytest.fixture(scope="module")
def error_of_one_fit(series):
    X, y = forecast_pairs(series, horizon=2, target="a")
    network = new_network(max_epochs=6, n_iter_no_change=None)
    return error(network.fit(SequenceWindower(LOOKBACK).fit_transform(X), y), series)


@pytest.fixture
def parquet_file(series, tmp_path):
    series.to_parquet(tmp_path / "series.parquet")
    return tmp_path / "series.parquet"


@pytest.fixture
def mapped(series, tmp_path):
    np.save(tmp_path / "series.npy", series.to_numpy())
    return np.load(tmp_path / "series.npy", mmap_mode="r")


@pytest.mark.parametrize("n_rows", [LOOKBACK - 1, 64, 599, 600])
def test_windows_of_chunks_of_a_file_are_those_of_the_whole(series, tmp_path, n_rows):
    series[:600].to_parquet(tmp_path / "short.parquet")
    X, y = forecast_pairs(series[:600], horizon=2, target="a")
    chunks = chunks_of(tmp_path / "short.parquet", n_rows)
    windows, targets = zip(*windows_of(chunks), strict=True)
    whole = SequenceWindower(LOOKBACK).fit_transform(X)
    np.testing.assert_array_equal(np.concatenate(windows), whole)
    np.testing.assert_array_equal(np.concatenate(targets), y)


def test_an_index_that_goes_on_needs_no_setting(series):
    windower = SequenceWindower(LOOKBACK)
    chunks = [series[first : first + 1000] for first in range(0, 6000, 1000)]
    windows = [windower.fit_transform(chunks[0])]
    for before, chunk in zip(chunks, chunks[1:], strict=False):
        windows.append(windower.fit(before).transform(chunk))
    whole = SequenceWindower(LOOKBACK).fit_transform(series)
    np.testing.assert_array_equal(np.concatenate(windows), whole)


def test_chunks_of_a_file_train_as_well_as_one_fit(series, parquet_file, error_of_one_fit):
    network = new_network()
    for _ in range(6):
        for windows, y in windows_of(chunks_of(parquet_file, 1000)):
            network.partial_fit(windows, y)
    assert error(network, series) <= 1.05 * error_of_one_fit


def test_chunks_of_a_map_train_as_well_as_one_fit(series, mapped, error_of_one_fit):
    network = new_network()
    for _ in range(6):
        for windows, y in windows_of(slices_of(mapped, 1000)):
            network.partial_fit(windows, y)
    assert error(network, series) <= 1.05 * error_of_one_fit


def test_a_fit_on_a_map_is_the_fit_on_its_rows_but_for_rounding(series, mapped, error_of_one_fit):
    windows = SequenceWindower(LOOKBACK).fit_transform(mapped[:-2])
    network = new_network(max_epochs=6, n_iter_no_change=None).fit(windows, mapped[2:, 0])
    assert error(network, series) == pytest.approx(error_of_one_fit, rel=1e-5)
