"""Gates and states along a window: `GateDisplay`."""

from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._plotting import _validate_style_kwargs
from sklearn.utils.validation import check_is_fitted

from sklstm.data import as_windows, step_features
from sklstm.meta_estimators import walk

from ._style import GREY, LINES, PALE, axes_to_draw_on, legend_above

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
_MOST_NAMES = 6  # that a legend in one line has room for


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
        A line for each feature.
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
        caller = f"{type(self).__name__}.plot"
        self.axes_, bars = panels(ax, len(self.gates), caller, with_bars=units is None)
        self.ax_, self.figure_ = self.axes_[0], self.axes_[0].figure
        steps = np.arange(1 - len(self.inputs), 1)
        self.heatmaps_, self.unit_lines_ = [], []
        self._draw_inputs(steps, input_kw or {})
        for (name, values), axes, bar in zip(self.gates.items(), self.axes_[1:], bars, strict=True):
            axes.set_title(_NAMES.get(name, name), loc="left", fontsize="medium")
            if units is None:
                mesh = _draw_heatmap(axes, name, steps, values, heatmap_kw or {})
                self.figure_.colorbar(mesh, cax=bar)
                self.heatmaps_.append(mesh)
            else:
                lines = _draw_units(axes, name, steps, values, units, line_kw or {})
                self.unit_lines_.append(lines)
                self._shade_missing(axes, steps)
        if units is not None and len(units) <= _MOST_NAMES:
            _legend_on_the_right(self.axes_[1])
        self.ax_.set_xlim(steps[0] - 0.5, 0.5)
        of = f" of {self.gates_name}" if self.gates_name else ""
        self.axes_[-1].set_xlabel(f"Step of the window (0 is the newest){of and ', gates' + of}")
        return self

    def _check_units(self, unit):
        n_units = next(iter(self.gates.values())).shape[1]
        if unit is None:
            return None
        units = [unit] if isinstance(unit, Integral) else list(unit)
        for one in units:
            if not isinstance(one, Integral) or not 0 <= one < n_units:
                raise ValueError(
                    f"unit={unit!r} is not possible: it takes one or several of the units 0 to "
                    f"{n_units - 1} of the layer."
                )
        return units

    def _draw_inputs(self, steps, user):
        n_features = self.inputs.shape[1]
        names = self.feature_names or [f"feature {k}" for k in range(n_features)]
        self.input_lines_ = []
        for k in range(n_features):
            style = {"label": names[k], "color": LINES[k % len(LINES)], "marker": ".", "lw": 1.2}
            style = _validate_style_kwargs(_validate_style_kwargs({}, style), user)
            self.input_lines_ += self.ax_.plot(steps, self.inputs[:, k], **style)
        self._shade_missing(self.ax_, steps)
        self.ax_.set_title("Input", loc="left", fontsize="medium")
        self.ax_.set_ylabel(self.inputs_name or "Input")
        if 1 < n_features <= _MOST_NAMES:
            _legend_on_the_right(self.ax_)

    def _shade_missing(self, axes, steps):
        for step in steps[np.isnan(self.inputs[:, 0])]:
            axes.axvspan(step - 0.5, step + 0.5, color=PALE, linewidth=0, zorder=0)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        *,
        layer: int = 0,
        direction: str = "forward",
        unit: int | list[int] | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw the gates of a fitted recurrent estimator.

        Parameters
        ----------
        estimator : estimator
            A fitted recurrent regressor or classifier. Of a pipeline give its last step.
        X : array-like or dataframe of shape (1, n_timesteps, n_features)
            One window, such as ``windows[:1]``.
        layer : int, default=0
            Which recurrent layer, counted from the input.
        direction : {"forward", "backward"}, default="forward"
            Which direction of a bidirectional network.
        unit : int or list of int, default=None
            Units to be drawn as lines; by default all of them as a heat map.
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
            If `X` is not one window, or there is no such layer, direction or unit.
        """
        check_matplotlib_support(f"{cls.__name__}.from_estimator")
        network = _network(estimator, f"{cls.__name__}.from_estimator")
        names = list(getattr(network, "feature_names_in_", ())) or None
        windows = as_windows(X, names=names)
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
        inputs, features = windows[0], step_features(X)
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


def _network(estimator, caller):
    """Return the recurrent estimator itself, or the one inside a search or encoder."""
    takes = "a fitted recurrent estimator, such as LSTMRegressor"
    if isinstance(estimator, type) or not hasattr(estimator, "fit"):
        got = estimator.__name__ if isinstance(estimator, type) else type(estimator).__name__
        raise TypeError(f"{caller} takes {takes}, got {got}.")
    # Through every wrapper that passes X on unchanged.
    *_, network = walk(estimator, fitted=True, through=("search", "frozen", "target", "other"))
    if hasattr(network, "gate_activations"):
        check_is_fitted(network)
        return network
    check_is_fitted(estimator)
    hint = ""
    if hasattr(network, "steps"):
        hint = ": draw its last step, model[-1], on one of the windows model[:-1].transform(rows)"
    raise TypeError(f"{caller} takes {takes}, got {type(estimator).__name__}{hint}.")


def _draw_heatmap(axes, name, steps, values, user):
    import matplotlib as mpl

    is_gate = _is_gate(name)
    largest = float(np.nanmax(np.abs(values))) or 1.0
    style = {"cmap": mpl.colormaps["cividis" if is_gate else "PuOr"].with_extremes(bad=PALE)}
    style |= {"vmin": 0.0 if is_gate else -largest, "vmax": 1.0 if is_gate else largest}
    units = np.arange(values.shape[1])
    axes.set_ylabel("Unit")
    axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(4, integer=True, min_n_ticks=1))
    return axes.pcolormesh(steps, units, np.ma.masked_invalid(values.T), **(style | user))


def _draw_units(axes, name, steps, values, units, user):
    lines = []
    for k, unit in enumerate(units):
        style = {"label": f"unit {unit}", "color": LINES[k % len(LINES)], "linewidth": 1.2}
        style |= {"marker": "."}
        lines += axes.plot(steps, values[:, unit], **_validate_style_kwargs(style, user))
    if _is_gate(name):
        axes.set_ylim(-0.05, 1.05)
    axes.axhline(0, color=GREY, linewidth=0.6, zorder=0)
    return lines


def _is_gate(name):
    return _NAMES.get(name, "").endswith("gate")


def _legend_on_the_right(axes):
    legend_above(axes, n_columns=_MOST_NAMES, place="right")


def panels(ax, n_gates, caller, *, with_bars):
    """Return axes for a window and for each gate below it.

    Parameters
    ----------
    ax : matplotlib Axes or None
        Axes of a grid, to be divided; None: a new figure.
    n_gates : int
        Number of gates.
    caller : str
        Who draws; named in errors.
    with_bars : bool
        Whether there is to be room for bars of colours.

    Returns
    -------
    axes : ndarray of shape (1 + n_gates,)
        Matplotlib Axes that share the axis of time, from above.
    bars : list of n_gates matplotlib Axes or None
        Narrow ones to the right of the gates.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If `ax` is not part of a grid.
    """
    ax = axes_to_draw_on(ax, caller, size=(7.2, 1.0 + 1.25 * (1 + n_gates)))
    from matplotlib.ticker import MaxNLocator

    place = ax.get_subplotspec()
    if place is None:
        raise ValueError(
            "ax must be axes of a grid, as plt.subplots makes them, since it is divided; got axes "
            "that stand by themselves."
        )
    ax.set_axis_off()
    # A layout engine finds the room for titles itself.
    space = {} if ax.figure.get_layout_engine() else {"hspace": 0.7, "wspace": 0.05}
    grid = place.subgridspec(1 + n_gates, 2, width_ratios=[40, 1], **space)
    axes = np.empty(1 + n_gates, dtype=object)
    for row in range(1 + n_gates):
        cells = grid[row, 0] if with_bars else grid[row, :]
        axes[row] = ax.figure.add_subplot(cells, sharex=axes[0] if row else None)
        axes[row].tick_params(labelbottom=row == n_gates)
    axes[0].xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    bars = [
        ax.figure.add_subplot(grid[row, 1]) if with_bars else None for row in range(1, 1 + n_gates)
    ]
    return axes, bars
