"""scikit-learn's own network without recurrence, for the cost of a single prediction."""

import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor
from tasks import PREDICTION_TASK, epoch_data

from .clocks import median_microseconds, versions


class Peer:
    """`MLPRegressor` with one hidden layer, the steps side by side as features."""

    def versions(self):
        """Return versions."""
        return versions("scikit-learn")

    def prepare_latency(self):
        """Fit the network that predicts single windows."""
        X, y = epoch_data(PREDICTION_TASK)
        X = X[:, :, 0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            hidden = (PREDICTION_TASK.hidden_size,)
            self.model = MLPRegressor(hidden_layer_sizes=hidden, max_iter=1, random_state=0).fit(
                X, y
            )
        self.one = X[:1]
        self.time_latency(10)

    def time_latency(self, n_calls):
        """Return the microseconds of a prediction."""
        return median_microseconds(lambda: self.model.predict(self.one), n_calls)
