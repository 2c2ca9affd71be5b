"""Gates and states along a window: `GateDisplay`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._plotting import _validate_style_kwargs
from sklearn.utils.validation import check_is_fitted

from sklstm._whole_numbers import is_whole
from sklstm.data import (
    as_windows,
    features_in_fit,
    names_in_fit,
    parse_step_names,
    step_features,
    without_ragged,
)
from sklstm.meta_estimators import walk

from ._gate_panels import draw_heatmap, name_rows, panels
from ._style import palette_of

_NAMES = {
    "input": "Input gate",
    "forget": "Forget gate",
    "output": "Output gate",
    "reset": "Reset gate",
    "update": "Update gate",
    "candidate": "Candidate",
    "cell": "Cell state",
    "normalizer": "Normalizer state",
    "stabilizer": "Stabilizer state",
    "hidden": "Hidden state",
}
_MOST_LINES = 7  # as many as there are colours


class GateDisplay:
    """Draw the gates and states of a recurrent network along one window.

    Made by `from_estimator`. All parameters are stored as attributes.

    Parameters
    ----------
    gates : dict of str to ndarray of shape (n_timesteps, n_units)
        Gates and states of one layer and direction, NaN at missing steps.
    inputs : ndarray of shape (n_timesteps, n_features)
        The window.
    feature_names : list of str, default=None
        Names of its features.
    inputs_name : str, default=None
        What the values of the window are, with their unit; by default "Input".
    gates_name : str, default=None
        Which layer and direction the gates are of.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        Axes of the window and of each gate, from above.
    ax_ : matplotlib Axes
        The first of them.
    figure_ : matplotlib Figure
        Figure of the axes.
    input_lines_ : list of matplotlib Line2D
        A line for each feature; empty for more than seven of them.
    input_heatmap_ : matplotlib QuadMesh
        The window, if it has more than seven features; else None.
    heatmaps_ : list of matplotlib QuadMesh
        One for each gate; empty if lines are drawn.
    unit_lines_ : list of list of matplotlib Line2D
        For each gate the lines of the chosen units; empty if heat maps are drawn.

    See Also
    --------
    LossCurveDisplay : Draws how training went.
    SequenceEncoder : Takes the last states as features.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import GateDisplay, GRURegressor
    >>> windows = np.random.default_rng(0).normal(size=(100, 12, 1))
    >>> model = GRURegressor(8, max_epochs=5, random_state=0).fit(windows, windows[:, 3, 0])
    >>> display = GateDisplay.from_estimator(model, windows[:1])
    >>> [ax.get_title(loc="left") for ax in display.axes_]
    ['Input', 'Reset gate', 'Update gate', 'Candidate', 'Hidden state']
    """

    def __init__(self, *, gates, inputs, feature_names=None, inputs_name=None, gates_name=None):
        self.gates = gates
        self.inputs = inputs
        self.feature_names = feature_names
        self.inputs_name = inputs_name
        self.gates_name = gates_name

    def plot(
        self,
        ax: Any = None,
        *,
        unit: int | list[int] | None = None,
        input_kw: dict[str, Any] | None = None,
        heatmap_kw: dict[str, Any] | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the window, and each gate below it on the same axis of time.

        Of up to seven features and chosen units there is a line each; more are heat maps with a
        row each, since nobody tells so many colours apart.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes of a grid, which are divided; by default a new figure.
        unit : int or list of int, default=None
            Units to be drawn as lines; by default all of them as a heat map.
        input_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot` for the window.
        heatmap_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.pcolormesh` for the heat maps.
        line_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot` for the chosen units.

        Returns
        -------
        display : GateDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If there is no such unit, or `ax` is not part of a grid.
        """
        units = self._check_units(unit)
        check_matplotlib_support(f"{type(self).__name__}.plot")
        as_lines = units is not None and len(units) <= _MOST_LINES
        places = self._panels(ax, units if as_lines else None)
        self.axes_ = places.axes
        self.ax_, self.figure_ = self.axes_[0], self.axes_[0].figure
        steps = np.arange(1 - len(self.inputs), 1)
        self._draw_inputs(places, steps, input_kw or {}, heatmap_kw or {})
        self.heatmaps_, self.unit_lines_ = [], []
        for row, (name, values) in enumerate(self.gates.items(), start=1):
            if as_lines:
                lines = _draw_units(self.axes_[row], name, steps, values, units, line_kw or {})
                self.unit_lines_.append(lines)
                self._shade_missing(self.axes_[row], steps)
            else:
                chosen = values if units is None else values[:, units]
                mesh = self._draw_gate(places, row, steps, chosen, units, heatmap_kw or {})
                self.heatmaps_.append(mesh)
            places.name(row, _NAMES.get(name, name))
        if as_lines:
            places.legend(1, row=1)
        self.ax_.set_xlim(steps[0] - 0.5, 0.5)
        self._name_steps(places)
        return self

    def _panels(self, ax, units):
        names = self._names_of_features()
        beside = names if 1 < len(names) <= _MOST_LINES else [], [f"unit {k}" for k in units or ()]
        return panels(
            ax, len(self.gates), f"{type(self).__name__}.plot", beside=beside,
            n_rows=len(names), with_bars=units is None,
        )  # fmt: skip

    def _names_of_features(self):
        names = self.feature_names
        n_features = self.inputs.shape[1]
        names = names if names is not None else [f"feature {k}" for k in range(n_features)]
        return [str(name) for name in names]

    def _name_steps(self, places):
        of = f"gates of {self.gates_name}" if self.gates_name else ""
        words = "Step of the window (0 is the newest)"
        if places.compact:  # below each other, since low panels are narrow, too
            self.axes_[-1].set_xlabel("\n".join(filter(None, [words, of])), fontsize="small")
        else:
            self.axes_[-1].set_xlabel(", ".join(filter(None, [words, of])))

    def _check_units(self, unit):
        n_units = next(iter(self.gates.values())).shape[1]
        if unit is None:
            return None
        units = list(unit) if isinstance(unit, Iterable) else [unit]
        possible = [is_whole(one) and 0 <= one < n_units for one in units]
        if not possible or not all(possible):
            raise ValueError(
                f"unit={unit!r} is not possible: it takes one or several of the units 0 to "
                f"{n_units - 1} of the layer."
            )
        return units

    def _draw_gate(self, places, row, steps, values, units, user):
        from matplotlib.ticker import MaxNLocator

        axes, name = self.axes_[row], list(self.gates)[row - 1]
        mesh = draw_heatmap(axes, steps, values, is_gate=_is_gate(name), **user)
        places.show_range(row, mesh)
        if not places.compact:
            axes.set_ylabel("Unit")
            if units is None:
                axes.yaxis.set_major_locator(MaxNLocator(4, integer=True, min_n_ticks=1))
            else:
                name_rows(axes, units, compact=False)
        return mesh

    def _draw_inputs(self, places, steps, user, heatmap_user):
        names, axes = self._names_of_features(), self.ax_
        self.input_lines_, self.input_heatmap_ = [], None
        if len(names) > _MOST_LINES:
            mesh = draw_heatmap(axes, steps, self.inputs, is_gate=False, **heatmap_user)
            self.input_heatmap_ = mesh
            unit = (self.inputs_name or "").replace("\n", " ").lower()
            places.name(0, f"Input ({unit})" if unit and not places.compact else "Input")
            name_rows(axes, names, compact=places.compact)
            axes.invert_yaxis()  # names are read from above
            return
        colours = palette_of(axes).lines
        for k, name in enumerate(names):
            style = {"label": name, "color": colours[k], "marker": ".", "lw": 1.2}
            style = _validate_style_kwargs(_validate_style_kwargs({}, style), user)
            self.input_lines_ += axes.plot(steps, self.inputs[:, k], **style)
        self._shade_missing(axes, steps)
        places.name(0, "Input")
        if not places.compact:
            axes.set_ylabel(self.inputs_name or "Input")
        if len(names) > 1:
            places.legend(0, row=0)

    def _shade_missing(self, axes, steps):
        colour = palette_of(axes).pale
        for step in steps[np.isnan(self.inputs[:, 0])]:
            axes.axvspan(step - 0.5, step + 0.5, color=colour, linewidth=0, zorder=0)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        *,
        layer: int = 0,
        direction: str = "forward",
        unit: int | list[int] | None = None,
        feature_names: list[str] | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw the gates of a fitted recurrent estimator.

        Parameters
        ----------
        estimator : estimator
            A fitted recurrent regressor or classifier, or a pipeline that ends in one.
        X : array-like or dataframe of shape (1, n_timesteps, n_features)
            One window, such as ``windows[:1]``. Of a pipeline the rows that it takes, the newest of
            which has its window drawn.
        layer : int, default=0
            Which recurrent layer, counted from the input.
        direction : {"forward", "backward"}, default="forward"
            Which direction of a bidirectional network.
        unit : int or list of int, default=None
            Units to be drawn as lines; by default all of them as a heat map.
        feature_names : list of str, default=None
            Names of the features; by default those of the frame that `estimator` or its pipeline
            was fitted to.
        ax : matplotlib Axes, default=None
            Axes of a grid, which are divided; by default a new figure.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : GateDisplay
            The display. One feature is drawn as it is, several as the network reads them:
            standardised.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If `estimator` is not fitted.
        TypeError
            If it is no recurrent estimator.
        ValueError
            If `X` is not one window, if there is no such layer, direction or unit, or a name for
            more or fewer features.
        """
        check_matplotlib_support(f"{cls.__name__}.from_estimator")
        network, X, features = _network(estimator, X, f"{cls.__name__}.from_estimator")
        in_fit = features_in_fit(network)
        windows = as_windows(without_ragged(X, network), names=names_in_fit(network))
        if len(windows) != 1:
            raise ValueError(
                f"X must be one window, got {len(windows)} of them, shape {windows.shape}: select "
                "one, as in X[:1]."
            )
        activations = network.gate_activations(X)
        prefix = f"layer{layer}_{direction}"
        if prefix not in activations:
            raise ValueError(
                f"layer={layer!r}, direction={direction!r} is not in the network, which has "
                f"{', '.join(activations)}."
            )
        inputs = windows[0]
        features = _names_for(inputs, feature_names, in_fit or step_features(X) or features)
        inputs_name = features[0] if features else "Value"
        if inputs.shape[1] > 1:
            inputs = network._network_inputs(windows)[0]
            inputs_name = "Standard\ndeviations"
        elif getattr(network, "tokens_", None) is not None:
            inputs, inputs_name = np.where(inputs == 0, np.nan, inputs), "Token"  # 0 is padding
        display = cls(
            gates={name: array[0] for name, array in activations[prefix].items()},
            inputs=inputs,
            feature_names=features,
            inputs_name=inputs_name,
            gates_name=f"layer {layer}, {direction}",
        )
        return display.plot(ax, unit=unit, **plot_params)


def _names_for(inputs, given, found):
    """Return the names of features: those given, if they are as many as the features."""
    if given is None:
        return found
    names = [str(name) for name in given]
    if len(names) != inputs.shape[1]:
        raise ValueError(
            f"feature_names must have a name for each of the {inputs.shape[1]} features, got "
            f"{len(names)}."
        )
    return names


def _network(estimator, X, caller):
    """Return the recurrent estimator itself, its windows, and the names of their features.

    The estimator may stand in a search or an encoder, or at the end of a pipeline.
    """
    takes = "a fitted recurrent estimator, such as LSTMRegressor, or a pipeline that ends in one"
    if isinstance(estimator, type) or not hasattr(estimator, "fit"):
        got = estimator.__name__ if isinstance(estimator, type) else type(estimator).__name__
        raise TypeError(f"{caller} takes {takes}, got {got}.")
    # Through every wrapper that passes X on unchanged.
    passing, names = ("search", "frozen", "target", "other"), None
    *_, network = walk(estimator, fitted=True, through=passing)
    if hasattr(network, "steps"):
        check_is_fitted(network)
        before, network = network[:-1], network[-1]
        if len(before.steps):
            X = before.transform(X)[-1:]
            names = _names_after(before)
        *_, network = walk(network, fitted=True, through=passing)
    if hasattr(network, "gate_activations"):
        check_is_fitted(network)
        return network, X, names
    check_is_fitted(estimator)
    raise TypeError(f"{caller} takes {takes}, got {type(estimator).__name__}.")


def _names_after(transformers):
    """Return the names of the features of the windows that steps of a pipeline make."""
    try:
        columns = list(transformers.get_feature_names_out())
    except (AttributeError, ValueError):
        return None  # not all of them know
    steps = parse_step_names(columns)
    return None if steps is None else steps[0]


def _draw_units(axes, name, steps, values, units, user):
    colours, lines = palette_of(axes), []
    for k, unit in enumerate(units):
        style = {"label": f"unit {unit}", "color": colours.lines[k], "linewidth": 1.2}
        style |= {"marker": "."}
        lines += axes.plot(steps, values[:, unit], **_validate_style_kwargs(style, user))
    if _is_gate(name):
        axes.set_ylim(-0.05, 1.05)
    axes.axhline(0, color=colours.muted, linewidth=0.6, zorder=0)
    return lines


def _is_gate(name):
    return _NAMES.get(name, "").endswith("gate")
