"""What happens between epochs: scikit-learn's callbacks and the log."""


class EpochWatcher:
    """Tell callbacks and, if wished, the screen of every epoch.

    Parameters
    ----------
    estimator : RecurrentBase
        The estimator being fitted.
    context : CallbackContext
        Its context.
    attributes : callable
        Called with a `TrainingResult`, returns the fitted attributes at that point.
    X, y : array-like
        Training data as the user gave it.
    """

    def __init__(self, estimator, context, attributes, X, y):
        self.estimator = estimator
        self.context = context
        self.attributes = attributes
        self.data = {"X": X, "y": y}
        self._epoch = None
        self._n_epochs = 0

    def begin_epoch(self):
        """Open the epoch's task."""
        self._epoch = self.context.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(estimator=self.estimator, **self.data)

    def end_epoch(self, result):
        """Close the epoch's task; return whether a callback asks to stop."""
        self._n_epochs += 1
        if self.estimator.verbose:
            self._log(result())
        return self._epoch.call_on_fit_task_end(
            estimator=self.estimator,
            **self.data,
            reconstruction_attributes=lambda: self.attributes(result()),
        )

    def _log(self, result):
        line = f"Epoch {self._n_epochs:4d}  training loss {result.loss_curve[-1]:.6f}"
        if result.validation_curve:
            line += f"  validation loss {result.validation_curve[-1]:.6f}"
        print(line)
