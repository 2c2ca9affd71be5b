"""When to stop: no improvement for a number of epochs."""


class Patience:
    """Watch a loss, and tell when it has stopped falling.

    Parameters
    ----------
    n_epochs : int or None
        Epochs without an improvement after which to stop; None never stops.
    tol : float
        The smallest fall that counts as an improvement.
    best : float, optional
        The loss to improve on.

    Attributes
    ----------
    n_without : int
        Epochs since the last improvement.
    """

    def __init__(self, n_epochs, tol, best=float("inf")):
        self.n_epochs = n_epochs
        self.tol = tol
        self.best = best
        self.n_without = 0

    def update(self, loss):
        """Take note of the loss of one more epoch; tell whether it is the lowest so far."""
        self.n_without = 0 if loss < self.best - self.tol else self.n_without + 1
        lowest = loss < self.best
        self.best = min(self.best, loss)
        return lowest

    @property
    def is_over(self):
        """Whether the loss has not improved for the number of epochs."""
        return self.n_epochs is not None and self.n_without >= self.n_epochs
