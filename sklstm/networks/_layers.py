"""One recurrent layer in one direction, over whole sequences.

Each function takes `values` of shape (n_samples, n_timesteps, n_inputs) and the states to begin
with, and returns the hidden states after every step, (n_samples, n_timesteps, hidden_size), with
the states in the end. Steps beyond the end of a shorter sequence give states that nobody looks at.
"""

from types import SimpleNamespace

import torch
from torch.nn import functional

from sklstm.cells import CELLS


def fused_layer(spec, parameters, values, start):
    """Run a layer by torch's own kernel.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    parameters : dict of str to Tensor
        Those of this layer and direction, by the last part of their names.
    values : Tensor of shape (n_samples, n_timesteps, n_inputs)
        The sequences.
    start : tuple of Tensor of shape (n_samples, hidden_size)
        Hidden state, and of an LSTM cell state, before the first step.

    Returns
    -------
    states : Tensor of shape (n_samples, n_timesteps, hidden_size)
        Hidden states.
    end : tuple of Tensor of shape (n_samples, hidden_size)
        States after the last step.
    """
    bias, units = parameters["bias"], parameters["recurrent"].shape[1]
    recurrent_bias = torch.zeros_like(bias)
    if spec.cell == "gru":
        # Of torch's second bias vector only the candidate's part is not redundant.
        gates = recurrent_bias[: 2 * units]
        recurrent_bias = torch.cat([gates, parameters["candidate_bias"]])
    arrays = [parameters["input"], parameters["recurrent"], bias, recurrent_bias]
    start = tuple(state[None] for state in start)
    options = (True, 1, 0.0, False, False, True)  # biases, layers, dropout, train, two ways, batch
    if spec.cell == "lstm":
        states, *end = torch.lstm(values, start, arrays, *options)
        return states, tuple(state[0] for state in end)
    function = {
        "gru": torch.gru,
        "rnn": torch.rnn_relu if spec.activation == "relu" else torch.rnn_tanh,
    }[spec.cell]
    states, end = function(values, start[0], arrays, *options)
    return states, (end[0],)


def can_fuse(spec, recurrent_dropout):
    """Return whether torch has a kernel for these options."""
    if recurrent_dropout or spec.peephole or spec.cell not in ("lstm", "gru", "rnn"):
        return False
    return spec.activation == "tanh" or spec.cell == "rnn"


def stepwise_layer(spec, parameters, values, start, lengths, state_mask):
    """Run a layer step by step, with every option.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    parameters : dict of str to Tensor
        Those of this layer and direction, by the last part of their names.
    values : Tensor of shape (n_samples, n_timesteps, n_inputs)
        The sequences.
    start : tuple of Tensor of shape (n_samples, hidden_size)
        States before the first step, the hidden state first.
    lengths : Tensor of shape (n_samples,) or None
        Where each one ends; None if all are full. The state stays as it is from there on, so
        that an unbounded activation cannot overflow on steps that do not exist.
    state_mask : Tensor of shape (n_samples, hidden_size) or None
        Multiplied into the hidden state wherever it is fed back: recurrent dropout with one mask
        per sequence.

    Returns
    -------
    states : Tensor of shape (n_samples, n_timesteps, hidden_size)
        Hidden states.
    end : tuple of Tensor of shape (n_samples, hidden_size)
        States after the last step.

    References
    ----------
    Y. Gal and Z. Ghahramani, "A theoretically grounded application of dropout in recurrent neural
    networks", NeurIPS 2016.
    """
    cell, functions = CELLS[spec.cell], torch_functions(spec.activation)
    from_inputs = functional.linear(values, parameters["input"], parameters["bias"])
    peepholes = [parameters["peephole"]] if spec.peephole else []
    state, states = start, []
    for t in range(values.shape[1]):
        fed_back = state[0] if state_mask is None else state[0] * state_mask
        weighted = _weighted_inputs(cell, parameters, from_inputs[:, t], fed_back)
        new_state, _ = cell.equations(functions, weighted, state, *peepholes)
        if lengths is not None:
            going_on = (t < lengths)[:, None]
            pairs = zip(new_state, state, strict=True)
            new_state = tuple(torch.where(going_on, new, old) for new, old in pairs)
        state = new_state
        states.append(state[0])
    return torch.stack(states, dim=1), state


def torch_functions(activation):
    """Return the functions that equations of cells call, for tensors."""
    return SimpleNamespace(
        logistic=torch.sigmoid,
        activation=torch.tanh if activation == "tanh" else torch.relu,
        exp=lambda x: torch.exp(x.clamp(min=-80.0)),
        log_logistic=functional.logsigmoid,
        maximum=torch.maximum,
    )


def _weighted_inputs(cell, parameters, from_inputs, hidden):
    """Return the weighted inputs of a step."""
    blocks = from_inputs.chunk(len(cell.gates), dim=1)
    from_inputs, from_state = dict(zip(cell.gates, blocks, strict=True)), {}
    if cell.reads_state:
        blocks = functional.linear(hidden, parameters["recurrent"])
        blocks = blocks.chunk(len(cell.recurrent_gates), dim=1)
        from_state = dict(zip(cell.recurrent_gates, blocks, strict=True))
    for gate in cell.gates_apart:
        from_state[gate] = from_state[gate] + parameters[f"{gate}_bias"]
    return cell.weighted_inputs(from_inputs, from_state)
