"""One training run, told to callbacks, from weights to fitted attributes: `TrainingRunMixin`."""

from secrets import randbits

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sklstm.training import TrainingSettings, train

from ._epoch_watcher import EpochWatcher
from ._levels import check_levels
from ._ongoing_run import OngoingRun
from ._summary import summary_table
from ._validation_block import scores_of_epochs

_SETTINGS = (
    "optimizer", "learning_rate", "weight_decay", "max_grad_norm", "batch_size", "shuffle",
    "recurrent_dropout", "n_iter_no_change", "tol", "device", "engine", "callbacks",
)  # fmt: skip


class TrainingRunMixin:
    """Train a network as the parameters say.

    A subclass has `_replace_fitted`, `_new_spec`, and `_make_loss`, which returns the `Loss` of a
    network with a number of outputs.
    """

    _run_state = None  # the `OngoingRun` while there is one
    _not_saved = ("_run_state",)

    def summary(self):
        """Return a table of the layers of the fitted network and their parameters.

        Returns
        -------
        table : str
            One line a layer, and the total.
        """
        check_is_fitted(self)
        return summary_table(self._spec)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "weights_")

    def _run(self, attributes, training, validation, max_epochs, keep_optimizer, data):
        """Train between the beginning and the end of the task that callbacks are told of.

        Parameters
        ----------
        attributes : dict
            Fitted attributes before the first epoch.
        training, validation : TrainingData
            What to learn from and what to stop by; this may be None.
        max_epochs : int
            Number of epochs.
        keep_optimizer : bool
            Whether the state of the optimiser is a fitted attribute.
        data : dict
            ``X``, ``y`` and ``metadata`` of `fit`, as callbacks are given them.
        """
        attributes = dict(attributes)

        def fitted(result):
            return self._result_attributes(attributes, result, keep_optimizer)

        task = "partial-fit" if keep_optimizer and not self.warm_start else "fit"
        context = self._init_callback_context(task, max_subtasks=max_epochs)
        self._run_state = run = OngoingRun(training, validation)
        try:
            context.call_on_fit_task_begin(estimator=self, **data)
            run.begin()
            if run.resume is not None:
                attributes["_seed"] = run.resume.seed
            watcher = EpochWatcher(self, context, fitted, data, run)
            result = self._train(attributes, run, max_epochs, watcher)
            self._replace_fitted(self._fitted_attributes() | fitted(result))
            context.call_on_fit_task_end(estimator=self, **data)
        finally:
            vars(self).pop("_run_state", None)
            run.end()

    def _train(self, attributes, run, max_epochs, watcher):
        name, state = attributes["_optimizer_state"] or (None, None)
        return train(
            attributes["_spec"],
            attributes["weights_"],
            run.training,
            run.validation,
            self._settings(attributes, max_epochs),
            optimizer_state=state if name == self.optimizer else None,
            watcher=watcher,
            resume=run.resume,
        )

    def _settings(self, attributes, max_epochs):
        losses = attributes["loss_curve_"]
        return TrainingSettings(
            **{name: getattr(self, name) for name in _SETTINGS},
            dropout=check_levels(self.hidden_size, self.num_layers, self.dropout)[2],
            loss=self._make_loss(attributes["_spec"].n_outputs),
            max_epochs=max_epochs,
            seed=attributes["_seed"],
            first_epoch=len(losses),
            last_loss=losses[-1] if losses else 1.0,
        )

    def _result_attributes(self, attributes, result, keep_optimizer):
        loss_curve = attributes["loss_curve_"] + result.loss_curve
        best = result.best_validation_loss
        optimizer_state = (self.optimizer, result.optimizer_state) if keep_optimizer else None
        return attributes | {
            "weights_": result.weights,
            "n_parameters_": attributes["_spec"].n_parameters,
            "n_iter_": len(loss_curve),
            "loss_curve_": loss_curve,
            "validation_scores_": scores_of_epochs(attributes, result),
            "best_validation_score_": None if best is None else -best,
            "stop_reason_": result.stop_reason,
            "_optimizer_state": optimizer_state,
        }

    def _check_same_network(self, attributes):
        spec = self._new_spec(attributes)
        if spec != attributes["_spec"]:
            raise ValueError(
                f"warm_start=True goes on from the weights of {attributes['_spec']}, but the "
                f"parameters now describe {spec}. Set warm_start=False."
            )

    def _draw_seed(self):
        if self.random_state is None:
            return randbits(31)
        return int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
