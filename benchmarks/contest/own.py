"""sklstm with its defaults, searched and in windows' own scale; and the baselines."""

import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline

from contest.task import N_EPOCHS
from sklstm import GRURegressor, LSTMRegressor, WindowScaledRegressor, WindowScaler

NETWORKS = {"LSTM": LSTMRegressor, "GRU": GRURegressor}
GRID = {"hidden_size": [8, 32], "learning_rate": [0.001, 0.005]}
MODELS = {"baseline": ["persistence", "season before", "linear"]}
MODELS |= dict.fromkeys(NETWORKS, ["defaults", "values alone", "window-scaled", "searched"])


def forecast(task, kind, model, seed):
    """Forecast the rest of a series: see `contest`."""
    X, y, X_test = task.windows()
    if model == "persistence":
        return X_test[:, -1]
    if model == "season before":
        return X_test[:, -task.period] if task.period else np.full(len(X_test), np.nan)
    if model == "linear":
        return LinearRegression().fit(X, y).predict(X_test)
    # As many epochs and the same loss as all others, for long series and scaled windows, too.
    network = NETWORKS[kind](max_epochs=N_EPOCHS, loss="squared_error", random_state=seed)
    if model == "values alone":
        network.set_params(differencing="never")
    elif model == "window-scaled":
        network = WindowScaledRegressor(network, WindowScaler("standard"))
    elif model == "searched":
        network = _search(network)
    return network.fit(X, y).predict(X_test)


def _search(network):
    """Return a search over sizes, rates, and whether each window has a scale of its own."""
    within = {f"model__regressor__{name}": values for name, values in GRID.items()}
    scaled = [WindowScaledRegressor(network, WindowScaler(how)) for how in ("standard", "last")]
    grid = [
        {"model": [network], **{f"model__{name}": values for name, values in GRID.items()}},
        {"model": scaled, **within},
    ]
    return GridSearchCV(
        Pipeline([("model", network)]), grid, cv=TimeSeriesSplit(3),
        scoring="neg_root_mean_squared_error", error_score="raise",
    )  # fmt: skip
