"""All that a training run goes on from: `RunState`."""

from dataclasses import dataclass, field


@dataclass
class RunState:
    """A training run after some of its epochs.

    A run that goes on from it ends with the weights, to the last bit, with which it would have
    ended without a break: what an epoch draws depends on the seed and on its number alone.

    Parameters
    ----------
    seed : int
        That of the run.
    weights : dict of str to ndarray
        The present weights.
    optimizer_state : list of dict of str to ndarray
        State of the optimiser.
    best : tuple of (dict, list) or None
        Weights and state of the optimiser with the lowest validation loss.
    best_loss : float
        That loss; infinite without one.
    watched : tuple of (float, int)
        The lowest loss that patience knows, and the epochs since.
    loss_curve, validation_curve : list of float
        Losses of the epochs.
    """

    seed: int
    weights: dict
    optimizer_state: list
    best: tuple | None
    best_loss: float
    watched: tuple
    loss_curve: list = field(default_factory=list)
    validation_curve: list = field(default_factory=list)
