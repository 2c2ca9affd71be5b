"""A fit that resumes where it was interrupted: `Checkpoint`."""

from copy import copy
from numbers import Integral
from os import PathLike
from pathlib import Path
from typing import Any

from joblib import hash as hash_of
from sklearn.utils._param_validation import Interval, StrOptions

from sklstm._whole_numbers import validate_params
from sklstm.persistence import ParametersMixin
from sklstm.training import RunState

from ._checkpoint_file import (
    CheckpointFile,
    fit_identity,
    read_content,
    refuse_other_than_files,
)

_OF_CALLBACKS = (
    "_skl_callbacks", "_skl_callbacks_to_teardown", "_callback_fit_ctx", "_parent_callback_ctx",
)  # fmt: skip


class Checkpoint(ParametersMixin):
    """Write a fit to a file while it runs, and resume from the file.

    Where the file is there when `fit` begins, the fit resumes from it: it ends with the weights, to
    the last bit, with which it would have ended without the interruption. So a script that was
    killed is simply started again. The file is whole at every moment, and stays there at the end:
    remove it to begin anew. While a fit runs, a second one with the same file is refused.

    Parameters
    ----------
    path : str or path
        The file; each fit has one of its own.
    every : int, default=1
        Epochs from one writing to the next; the end of the fit is written in any case.
    keep : {"last", "best"}, default="last"
        What is written: each time the present state, or after whatever epoch only that with the
        lowest loss so far, the one of held-back samples with ``early_stopping``, otherwise the
        training loss. From the best state a fit repeats the epochs behind it.

    See Also
    --------
    load_checkpoint : The estimator of such a file.

    Notes
    -----
    A file is taken for that of the same fit if the class, the parameters (but ``max_epochs``,
    ``verbose``, ``device`` and ``engine``) and the data are the same; otherwise `fit` refuses to
    begin, and the file is left as it is. A larger ``max_epochs`` trains further. With
    ``random_state=None`` the seed is that of the file. Another ``device`` or ``engine``, another
    processor or another release rounds in another way.

    A fit that a callback ended resumes when it is made again. The state of other callbacks is not
    in the file: they are told of the epochs that are still to come.

    In `~sklearn.pipeline.Pipeline`, `WindowScaledRegressor` and the like it belongs to the network
    inside. In `Forecaster` the file is that of the model of all rows: models of older rows, which
    are tried or make intervals, are neither written nor resumed, but fitted again. Give the network
    a ``random_state``, so that they choose the same. What else makes several fits, such as a search
    or a backtest, cannot share a file. ``partial_fit`` and ``warm_start`` continue from the
    estimator itself: save that.

    Like every pickle, the file runs code when it is read: read those that you have written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from sklstm import GRURegressor
    >>> from sklstm.callbacks import Checkpoint, load_checkpoint
    >>> X = np.random.default_rng(0).normal(size=(60, 5))
    >>> path = Path(tempfile.mkdtemp()) / "fit.checkpoint"
    >>> model = GRURegressor(hidden_size=4, max_epochs=3, random_state=0)
    >>> model = model.set_callbacks(Checkpoint(path)).fit(X, X[:, -1])
    >>> model = model.set_params(max_epochs=5).fit(X, X[:, -1])
    >>> model.n_iter_, load_checkpoint(path).n_iter_
    (5, 5)
    """

    _is_of_one_fit = True  # what makes several takes it away from all but one

    @validate_params(
        {
            "path": [str, PathLike],
            "every": [Interval(Integral, 1, None, closed="left")],
            "keep": [StrOptions({"last", "best"})],
        }
    )
    def __init__(self, path: str | PathLike, *, every: int = 1, keep: str = "last") -> None:
        self.path = path
        self.every = every
        self.keep = keep

    def setup(self, estimator: Any, context: Any) -> None:
        """Refuse what cannot resume; called at the beginning of a fit.

        Parameters
        ----------
        estimator : estimator
            The estimator that is fitted.
        context : CallbackContext
            Its task.

        Raises
        ------
        FileNotFoundError
            If there is no folder for the file.
        IsADirectoryError, OSError
            If there is a folder in its place, or a pipe.
        TypeError
            If the estimator is not trained in epochs by this package.
        ValueError
            If it has callbacks of skorch, whose state is not in the file, or ``warm_start``, if
            it is fitted by ``partial_fit``, or in a search.
        """
        name = type(estimator).__name__
        if not hasattr(estimator, "_run_state"):
            raise TypeError(
                "Checkpoint is for the recurrent estimators and language models of sklstm, got "
                f"{name}. In a pipeline or a search it belongs to their network."
            )
        if estimator.callbacks:
            raise ValueError(
                f"Checkpoint cannot resume with the callbacks of skorch that {name} has, since "
                "their state is not in its file: leave out callbacks, or Checkpoint."
            )
        if estimator.warm_start:
            raise ValueError(
                f"Checkpoint begins where its file ends, warm_start=True where {name} ended: set "
                "warm_start=False."
            )
        if context.task_name == "partial-fit":
            raise ValueError(
                f"Checkpoint is for fit: partial_fit continues from {name} itself. Take it away by "
                "set_callbacks(), and save the estimator after as many calls as you like."
            )
        _check_one_fit(context)
        refuse_other_than_files(self.path)
        if not Path(self.path).absolute().parent.is_dir():
            raise FileNotFoundError(
                f"path={str(self.path)!r} lies in no folder: make it before the fit."
            )

    def teardown(self, estimator: Any, context: Any) -> None:
        """Do nothing: a fit has ended.

        Parameters
        ----------
        estimator : estimator
            The estimator.
        context : CallbackContext
            Its task.
        """

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Hand the fit what it resumes from, if there is a file.

        Parameters
        ----------
        estimator : estimator
            The estimator.
        context : CallbackContext
            Its task.

        Raises
        ------
        BlockingIOError
            If another fit is writing the file: the same script, started twice.
        TypeError
            If a parameter cannot be pickled.
        ValueError
            If the file is that of another fit, or none of a checkpoint.
        """
        if context.task_name == "epoch":
            return
        run = estimator._run_state
        run.told[self] = file = CheckpointFile(self.path, fit_identity(estimator, run))
        content = file.read()
        if content is None:
            return
        state = RunState(**content["state"])
        n_epochs = len(state.loss_curve)
        if n_epochs > run.max_epochs:
            raise ValueError(
                f"path={str(self.path)!r} holds {n_epochs} epochs, more than max_epochs="
                f"{run.max_epochs}. Remove the file to begin anew."
            )
        if run.resume is None or n_epochs > len(run.resume.loss_curve):  # of several files
            run.resume = state

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Write the file, if it is time to.

        Parameters
        ----------
        estimator : estimator
            The estimator.
        context : CallbackContext
            Its task.
        """
        run = estimator._run_state
        file, n_epochs = run.told[self], len(run.losses)
        ended = context.task_name != "epoch"
        if self.keep == "best":
            due = not ended and run.losses.index(min(run.losses)) == n_epochs - 1
        else:  # the last of all epochs is written together with the end
            due = ended or (n_epochs % self.every == 0 and n_epochs < run.max_epochs)
        written = n_epochs, estimator.stop_reason_ if ended else None
        if due and (file.written != written or not _holds(file, estimator)):
            fitted = _without_callbacks(estimator, {} if ended else run.attributes())
            file.write({"state": dict(vars(run.state())), "estimator": fitted}, written)


def load_checkpoint(path: str | PathLike) -> Any:
    """Return the estimator that a checkpoint holds, fitted as far as the fit had come.

    Parameters
    ----------
    path : str or path
        File of a `Checkpoint`. Reading it runs code: read those that you have written.

    Returns
    -------
    estimator : estimator
        It predicts; with ``early_stopping`` by the best weights so far. It has no callbacks, and
        unless the fit had ended its ``stop_reason_`` is ``"callback"``.

    Raises
    ------
    ValueError
        If it is another file, or damaged.

    Examples
    --------
    >>> from sklstm.callbacks import load_checkpoint
    >>> load_checkpoint("fit.checkpoint")  # doctest: +SKIP
    GRURegressor(...)
    """
    return read_content(path)["estimator"]


def _holds(file, estimator):
    """Return whether a file of a finished fit predicts as an estimator does.

    Data in other units are standardised to the same ones, and train to the same weights.
    """
    there = file.read()
    return there is not None and hash_of(there["estimator"]._fitted) == hash_of(estimator._fitted)


def _check_one_fit(context):
    """Raise a ValueError if a fit is one of many that are made at once, as far as is known."""
    ancestor = context.parent
    while ancestor is not None:
        if not ancestor.sequential_subtasks:
            raise ValueError(
                f"Checkpoint has one file, and {ancestor.estimator_name} makes many fits: take it "
                "away by set_callbacks(), and set it on the network that you fit in the end."
            )
        ancestor = ancestor.parent


def _without_callbacks(estimator, attributes):
    fitted = copy(estimator)
    vars(fitted).update(attributes)
    for name in vars(fitted).keys() & {*_OF_CALLBACKS}:
        delattr(fitted, name)
    return fitted
