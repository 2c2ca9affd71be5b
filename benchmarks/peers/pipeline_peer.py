"""Time and memory of a whole pipeline of sklstm on a long series."""

import resource
import sys

import numpy as np
from sklearn.pipeline import make_pipeline

from sklstm import ExponentialSmoother, LSTMRegressor, SequenceWindower

from .clocks import seconds

HEAD = 2000


class Peer:
    """Smoother, windower and LSTM; to be used in a fresh process for each measurement."""

    def measure(self, n_rows, n_features, lookback):
        """Return the time and the memory of `predict`.

        Parameters
        ----------
        n_rows, n_features : int
            Size of the series.
        lookback : int
            Steps in a window.

        Returns
        -------
        result : dict
            ``seconds``, ``series_bytes``, and ``peak_bytes``: the highest resident memory during
            `predict`, above what there was when the series stood and a prediction had been made.
        """
        series = np.random.default_rng(0).standard_normal((n_rows, n_features))
        model = make_pipeline(
            ExponentialSmoother(alpha=0.5),
            SequenceWindower(lookback),
            LSTMRegressor(8, max_epochs=1, random_state=0),
        )
        model.fit(series[:HEAD], series[1 : HEAD + 1, 0])
        model.predict(series[:HEAD])
        baseline = _resident_bytes()
        duration = seconds(lambda: model.predict(series))
        return {
            "seconds": duration,
            "series_bytes": series.nbytes,
            "peak_bytes": max(0, _peak_bytes() - baseline),
        }


def _peak_bytes():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _resident_bytes():
    # The peak so far may be higher than what is held now, and would hide a part of the next one.
    try:
        with open("/proc/self/statm") as numbers:
            return int(numbers.read().split()[1]) * resource.getpagesize()
    except OSError:
        return _peak_bytes()
