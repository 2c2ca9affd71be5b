"""Train on more rows than memory holds: ``python benchmarks/out_of_core.py``.

A Parquet file of twenty million rows is read in chunks, and `partial_fit` trains on one after the
other. That happens in a process whose address space is limited to 2 GiB; its peak of resident
memory is set against the number of rows and the size of a chunk. It needs pyarrow, and Linux.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SETTINGS = {  # each thread of a library takes address space of its own
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
LIMIT = 2 << 30
LOOKBACK = 8
COLUMNS = ("a", "b")


def main():
    """Write files, train on them in processes of their own, and print a table."""
    arguments = _arguments()
    if arguments.job:
        return print(json.dumps(globals()[arguments.job](arguments)))
    rows, chunk = arguments.rows, arguments.chunk
    print("     rows     chunk  file, MB  seconds  peak, MB  above the start, MB  error / noise")
    for n_rows, n_chunk in [(rows // 10, chunk), (rows, chunk), (rows // 10, 4 * chunk)]:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            path = Path(folder, "series.parquet")
            _run("write", path, n_rows, chunk)
            found = _run("train", path, n_rows, n_chunk)
            grown = found["peak"] - found["start"]
            print(
                f"{n_rows:9d} {n_chunk:9d} {path.stat().st_size / 1e6:9.0f}"
                f" {found['seconds']:8.0f} {found['peak']:9.0f} {grown:20.0f}"
                f" {found['error']:14.3f}",
                flush=True,
            )


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--chunk", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where files are made, and removed again")
    parser.add_argument("--job", choices=["write", "train"], help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.job is None and arguments.rows < 80 * arguments.chunk:
        parser.error("take at least 80 chunks: a tenth of the rows is read in fours of them, too")
    return arguments


def _run(job, path, n_rows, n_chunk):
    command = [sys.executable, __file__, "--job", job, "--path", path]
    command += ["--rows", n_rows, "--chunk", n_chunk]
    printed = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        check=True,
        env=os.environ | SETTINGS,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT)),
    ).stdout
    return json.loads(printed)


def write(arguments):
    """Write a series of which the best forecast of the next row has errors of variance 1."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    from scipy.signal import lfilter

    rng, state = np.random.default_rng(0), np.zeros(2)
    schema = pa.schema([(name, pa.float32()) for name in COLUMNS])
    with pq.ParquetWriter(arguments.path, schema) as file:
        for first in range(0, arguments.rows, arguments.chunk):
            n_rows = min(arguments.chunk, arguments.rows - first)
            noise = rng.standard_normal(n_rows)
            a, state = lfilter([1.0], [1.0, -1.5, 0.7], noise, zi=state)
            b = a + rng.standard_normal(n_rows)
            values = [pa.array(column.astype(np.float32)) for column in (a, b)]
            file.write_batch(pa.record_batch(values, schema=schema))


def train(arguments):
    """Train on the chunks of a file in turn; the last one tells the error."""
    import numpy as np
    import pandas as pd
    import pyarrow.parquet as pq

    from sklstm import LSTMRegressor, SequenceWindower, forecast_pairs

    windower = SequenceWindower(LOOKBACK, context="always")
    network = LSTMRegressor(8, batch_size=500, learning_rate=0.003, random_state=0)
    begin, start, rest = time.monotonic(), _resident(), None
    file = pq.ParquetFile(arguments.path, pre_buffer=False)  # else all that was read is kept
    for batch in file.iter_batches(batch_size=arguments.chunk):
        rows = batch.to_pandas()
        rows = rows if rest is None else pd.concat([rest, rows], ignore_index=True)
        X, y = forecast_pairs(rows, horizon=1, target="a")
        windows = windower.fit_transform(X) if rest is None else windower.transform(X)
        windower.fit(X)  # its last rows are the context of the next chunk
        rest = rows[len(X) :]  # whose targets are in the next chunk
        if hasattr(network, "weights_"):
            error = float(np.mean((network.predict(windows) - y) ** 2))  # not yet trained on it
        network.partial_fit(windows, y)
    return {
        "seconds": time.monotonic() - begin,
        "start": start,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        "error": error,
    }


def _resident():
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
