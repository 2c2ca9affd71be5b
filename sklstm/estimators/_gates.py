"""What a fitted network holds inside: `GatesMixin`."""

from dataclasses import replace

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklstm.data import WindowSet
from sklstm.recurrence import gate_activations


class GatesMixin:
    """Show the gates and states of a fitted recurrent estimator."""

    def gate_activations(self, X):
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
            that of the first step. Missing steps are NaN.

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
        check_is_fitted(self)
        windows = self._check_window_array(X)
        values, lengths = self._standardised(windows, np.float64).gather(slice(None))
        activations = gate_activations(self._spec, self.weights_, values, lengths)
        for of_layer in activations.values():
            for name, array in of_layer.items():
                of_layer[name] = _at_their_steps(array, lengths, windows)
        return activations

    def _last_states(self, X):
        """Return the states that the head sees at the end of windows, (n_samples, state_size).

        They come from the code that predicts, in the precision of the weights, with a head that
        hands them on.
        """
        check_is_fitted(self)
        n_states, dtype = self._spec.state_size, self.weights_["head_bias"].dtype
        spec = replace(self._spec, n_outputs=n_states, every_step=False)
        weights = self.weights_ | {
            "head_weight": np.eye(n_states, dtype=dtype),
            "head_bias": np.zeros(n_states, dtype=dtype),
        }
        windows = self._standardised(self._check_window_array(X), dtype)
        return self._predictor.output(spec, weights, windows, self.engine)

    def _network_inputs(self, windows):
        """Return what the network reads of an array of windows, NaN at missing steps."""
        values, lengths = self._standardised(windows, np.float64).gather(slice(None))
        return _at_their_steps(values, lengths, windows)

    def _standardised(self, windows, dtype):
        """Return windows as a `WindowSet` of what the network reads."""
        return self._network_windows(WindowSet.from_array(windows), dtype)


def _at_their_steps(values, lengths, windows):
    """Move what was computed of gathered windows to their observed steps; NaN at missing ones."""
    observed = ~np.isnan(windows[:, :, 0])
    moved = np.full((*observed.shape, values.shape[2]), np.nan)
    moved[observed] = values[np.arange(values.shape[1]) < lengths[:, np.newaxis]]
    return moved
