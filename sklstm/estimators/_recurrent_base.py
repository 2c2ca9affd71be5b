"""The base of the recurrent estimators: from arrays to a fitted state, and to outputs."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, is_classifier
from sklearn.callback import CallbackSupportMixin
from sklearn.utils.validation import check_is_fitted

from sklstm.data import (
    WindowSet,
    among_all,
    as_token_windows,
    as_windows,
    check_features,
    check_same_labels,
    check_same_length,
    names_in_fit,
    read_sequences,
    refuse_nothing_observed,
    remember_features,
    without_ragged,
)
from sklstm.persistence import ParametersMixin, restored_state, saved_state
from sklstm.recurrence import NetworkSpec, gate_activations, one_blas_thread
from sklstm.training import Budget, TrainedNetwork, training_device

from ._class_targets import weighted_by_class
from ._constraints import check_reading, check_same_patches
from ._convergence import warn_if_nothing_learned
from ._fitted_state import FittedState, attribute, check_saved
from ._fitting import (
    OngoingRun,
    check_same_network,
    described_network,
    draw_seed,
    fit_network,
    refuse_early_stopping,
    settings_of,
    summary_table,
    whole_or_not_at_all,
)
from ._gathered import SampleSource, gathered_data
from ._inputs import NumberInputs, TokenInputs
from ._patches import patches_and_pooling
from ._running_moments import Moments
from ._samples import (
    TRAINING_SET,
    VALIDATION_SET,
    Names,
    Samples,
    check_held_out,
    group_numbers,
    metadata_of,
    of_observed,
    targets_and_weights,
)
from ._steps import at_their_steps, outputs
from ._validation_split import validation_split

_EXACT_SAMPLES = 256  # training sets of one batch up to this size are trained in double precision


class RecurrentBase(CallbackSupportMixin, ParametersMixin, BaseEstimator):
    """Base of the recurrent estimators.

    A subclass names its cell in ``_cell``, and reads and learns targets. A fit leaves behind one
    `FittedState` and what scikit-learn keeps of columns; a fit that fails, all as it was before.
    """

    __metadata_request__fit: ClassVar = {"groups": False}  # splitters of scikit-learn's take them
    _cell: ClassVar[str]
    _budget: ClassVar[Budget]
    _run_state: OngoingRun | None = None  # while there is one
    _saved_classes: ClassVar[tuple[type, ...]] = (
        FittedState, TrainedNetwork, NetworkSpec, NumberInputs, TokenInputs, Moments,
    )  # fmt: skip
    _saved_together = ("_fitted", "_fitted_on_columns", "n_features_in_", "window_shape_")
    _not_saved = ("_run_state",)

    # Fitted attributes, and which part of the state they are.
    weights_ = attribute("network.weights")
    n_parameters_ = attribute("network.spec.n_parameters")
    n_iter_ = attribute("network.n_iter")
    loss_curve_ = attribute("network.loss_curve")
    validation_scores_ = attribute("network.validation_scores")
    best_validation_score_ = attribute("network.best_validation_score")
    stop_reason_ = attribute("network.stop_reason")
    feature_mean_, feature_scale_ = attribute("inputs.mean"), attribute("inputs.scale")
    tokens_ = attribute("inputs.tokens")
    patch_size_, pooling_ = attribute("inputs.patch_size"), attribute("network.spec.pooling")
    _spec = attribute("network.spec")

    # Parameters that only some subclasses have.
    class_weight: Any = None
    bidirectional: bool = False
    output: str = "last"
    peephole: bool = False

    @property
    def _every_step(self) -> bool:
        """Whether the network is to give an output at every step."""
        return self.output == "sequence"

    @abstractmethod
    def _read_targets(
        self,
        y: Any,
        windows: tuple[np.ndarray, WindowSet],
        *,
        fitted: Any,
        labels: Any,
        names: Names,
    ) -> tuple[Any, Any]:
        """Return targets as numbers, and what is known of `y` alone.

        Parameters
        ----------
        y : array-like
            Targets.
        windows : tuple of (ndarray, WindowSet)
            The windows of the same samples.
        fitted : object or None
            The fitted targets, if training continues with them.
        labels : object or None
            What is known already: the classes.
        names : Names
            What the arguments are called in error messages.
        """

    @abstractmethod
    def _learn_targets(
        self, samples: Samples, labels: Any, fitted: Any, *, running: bool
    ) -> tuple[Any, np.ndarray | None]:
        """Return the targets part of the state, and the mask of features to be differenced.

        Parameters
        ----------
        samples : Samples
            The training set.
        labels : object
            What `_read_targets` knows of `y`.
        fitted : object or None
            The fitted targets, if training continues with them.
        """

    def __getstate__(self) -> dict[str, Any]:
        return saved_state(self, super().__getstate__())

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(restored_state(type(self), state))
        if hasattr(self, "_fitted"):
            check_saved(self)

    def _state_fits(self, state: FittedState) -> bool:
        return state.fits(self.window_shape_[1])

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_fitted")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        return tags

    def summary(self) -> str:
        """Return a table of the layers of the fitted network and their parameters.

        Returns
        -------
        table : str
            One line a layer, and the total.
        """
        check_is_fitted(self)
        return summary_table(self._fitted.network.spec)

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any, classes: Any = None) -> Any:
        refuse_early_stopping(self)
        return self._fit(X, y, sample_weight, keep=True, one_epoch=True, classes=classes)

    def _fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        held_out: Any = (None, None, None),
        *,
        keep: bool,
        one_epoch: bool = False,
        classes: Any = None,
        groups: Any = None,
        source: SampleSource | None = None,
    ) -> Any:
        """Train, from initial weights or from the last ones, and keep these for the next time.

        With a source of more samples than memory should hold, some of them take the place of `X`
        and `y`: by them inputs and targets are standardised, and training is on all.
        """
        check_reading(self)
        X, y = (X, y) if source is None else source.some()
        before = vars(self).get("_fitted") if keep else None
        with whole_or_not_at_all(self, keep=keep):
            samples, labels = self._read_samples(
                X, y, sample_weight, before=before, labels=classes, groups=groups
            )
            training, validation = self._training_and_validation(samples, held_out, before, labels)
            state = self._state_to_train(training, labels, before, running=one_epoch)
            data, loss = state.training_data(training), state.targets.loss
            whole = data if source is None else gathered_data(source, state)
            held = None if validation is None else state.training_data(validation)
            del samples, training, validation  # training reads them in another precision
            told = {"X": X, "y": y, "metadata": metadata_of(sample_weight, *held_out, groups)}
            if source is not None and not getattr(self, "_skl_callbacks", None):
                X, y, told = None, None, dict.fromkeys(told)  # nobody is told, and X is large
            fit_network(
                self, state.network, whole, held,
                settings_of(self, state.network, loss, len(whole), one_epoch=one_epoch),
                keep_optimizer=keep, data=told, fitted=state.with_network, described_by=data,
            )  # fmt: skip
        if not one_epoch:
            warn_if_nothing_learned(self, self._fitted.network, data, loss)
        return self

    def _read_samples(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        *,
        before: FittedState | None,
        labels: Any,
        names: Names = TRAINING_SET,
        groups: Any = None,
        class_weight: Any = None,
    ) -> tuple[Samples, Any]:
        """Return samples to train on or to validate by, and what is known of `y` alone."""
        rows = {names.X: X, names.y: y, names.sample_weight: sample_weight, "groups": groups}
        check_same_labels(rows)
        X, lengths, features = read_sequences(X, self)
        array = self._read_windows(X, before, names.X)
        is_first = before is None and names is TRAINING_SET
        if not is_first:
            check_features(self, X, array, names.X)
        windows, observed = WindowSet.of_observed(array, names.X)
        refuse_nothing_observed(observed, array.shape[1], names.X)
        if is_first:
            remember_features(self, X, array, features)
        check_same_length(array, y, self, (names.X, names.y))
        given = y, sample_weight
        y, sample_weight, step_weight = targets_and_weights(self, given, array, lengths, names)
        groups = group_numbers(groups, len(array))
        if observed is not None:  # what was not observed is not trained on
            arrays = sample_weight, step_weight, groups
            y, sample_weight, step_weight, groups = of_observed(observed, y, *arrays)
            array = array[observed] if self._every_step else array
        fitted = None if before is None or names is VALIDATION_SET else before.targets
        targets, labels = self._read_targets(
            y, (array, windows), fitted=fitted, labels=labels, names=names
        )
        samples = Samples(windows, targets, sample_weight, groups)
        samples = samples.with_weighted_steps(step_weight, array, names)
        samples = weighted_by_class(samples, labels, class_weight or self.class_weight, names)
        return samples.with_targets(names).without_weightless(), labels

    def _training_and_validation(
        self, samples: Samples, held_out: Any, before: FittedState | None, labels: Any
    ) -> tuple[Samples, Samples | None]:
        """Return the training set and the validation set, if there is one."""
        if check_held_out(held_out, early_stopping=self.early_stopping):
            validation, _ = self._read_samples(
                *held_out, before=before, labels=labels, names=VALIDATION_SET,
                class_weight=samples.class_weight,
            )  # fmt: skip
            if validation.n_outputs != samples.n_outputs:
                raise ValueError(
                    f"y_val must have {samples.n_outputs} outputs as y has, got "
                    f"{validation.n_outputs}."
                )
            return samples, validation
        if not self.early_stopping:
            return samples, None
        classes, tokens = labels if is_classifier(self) else None, self._takes_tokens(before)
        return validation_split(samples, self.validation_fraction, classes, tokens=tokens)

    def _state_to_train(
        self, training: Samples, labels: Any, before: FittedState | None, *, running: bool
    ) -> FittedState:
        """Return the state before the first epoch, which `before` is if training continues."""
        if before is not None:
            inputs = before.inputs.extended(training, running=running)
            targets, _ = self._learn_targets(training, labels, before.targets, running=running)
            check_same_patches(self.patch_size, before.patch_size)
            spec = described_network(self, inputs, targets, fitted=before.network.spec)
            check_same_network(spec, before.network)
            return before.extended(inputs, targets)
        with one_blas_thread():
            targets, differenced = self._learn_targets(training, labels, None, running=running)
            patch_size, pooling = patches_and_pooling(self, training.windows)
            inputs = (
                NumberInputs.of(training, differenced, patch_size)
                if self.embedding_dim is None
                else TokenInputs.of(training)
            )
            seed, dtype = draw_seed(self.random_state), self._precision(training)
            spec = described_network(self, inputs, targets, pooling)
            network = TrainedNetwork.untrained(spec, seed, dtype, self.init_scale)
        return FittedState(network, inputs, targets)

    def _precision(self, training: Samples) -> Any:
        small = len(training) <= min(self.batch_size, _EXACT_SAMPLES)
        # Accelerators have slow double precision, or none.
        return np.float64 if small and training_device(self.device) == "cpu" else np.float32

    @property
    def _reads_tokens(self) -> bool:
        """Whether inputs are tokens: as fitted, otherwise as in the parameters."""
        return self._takes_tokens(vars(self).get("_fitted"))

    def _takes_tokens(self, state: FittedState | None) -> bool:
        return self.embedding_dim is not None if state is None else state.network.spec.n_tokens > 0

    def _read_windows(self, X: Any, state: FittedState | None, input_name: str = "X") -> np.ndarray:
        """Return `X` as an array of windows, padding of tokens being a missing step."""
        windows = as_windows(X, estimator=self, names=names_in_fit(self), input_name=input_name)
        return as_token_windows(windows, input_name) if self._takes_tokens(state) else windows

    def _check_window_array(self, X: Any) -> np.ndarray:
        """Return `X` with three axes if its features are those of `fit`."""
        if "_fitted" not in vars(self):
            check_is_fitted(self)
        X = without_ragged(X, self)
        windows = self._read_windows(X, self._fitted)
        check_features(self, X, windows)
        return windows

    def _run_network(self, windows: WindowSet, *, every_step: bool = False) -> np.ndarray:
        """Return the output in double precision, of all steps one after the other if wished."""
        state = self._fitted
        if not len(windows):
            return np.empty((0, state.network.spec.n_outputs))
        dtype = state.network.dtype
        windows = state.inputs.for_prediction(windows, dtype)
        with np.errstate(over="ignore", invalid="ignore"):  # looked at below
            output = state.network.output(windows, self.engine, every_step=every_step)
        if not np.isfinite(output).all():
            raise ValueError(
                "X has values so far from those of fit that the network gives no finite number; "
                f"standardised by feature_mean_ and feature_scale_ they must fit into {dtype}."
            )
        return output.astype(np.float64, copy=False)

    def _run_at_steps(self, windows: np.ndarray, window_set: WindowSet) -> np.ndarray:
        """Return the outputs of observed windows: of all steps, or by `output` of the last one."""
        options = {"every_step": self._every_step}
        return outputs(self._fitted, windows, window_set, self._run_network, **options)

    def gate_activations(self, X: Any) -> dict[str, dict[str, np.ndarray]]:
        """Return the gates and states of the network at every step of every window.

        They are computed in double precision by the equations as they stand in the literature,
        not by the code that predicts; the two agree up to rounding.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`. With three axes their number of steps may differ.

        Returns
        -------
        activations : dict of str to dict of str to ndarray
            For each layer and direction, such as ``"layer0_forward"``, a dictionary of arrays of
            shape (n_samples, n_timesteps, units of this layer). Its names are ``input``,
            ``forget``, ``output``, ``candidate``, ``cell`` and ``hidden`` for an LSTM; ``reset``,
            ``update``, ``candidate`` and ``hidden`` for a GRU; ``hidden`` for a simple network.
            Steps stand in the order of `X` for the backward direction too, whose last state is
            that of the first step. Missing steps are NaN. With ``patch_size`` the values of a patch
            stand at its newest step, and all others are NaN.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If `X` is no set of windows as in `fit`.

        See Also
        --------
        sklstm.GateDisplay : Draws them.

        Notes
        -----
        All arrays together take ``48 * n_samples * n_timesteps`` bytes for every unit of an LSTM:
        this is for a few windows.

        Examples
        --------
        >>> import numpy as np
        >>> from sklstm import LSTMRegressor
        >>> X = np.random.default_rng(0).normal(size=(50, 6, 2))
        >>> model = LSTMRegressor(4, max_epochs=5, random_state=0).fit(X, X[:, -1, 0])
        >>> gates = model.gate_activations(X[:3])["layer0_forward"]
        >>> sorted(gates)
        ['candidate', 'cell', 'forget', 'hidden', 'input', 'output']
        >>> gates["forget"].shape
        (3, 6, 4)
        """
        windows = self._check_window_array(X)
        inputs, observed = self._inputs_of(windows, np.float64)
        refuse_nothing_observed(observed, windows.shape[1])
        values, lengths = inputs.padded(slice(None))
        network, patch_size = self._fitted.network, self._fitted.patch_size
        activations = gate_activations(network.spec, network.weights, values, lengths)
        for of_layer in activations.values():
            for name, array in of_layer.items():
                of_layer[name] = at_their_steps(array, lengths, windows, patch_size)
        return activations

    def _last_states(self, X: Any) -> np.ndarray:
        """Return the states that the head sees at the end of windows, (n_samples, state_size)."""
        windows, network = self._check_window_array(X), self._fitted.network
        inputs, observed = self._inputs_of(windows, network.dtype)
        refuse_nothing_observed(observed, windows.shape[1])
        return among_all(network.last_states(inputs, self.engine), observed, len(windows))

    def _network_inputs(self, windows: np.ndarray) -> np.ndarray:
        """Return what the network reads of windows, step by step, NaN at missing ones."""
        window_set, observed = WindowSet.of_observed(windows)
        refuse_nothing_observed(observed, windows.shape[1])
        inputs = self._fitted.inputs.step_by_step().for_prediction(window_set, np.float64)
        values, lengths = inputs.padded(slice(None))
        return at_their_steps(values, lengths, windows)

    def _inputs_of(self, windows: np.ndarray, dtype: Any) -> tuple[WindowSet, np.ndarray | None]:
        """Return what the network reads of observed windows, and which these are."""
        window_set, observed = WindowSet.of_observed(windows)
        return self._fitted.inputs.for_prediction(window_set, dtype), observed
