"""What is trained and predicted: the same windows, sizes and settings for every peer."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class EpochTask:
    """A network and the windows it is trained on.

    Parameters
    ----------
    cell : {"lstm", "gru"}
        Kind of the one recurrent layer; a single linear output follows its last step.
    n_windows, n_timesteps : int
        Number of windows and of steps in each; there is one feature.
    hidden_size, batch_size : int
        Units of the layer, and windows in a batch.
    learning_rate : float
        Step size of Adam.
    epochs_per_turn : int
        Number of epochs that are timed together.
    epochs_to_loss : int
        Number of epochs after which the losses of the peers are compared.
    """

    cell: str
    n_windows: int
    n_timesteps: int
    hidden_size: int
    batch_size: int
    learning_rate: float
    epochs_per_turn: int
    epochs_to_loss: int

    @property
    def name(self):
        """Short description, the key of the results."""
        shape = f"{self.n_windows}×{self.n_timesteps}×1"
        return f"{self.cell.upper()} {shape}, hidden {self.hidden_size}, batch {self.batch_size}"

    def as_dict(self):
        """Return the fields as a dictionary, to be sent to a worker."""
        return asdict(self)


EPOCH_TASKS = (
    EpochTask("lstm", 990, 7, 32, 64, 0.005, 20, 20),
    EpochTask("gru", 990, 7, 32, 64, 0.005, 20, 20),
    EpochTask("gru", 2986, 10, 256, 100, 0.001, 3, 3),
    EpochTask("lstm", 2986, 10, 256, 100, 0.001, 3, 3),
    EpochTask("lstm", 5000, 60, 64, 32, 0.002, 3, 3),
)

# One network for single predictions and for many of them.
PREDICTION_TASK = EpochTask("lstm", 256, 7, 32, 64, 0.005, 1, 1)
BULK_TASK = EpochTask("lstm", 256, 30, 32, 64, 0.005, 1, 1)

SEARCH_GRID = {"hidden_size": [16, 32], "learning_rate": [0.005, 0.01]}
SEARCH_SPLITS = 5
SEARCH_LOOKBACK = 7
SEARCH_BATCH = 64
SEARCH_SERIES = 1007


def wave(length):
    """Return a series that can be learnt: noisy sines of mean 0 and deviation 1.

    Parameters
    ----------
    length : int
        Number of steps.

    Returns
    -------
    series : ndarray of shape (length,), float32
        The values.
    """
    import numpy as np

    step = np.arange(length)
    noise = np.random.default_rng(0).normal(scale=0.2, size=length)
    series = np.sin(step / 5) + 0.5 * np.sin(step / 17 + 1) + noise
    return ((series - series.mean()) / series.std()).astype(np.float32)


def walk(length):
    """Return a series like that of a price: a random walk of mean 0 and deviation 1.

    Parameters
    ----------
    length : int
        Number of steps.

    Returns
    -------
    series : ndarray of shape (length,), float32
        The values.
    """
    import numpy as np

    price = 20 * np.exp(np.random.default_rng(0).normal(0.0004, 0.02, length).cumsum())
    return ((price - price.mean()) / price.std()).astype(np.float32)


def windows_and_targets(series, n_timesteps):
    """Return all windows of a series that have a next value, and these values.

    Parameters
    ----------
    series : ndarray of shape (n,)
        The series.
    n_timesteps : int
        Steps in a window.

    Returns
    -------
    X : ndarray of shape (n - n_timesteps, n_timesteps, 1)
        Windows, copied out.
    y : ndarray of shape (n - n_timesteps,)
        The value behind each.
    """
    import numpy as np

    windows = np.lib.stride_tricks.sliding_window_view(series, n_timesteps)[:-1]
    return np.ascontiguousarray(windows[:, :, None]), series[n_timesteps:].copy()


def epoch_data(task):
    """Return the training data of a task.

    Parameters
    ----------
    task : EpochTask
        The task.

    Returns
    -------
    X : ndarray of shape (n_windows, n_timesteps, 1)
        Windows.
    y : ndarray of shape (n_windows,)
        Targets.
    """
    return windows_and_targets(wave(task.n_windows + task.n_timesteps), task.n_timesteps)


def search_data():
    """Return the windows and targets of the search.

    Returns
    -------
    X : ndarray of shape (1000, 7, 1)
        Windows.
    y : ndarray of shape (1000,)
        Targets.
    """
    return windows_and_targets(walk(SEARCH_SERIES), SEARCH_LOOKBACK)


def bulk_windows(n_windows):
    """Return many windows to predict.

    Parameters
    ----------
    n_windows : int
        Their number.

    Returns
    -------
    X : ndarray of shape (n_windows, n_timesteps, 1)
        Windows, copied out.
    """
    steps = BULK_TASK.n_timesteps
    return windows_and_targets(wave(n_windows + steps), steps)[0]
