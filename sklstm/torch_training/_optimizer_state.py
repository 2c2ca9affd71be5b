"""Optimiser state as plain arrays, so that training can go on in another process."""

import torch


def export_state(optimizer):
    """Return the state of an optimiser as a list of dictionaries of NumPy arrays."""
    states = optimizer.state_dict()["state"]
    return [
        {name: value.detach().cpu().numpy().copy() for name, value in states[place].items()}
        for place in sorted(states)
    ]


def import_state(optimizer, state):
    """Load what `export_state` returned into an optimiser over the same parameters."""
    described = optimizer.state_dict()
    described["state"] = {
        place: {name: torch.tensor(value) for name, value in values.items()}
        for place, values in enumerate(state)
    }
    optimizer.load_state_dict(described)
