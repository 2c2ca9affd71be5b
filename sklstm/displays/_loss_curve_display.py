"""The loss of every epoch: `LossCurveDisplay`."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._plotting import _validate_style_kwargs

from sklstm.losses import LOSSES, log_loss
from sklstm.meta_estimators import find_inside

from ._forecast_parts import any_numbers
from ._legend import legend_inside
from ._style import axes_to_draw_on, palette_of
from ._value_label import label_values

_REASONS = {
    "max_epochs": "max_epochs reached",
    "training_loss": "training loss no longer fell",
    "validation_score": "validation loss no longer fell",
    "callback": "by a callback",
}


class LossCurveDisplay:
    """Draw the loss of every epoch of training.

    Made by `from_estimator` or `from_curves`. All parameters are stored as attributes.

    Parameters
    ----------
    training_loss : ndarray of shape (n_epochs,)
        Training loss of each epoch.
    validation_loss : ndarray of shape (n_epochs,), default=None
        Loss of the held-back samples after each epoch, NaN where there was none.
    best_epoch : int, default=None
        Epoch to be marked, counted from 1.
    stop_reason : str, default=None
        What ended training.
    loss_name : str, default=None
        What the loss is, with its unit; by default "Loss".

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curves.
    figure_ : matplotlib Figure
        Figure of the axes.
    training_line_, validation_line_ : matplotlib Line2D
        The curves; None if there is no validation loss.
    best_line_ : matplotlib Line2D
        Mark of the best epoch; None if there is none.
    stop_line_ : matplotlib Line2D
        Line at the last epoch; None if nothing is known of why training ended.

    See Also
    --------
    ForecastDisplay : Draws what was predicted.
    GateDisplay : Draws gates and states of the network.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import LossCurveDisplay, LSTMRegressor
    >>> X = np.random.default_rng(0).normal(size=(200, 6, 1))
    >>> model = LSTMRegressor(8, max_epochs=20, early_stopping=True, random_state=0)
    >>> display = LossCurveDisplay.from_estimator(model.fit(X, X.sum(axis=(1, 2))))
    >>> display.ax_.get_xlabel()
    'Epoch'
    """

    def __init__(
        self,
        *,
        training_loss,
        validation_loss=None,
        best_epoch=None,
        stop_reason=None,
        loss_name=None,
    ):
        self.training_loss = training_loss
        self.validation_loss = validation_loss
        self.best_epoch = best_epoch
        self.stop_reason = stop_reason
        self.loss_name = loss_name

    def plot(
        self,
        ax: Any = None,
        *,
        log_scale: bool = False,
        training_kw: dict[str, Any] | None = None,
        validation_kw: dict[str, Any] | None = None,
        best_kw: dict[str, Any] | None = None,
        stop_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        log_scale : bool, default=False
            Whether the axis of the loss is logarithmic.
        training_kw, validation_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot` for the two curves.
        best_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot` for the mark of the best epoch.
        stop_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.axvline` for the last epoch.

        Returns
        -------
        display : LossCurveDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        self.ax_ = ax = axes_to_draw_on(ax, f"{type(self).__name__}.plot")
        self.figure_ = ax.figure
        losses, validation = np.asarray(self.training_loss), self.validation_loss
        colours = palette_of(ax)
        epochs = np.arange(1, len(losses) + 1)

        def line(*xy, style, user):
            return ax.plot(*xy, **_validate_style_kwargs(style, user or {}))[0]

        style = {"label": "Training", "color": colours.main}
        style["marker"] = "o" if len(epochs) == 1 else ""
        self.training_line_ = line(epochs, losses, style=style, user=training_kw)
        self.validation_line_ = self.best_line_ = self.stop_line_ = None
        if validation is not None:
            style = style | {"label": "Validation", "color": colours.other, "linestyle": "--"}
            self.validation_line_ = line(epochs, validation, style=style, user=validation_kw)
        if self.best_epoch is not None:
            curve = losses if validation is None else validation
            style = {"label": f"Best epoch: {self.best_epoch}", "linestyle": "", "marker": "o"}
            ring = {"color": colours.other, "markersize": 8, "markerfacecolor": "none"}
            best = [self.best_epoch], [curve[self.best_epoch - 1]]
            self.best_line_ = line(*best, style=style | ring, user=best_kw)
        if self.stop_reason is not None:
            why = _REASONS.get(self.stop_reason, self.stop_reason)
            style = {"label": f"Stopped after epoch {len(epochs)}: {why}"}
            style |= {"color": colours.muted, "linestyle": ":"}
            self.stop_line_ = ax.axvline(
                len(epochs), **_validate_style_kwargs(style, stop_kw or {})
            )
        self._finish(log_scale)
        return self

    def _finish(self, log_scale):
        from matplotlib.ticker import MaxNLocator

        if log_scale:
            self.ax_.set_yscale("log")
        self.ax_.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        self.ax_.set_xlabel("Epoch")
        label_values(self.ax_, self.loss_name or "Loss")
        legend_inside(self.ax_, most_columns=2)

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None, **plot_params: Any) -> Self:
        """Draw the losses of a fitted recurrent estimator.

        The epoch that is marked is the one whose weights were kept.

        Parameters
        ----------
        estimator : estimator
            A fitted recurrent regressor or classifier, or an estimator that holds one: a pipeline,
            a search, a `Forecaster`.
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : LossCurveDisplay
            The display.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If `estimator` is not fitted.
        TypeError
            If it is no recurrent estimator and has none inside.
        """
        caller = f"{cls.__name__}.from_estimator"
        check_matplotlib_support(caller)
        takes = "a fitted recurrent estimator, or a pipeline or search that has one inside"
        network = find_inside(estimator, "stop_reason_", caller, takes)
        validation, best = network.validation_scores_, None
        if validation is not None:
            validation = -np.array(validation)
        if network.best_validation_score_ is not None:
            # None where training went on from weights that were better than all that came.
            kept = np.flatnonzero(validation == -network.best_validation_score_)
            best = int(kept[0]) + 1 if len(kept) else None
        display = cls(
            training_loss=np.array(network.loss_curve_),
            validation_loss=validation,
            best_epoch=best,
            stop_reason=network.stop_reason_,
            loss_name=_loss_name(network),
        )
        return display.plot(ax, **plot_params)

    @classmethod
    def from_curves(
        cls,
        training_loss: ArrayLike,
        validation_loss: ArrayLike | None = None,
        *,
        stop_reason: str | None = None,
        loss_name: str | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw losses that are at hand as numbers.

        Parameters
        ----------
        training_loss : array-like of shape (n_epochs,)
            Training loss of each epoch.
        validation_loss : array-like of shape (n_epochs,), default=None
            Loss of held-back samples after each epoch; the epoch where it is lowest is marked.
        stop_reason : str, default=None
            What ended training: as in ``stop_reason_``, or in words.
        loss_name : str, default=None
            What the loss is, with its unit.
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : LossCurveDisplay
            The display.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the losses are no numbers of one for each epoch.
        """
        check_matplotlib_support(f"{cls.__name__}.from_curves")
        training, validation, best = _curve(training_loss, "training_loss"), None, None
        if validation_loss is not None:
            validation = _curve(validation_loss, "validation_loss")
            if len(validation) != len(training):
                raise ValueError(
                    f"validation_loss must have one value for each of the {len(training)} epochs "
                    f"of training_loss, got {len(validation)}."
                )
            if np.isfinite(validation).any():
                best = int(np.nanargmin(validation)) + 1
        display = cls(
            training_loss=training,
            validation_loss=validation,
            best_epoch=best,
            stop_reason=stop_reason,
            loss_name=loss_name,
        )
        return display.plot(ax, **plot_params)


def _curve(values, name):
    curve = any_numbers(values, name)
    if curve.ndim != 1 or not len(curve):
        raise ValueError(f"{name} must be of shape (n_epochs,), got an array of {curve.shape}.")
    return curve


def _loss_name(network):
    # Classifiers and language models have no choice.
    name = getattr(network, "loss_", None)
    loss = LOSSES.get(name) if hasattr(network, "loss") else log_loss(n_outputs=1)
    references = getattr(network, "differenced_targets_", None)
    differenced = references is not None and not (references < 0).any()
    return None if loss is None else loss.axis_label(differenced=differenced)
