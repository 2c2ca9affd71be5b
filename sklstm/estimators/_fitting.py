"""One training run of an estimator, told to callbacks: `fit_network`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from math import ceil
from secrets import randbits
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from sklstm.losses import Loss
from sklstm.recurrence import NetworkSpec, within_memory
from sklstm.training import (
    GatheredData,
    RunState,
    TrainedNetwork,
    TrainingData,
    TrainingResult,
    TrainingSettings,
    n_batches,
    patience_of_budget,
    train,
)

from ._constraints import check_layers

# What a fit leaves behind: one state, and what scikit-learn wants to know of the columns.
FITTED = (
    "_fitted", "_fitted_with", "_fitted_on_columns", "_fitted_names", "n_features_in_",
    "feature_names_in_", "window_shape_",
)  # fmt: skip

_SETTINGS = (
    "optimizer", "learning_rate", "weight_decay", "max_grad_norm", "batch_size", "shuffle",
    "recurrent_dropout", "tol", "device", "engine", "callbacks",
)  # fmt: skip

_UNITS = 32  # of hidden_size="auto", where nothing around the network sets another number


@contextmanager
def whole_or_not_at_all(estimator: Any, *, keep: bool) -> Iterator[None]:
    """Leave an estimator as it was before, if what happens inside fails or is interrupted.

    Parameters
    ----------
    estimator : estimator
        It is unfitted inside, unless training continues.
    keep : bool
        Whether it does.
    """
    before = {name: vars(estimator)[name] for name in FITTED if name in vars(estimator)}
    if not keep:
        _forget(estimator)
    try:
        yield
    except BaseException:
        _forget(estimator)
        vars(estimator).update(before)
        raise


def _forget(estimator: Any) -> None:
    for name in FITTED:
        vars(estimator).pop(name, None)


def fit_network(
    estimator: Any,
    network: TrainedNetwork,
    training: TrainingData | GatheredData,
    validation: TrainingData | None,
    settings: TrainingSettings,
    *,
    keep_optimizer: bool,
    data: dict[str, Any],
    fitted: Callable[[TrainedNetwork], Any],
    described_by: TrainingData | None = None,
) -> None:
    """Train the network of an estimator, and give the estimator its fitted state.

    Parameters
    ----------
    estimator : estimator
        A recurrent estimator or a language model.
    network : TrainedNetwork
        Before the first epoch.
    training, validation : TrainingData
        The training set, which may be `GatheredData`, and the validation set, which may be None.
    settings : TrainingSettings
        The hyperparameters of training.
    keep_optimizer : bool
        Whether the state of the optimiser is kept.
    data : dict
        ``X``, ``y`` and ``metadata`` of `fit`, as callbacks are given them.
    fitted : callable
        Takes the trained network, returns the fitted state.
    described_by : TrainingData, optional
        Some of the training set, by which a callback knows it again; by default all of it.
    """
    task = "partial-fit" if keep_optimizer and not estimator.warm_start else "fit"
    context = estimator._init_callback_context(task, max_subtasks=settings.max_epochs)
    known_by: Any = training if described_by is None else described_by
    run = OngoingRun(known_by, validation, estimator, context, data, settings.max_epochs)
    estimator._run_state = run
    try:
        context.call_on_fit_task_begin(estimator=estimator, **data)
        run.begin()
        if run.resume is not None:
            settings = replace(settings, seed=run.resume.seed)
            network = replace(network, seed=run.resume.seed)
        name, state = network.optimizer or (None, None)
        optimizer = settings.optimizer if keep_optimizer else None
        run.fitted = lambda result: fitted(network.after(result, optimizer))
        result = train(
            network.spec,
            network.weights,
            training,
            validation,
            settings,
            optimizer_state=state if name == settings.optimizer else None,
            watcher=run,
            resume=run.resume,
        )
        estimator._fitted = run.fitted(result)
        context.call_on_fit_task_end(estimator=estimator, **data)
    finally:
        vars(estimator).pop("_run_state", None)
        run.end()


@dataclass(eq=False)
class OngoingRun:
    """A training run, which is ``_run_state`` of the estimator while `fit` trains.

    Parameters
    ----------
    training, validation : TrainingData
        The training set and the validation set; this may be None.
    estimator : estimator
        What is fitted.
    context : CallbackContext
        Its task.
    data : dict
        ``X``, ``y`` and ``metadata`` of `fit`.
    max_epochs : int
        Number of epochs, unless training stops before.
    resume : RunState or None
        Where the run resumes: to be put here when callbacks are told that the fit begins.
    told : dict
        Notes of callbacks about the run, each under itself.
    losses : list of float
        Of all epochs, those before a break too: the validation loss, or else the training loss.
    fitted : callable
        Takes a `TrainingResult`, returns the fitted state.
    """

    training: TrainingData | None
    validation: TrainingData | None
    estimator: Any
    context: Any
    data: dict[str, Any]
    max_epochs: int
    resume: RunState | None = None
    told: dict[Any, Any] = field(default_factory=dict)
    losses: list[float] = field(default_factory=list)
    fitted: Callable[[TrainingResult], Any] | None = None
    _epoch: Any = None
    _result: Callable[[], TrainingResult] | None = None
    _state: Callable[[], RunState] | None = None

    def begin(self) -> None:
        """Take up the epochs before the break, if there is one."""
        if self.resume is not None:
            self.losses = [*(self.resume.validation_curve or self.resume.loss_curve)]

    def begin_epoch(self) -> None:
        """Open the task of an epoch."""
        self._epoch = self.context.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(estimator=self.estimator, **self.data)

    def end_epoch(
        self,
        losses: tuple[float, float | None],
        result: Callable[[], TrainingResult],
        state: Callable[[], RunState],
    ) -> Any:
        """Close the task of an epoch; return whether a callback asks to stop."""
        training_loss, validation_loss = losses
        self.losses.append(training_loss if validation_loss is None else validation_loss)
        if self.estimator.verbose:
            self._log(*losses)
        self._result, self._state = result, state
        return self._epoch.call_on_fit_task_end(
            estimator=self.estimator, **self.data, reconstruction_attributes=self.attributes
        )

    def end(self) -> None:
        """Let go of the samples and of all that refers to them, and of files of callbacks."""
        for note in self.told.values():
            if hasattr(note, "close"):
                note.close()
        self.training = self.validation = self.estimator = self.context = None
        self.data = {}
        self.resume = self.fitted = self._epoch = self._result = self._state = None

    def attributes(self) -> dict[str, Any]:
        """Return the fitted attributes as if the fit had ended after the last epoch."""
        if self._result is None or self.fitted is None:
            return {}
        return {"_fitted": self.fitted(self._result())}

    def state(self) -> RunState | None:
        """Return the `RunState` after the last epoch."""
        return self.resume if self._state is None else self._state()

    def _log(self, training_loss: float, validation_loss: float | None) -> None:
        line = f"Epoch {len(self.losses):4d}  training loss {training_loss:.6f}"
        if validation_loss is not None:
            line += f"  validation loss {validation_loss:.6f}"
        print(line)


def settings_of(
    estimator: Any, network: TrainedNetwork, loss: Loss, n_samples: int, *, one_epoch: bool = False
) -> TrainingSettings:
    """Return how an estimator trains its network by its parameters.

    Parameters
    ----------
    estimator : estimator
        A recurrent estimator or a language model.
    network : TrainedNetwork
        Before the first epoch.
    loss : Loss
        What training minimises.
    n_samples : int
        Number of training samples.
    one_epoch : bool, default=False
        Whether it is one epoch of many, as of `partial_fit`, whose number nobody knows.

    Returns
    -------
    settings : TrainingSettings
        With numbers in place of what is ``"auto"``.
    """
    spec, n_drawn = network.spec, getattr(estimator, "samples_per_epoch", None)
    n_of_epoch = min(n_samples, n_drawn or n_samples)
    steps_per_epoch = n_batches(n_of_epoch, estimator.batch_size)
    max_epochs, patience = estimator.max_epochs, estimator.n_iter_no_change
    schedule = getattr(estimator, "learning_rate_schedule", "constant")
    if schedule == "auto":
        is_auto = max_epochs == "auto"
        schedule = estimator._budget.schedule(steps_per_epoch) if is_auto else "constant"
    if max_epochs == "auto":
        max_epochs = estimator._budget.epochs(steps_per_epoch)
    if patience == "auto":
        patience = patience_of_budget(steps_per_epoch)
    if patience is not None and not estimator.early_stopping:
        # Losses of other samples in each epoch differ by chance: whole passes tell.
        patience = ceil(patience * n_samples / n_of_epoch)
    if one_epoch:
        schedule = "constant"
    return TrainingSettings(
        **{name: getattr(estimator, name) for name in _SETTINGS},
        dropout=check_layers(spec.hidden_size, spec.num_layers, estimator.dropout)[2],
        loss=loss,
        max_epochs=1 if one_epoch else max_epochs,
        learning_rate_schedule=schedule,
        n_iter_no_change=patience,
        seed=network.seed,
        first_epoch=network.n_iter,
        last_loss=network.loss_curve[-1] if network.loss_curve else 1.0,
        samples_per_epoch=n_drawn,
    )


def described_network(
    estimator: Any,
    inputs: Any,
    targets: Any,
    pooling: Any = None,
    fitted: NetworkSpec | None = None,
) -> NetworkSpec:
    """Return the network that the parameters of an estimator describe.

    Parameters
    ----------
    estimator : estimator
        A recurrent estimator.
    inputs, targets : object
        Those parts of its state.
    pooling : str, optional
        What ``"auto"`` means of the parameter `pooling`.
    fitted : NetworkSpec, optional
        The network that training continues with: ``"auto"`` means what it is.

    Returns
    -------
    spec : NetworkSpec
        The shape of the network.

    Raises
    ------
    ValueError
        If it is larger than the memory of the machine.
    """
    auto = (pooling, _UNITS) if fitted is None else (fitted.pooling, fitted.hidden_size)
    pooling = auto[0] if estimator.pooling == "auto" else estimator.pooling
    units = auto[1] if estimator.hidden_size == "auto" else estimator.hidden_size
    units, n_layers, _ = check_layers(units, estimator.num_layers, estimator.dropout)
    embeds = estimator.embedding_dim is not None
    spec = NetworkSpec(
        cell=estimator._cell,
        n_features=estimator.embedding_dim if embeds else inputs.n_features,
        hidden_size=units,
        n_outputs=targets.n_outputs,
        num_layers=n_layers,
        bidirectional=estimator.bidirectional,
        activation=estimator.activation,
        peephole=estimator.peephole,
        every_step=estimator._every_step,
        n_tokens=inputs.n_tokens if embeds else 0,
        embeds=embeds,
        pooling=pooling,
    )
    return within_memory(spec)


def check_same_network(spec: NetworkSpec, network: TrainedNetwork) -> None:
    """Raise a ValueError if the parameters describe another network than the fitted one."""
    if spec != network.spec:
        now, before = _in_parameters(spec), _in_parameters(network.spec)
        changed = [
            f"{k}={now[k]!r} (it was {before.get(k)!r})" for k in now if now[k] != before.get(k)
        ]
        raise ValueError(
            "warm_start=True and partial_fit continue from the weights of the last fit, whose "
            f"network was another one: {', '.join(changed)}. Set them back, or fit with "
            "warm_start=False."
        )


def _in_parameters(spec):
    """Return what describes a network, by the names of the parameters of estimators."""
    words = asdict(spec)
    words["output"] = "sequence" if words.pop("every_step") else "last"
    del words["n_tokens"]  # a network with an embedding keeps the tokens of its first fit
    width = words.pop("n_features")  # the embedding's; without one it is checked as input
    words["embedding_dim"] = width if words.pop("embeds") else None
    return words


def refuse_early_stopping(estimator: Any) -> None:
    """Raise a ValueError if `partial_fit` of an estimator has ``early_stopping``."""
    if estimator.early_stopping:
        raise ValueError(
            "partial_fit trains for one epoch, which early_stopping=True cannot stop; set "
            "early_stopping=False."
        )


def draw_seed(random_state: Any) -> int:
    """Return a seed, by the parameter ``random_state``."""
    if random_state is None:
        return randbits(31)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


def summary_table(spec: NetworkSpec) -> str:
    """Return one line for each layer of a network, and the total of the parameters."""
    way = "bidirectional " if spec.bidirectional else ""
    kinds = {f"layer{k}": f"{way}{spec.cell.upper()}, {n}" for k, n in enumerate(spec.units)}
    kinds["embedding"] = f"{spec.n_tokens:,} tokens, {spec.n_features}"
    kinds["head"] = f"linear, {spec.n_outputs}"
    rows = [(part, kinds[part], f"{count:,}") for part, count in spec.parameter_counts().items()]
    rows.append(("total", "", f"{spec.n_parameters:,}"))
    return "\n".join(f"{part:<9} {kind:<26} {count:>12}" for part, kind, count in rows)
