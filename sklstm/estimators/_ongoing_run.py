"""A training run while it goes on, as callbacks find it: `OngoingRun`."""

from dataclasses import dataclass, field


@dataclass
class OngoingRun:
    """A training run, which is ``_run_state`` of the estimator while `fit` trains.

    Parameters
    ----------
    training, validation : TrainingData
        What is trained on and what to stop by; this may be None.
    resume : RunState or None
        What to go on from: to be put here when callbacks are told that the fit begins.
    told : dict
        What callbacks note about the run, each under itself.
    losses : list of float
        Of all epochs, those before a break too: the validation loss, or else the training loss.
    attributes : callable
        Returns the fitted attributes as if the fit had ended after the last epoch.
    """

    training: object
    validation: object
    resume: object = None
    told: dict = field(default_factory=dict)
    losses: list = field(default_factory=list)
    attributes: object = dict
    _state: object = None

    def begin(self):
        """Take up the epochs before the break, if there is one."""
        if self.resume is not None:
            self.losses = [*(self.resume.validation_curve or self.resume.loss_curve)]

    def end_epoch(self, losses, attributes, state):
        """Take note of an epoch: its losses, and functions that return what is there after it."""
        training_loss, validation_loss = losses
        self.losses.append(training_loss if validation_loss is None else validation_loss)
        self.attributes, self._state = attributes, state

    def end(self):
        """Let go of the samples and of all that refers to them."""
        self.training = self.validation = self.resume = self._state = None
        self.attributes = dict

    def state(self):
        """Return the `RunState` after the last epoch."""
        return self.resume if self._state is None else self._state()
