"""What recurrent regressors and classifiers share: fitting from arrays to arrays."""

from abc import ABC, abstractmethod
from dataclasses import replace

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.callback import CallbackSupportMixin
from sklearn.utils.validation import check_is_fitted

from sklstm.data import OUT_OF_VOCABULARY, check_same_length, newest_block
from sklstm.persistence import SavedStateMixin
from sklstm.recurrence import NetworkSpec, initial_weights, one_blas_thread
from sklstm.training import Predictor, TrainingData, training_device

from ._fitted_state import FittedStateMixin
from ._gates import GatesMixin
from ._levels import check_levels
from ._network_input import NetworkInputMixin
from ._samples import Samples, check_sample_weight
from ._saved_network import check_saved_network
from ._training_run import TrainingRunMixin
from ._validation_block import held_out_samples

_EXACT_SAMPLES = 256  # training sets of one batch up to this size are trained in double precision


class RecurrentBase(
    NetworkInputMixin,
    TrainingRunMixin,
    GatesMixin,
    CallbackSupportMixin,
    SavedStateMixin,
    FittedStateMixin,
    BaseEstimator,
    ABC,
):
    """Base of the recurrent estimators.

    A subclass names its cell in ``_cell``, makes its loss in ``_make_loss``, and says what becomes
    of the targets. All that a fit leaves behind is NumPy arrays and plain Python. A fit that fails
    or is interrupted leaves the estimator as it was before.
    """

    _cell = None
    _every_step = False
    _saved_classes = (NetworkSpec,)
    _saved_together = ("weights_", "_fitted_on_columns", "loss_curve_", "_seed", "_optimizer_state")
    _not_saved = ("_predictor", "_run_state")

    @abstractmethod
    def _check_targets(self, y, sample_weight, *, go_on, classes):
        """Return targets as numbers, sample weights, and the attributes that come of `y` alone."""

    def _match_steps(self, targets, X, windows):
        """Return targets of every step beside the rows of windows, those of windows as they are."""
        return targets

    @abstractmethod
    def _target_attributes(self, training):
        """Return the attributes that come of the targets of the training block.

        Among them may be ``differenced_features_``: which features the network reads as changes.
        """

    @abstractmethod
    def _network_targets(self, samples, attributes, dtype):
        """Return what the network is to give for these samples."""

    @abstractmethod
    def _n_outputs(self, attributes):
        """Return the number of outputs of the network."""

    def __setstate__(self, state):
        super().__setstate__(state)
        if hasattr(self, "weights_"):
            check_saved_network(self)
            self._predictor = Predictor()

    def _full_fit(self, X, y, sample_weight, *held_out):
        return self._fit(
            X,
            y,
            sample_weight,
            go_on=self.warm_start,
            max_epochs=self.max_epochs,
            keep_optimizer=self.warm_start,
            held_out=held_out,
        )

    def _partial_fit(self, X, y, sample_weight, classes=None):
        if self.early_stopping:
            raise ValueError(
                "partial_fit trains for one epoch, which early_stopping=True cannot stop; set "
                "early_stopping=False."
            )
        return self._fit(
            X, y, sample_weight, go_on=True, max_epochs=1, keep_optimizer=True, classes=classes
        )

    def _fit(
        self, X, y, sample_weight, *, go_on, max_epochs, keep_optimizer, classes=None, held_out=()
    ):
        """Train, from fresh weights or going on from the last ones."""
        go_on = go_on and hasattr(self, "weights_")
        before = self._fitted_attributes()
        if not go_on:
            self._replace_fitted({})
        try:
            samples, attributes = self._check_samples(X, y, sample_weight, go_on, classes)
            training, validation = self._blocks(samples, held_out, attributes)
            if go_on:
                attributes = self._more_tokens(training, before)
                self._check_same_network(attributes)
            else:
                attributes |= self._first_attributes(training, attributes)
            data = {"X": X, "y": y, "metadata": _metadata(sample_weight, *held_out)}
            sets = [self._training_data(part, attributes) for part in (training, validation)]
            self._run(attributes, *sets, max_epochs, keep_optimizer, data)
        except BaseException:
            self._replace_fitted(before)
            raise
        return self

    def _check_samples(self, X, y, sample_weight, go_on, classes, *, remember=True):
        windows = self._check_windows(X, reset=remember and not go_on)
        check_same_length(windows, y, self)
        targets, sample_weight, attributes = self._check_targets(
            y, check_sample_weight(sample_weight, len(windows)), go_on=go_on, classes=classes
        )
        samples = Samples(windows, self._match_steps(targets, X, windows), sample_weight)
        return samples.with_targets().without_weightless(), attributes

    def _blocks(self, samples, held_out, attributes):
        if any(part is not None for part in held_out):
            return samples, held_out_samples(self, held_out, samples, attributes)
        if not self.early_stopping:
            return samples, None
        first, last = newest_block(samples.windows, self.validation_fraction)
        return samples.take(first), samples.take(last)

    def _first_attributes(self, training, attributes):
        """Return statistics and initial weights for training from the beginning."""
        with one_blas_thread():
            attributes = attributes | self._target_attributes(training)
            attributes |= self._input_attributes(training, attributes.get("differenced_features_"))
            attributes["_seed"] = self._draw_seed()
            attributes["_spec"] = spec = self._new_spec(attributes)
            attributes["weights_"] = initial_weights(
                spec, attributes["_seed"], self._precision(training), self.init_scale
            )
        return attributes | {
            "_optimizer_state": None,
            "loss_curve_": [],
            "validation_scores_": None,
        }

    def _precision(self, training):
        # Accelerators have slow double precision, or none.
        on_processor = training_device(self.device) == "cpu"
        small = len(training) <= min(self.batch_size, _EXACT_SAMPLES)
        return np.float64 if small and on_processor else np.float32

    def _training_data(self, samples, attributes):
        if samples is None:
            return None
        dtype = attributes["weights_"]["head_bias"].dtype
        windows = self._training_windows(samples.windows, attributes, dtype)
        targets = self._network_targets(samples, attributes, dtype)
        return TrainingData(windows, targets, samples.sample_weight)

    def _result_attributes(self, *run):
        attributes = super()._result_attributes(*run)
        known = attributes.get("tokens_")
        if known is not None and OUT_OF_VOCABULARY not in known:
            # Training has met no such token: it stands for a word like the others.
            table = attributes["weights_"]["embedding_weight"]
            table[OUT_OF_VOCABULARY] = table[known].mean(axis=0)
        return attributes | {"_predictor": Predictor()}

    def _new_spec(self, attributes):
        units, n_layers, _ = check_levels(self.hidden_size, self.num_layers, self.dropout)
        n_features, n_tokens, embeds = self._input_shape(attributes)
        return NetworkSpec(
            cell=self._cell,
            n_features=n_features,
            hidden_size=units,
            n_outputs=self._n_outputs(attributes),
            num_layers=n_layers,
            bidirectional=self.bidirectional,
            activation=self.activation,
            peephole=self.peephole,
            every_step=self._every_step,
            n_tokens=n_tokens,
            embeds=embeds,
        )

    def _output(self, X):
        """Return the output of the network, shape (n_samples, n_outputs), double precision."""
        return self._run_network(self._windows_to_predict(X))

    def _windows_to_predict(self, X):
        if not hasattr(self, "weights_"):
            check_is_fitted(self)
        return self._check_windows(X, reset=False)

    def _run_network(self, windows, *, every_step=False):
        """Return the output for a `WindowSet`, of all steps one after the other if wished."""
        spec = self._spec
        if spec.every_step != every_step:
            spec = replace(spec, every_step=every_step)
        dtype = self.weights_["head_bias"].dtype
        windows = self._network_windows(windows, dtype)
        with np.errstate(over="ignore", invalid="ignore"):  # what comes of it is looked at
            output = self._predictor.output(spec, self.weights_, windows, self.engine)
        if not np.isfinite(output).all():
            raise ValueError(
                "X has values so far from those of fit that the network gives no finite number; "
                f"standardised by feature_mean_ and feature_scale_ they must fit into {dtype}."
            )
        return output.astype(np.float64, copy=False)


def _metadata(*arrays):
    """Return what was given to `fit` besides `X` and `y`, by name; None if there was nothing."""
    names = "sample_weight", "X_val", "y_val", "sample_weight_val"
    pairs = zip(names, arrays, strict=False)
    return {name: array for name, array in pairs if array is not None} or None
