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
    data : dict
        ``X``, ``y`` and ``metadata`` of training, as callbacks are given them.
    run : OngoingRun, optional
        What is told of every epoch before callbacks are.
    """

    def __init__(self, estimator, context, attributes, data, run=None):
        self.estimator = estimator
        self.context = context
        self.attributes = attributes
        self.data = data
        self.run = run
        self._epoch = None
        self._n_epochs = 0 if run is None else len(run.losses)

    def begin_epoch(self):
        """Open the epoch's task."""
        self._epoch = self.context.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(estimator=self.estimator, **self.data)

    def end_epoch(self, losses, result, state):
        """Close the epoch's task; return whether a callback asks to stop.

        Parameters
        ----------
        losses : tuple of (float, float or None)
            Training and validation loss of the epoch.
        result : callable
            Returns the `TrainingResult` so far; called only where a callback wants it.
        state : callable
            Returns the `RunState`; called only where a callback wants it.

        Returns
        -------
        stop : bool
            Whether training is to end.
        """
        self._n_epochs += 1
        if self.estimator.verbose:
            self._log(*losses)

        def attributes():
            return self.attributes(result())

        if self.run is not None:
            self.run.end_epoch(losses, attributes, state)
        return self._epoch.call_on_fit_task_end(
            estimator=self.estimator, **self.data, reconstruction_attributes=attributes
        )

    def _log(self, training_loss, validation_loss):
        line = f"Epoch {self._n_epochs:4d}  training loss {training_loss:.6f}"
        if validation_loss is not None:
            line += f"  validation loss {validation_loss:.6f}"
        print(line)
