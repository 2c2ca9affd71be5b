import pickle

import pytest
import torch

from sklstm.torch_training._net import _optimizer, export_state, import_state


@pytest.mark.parametrize("name", ["adam", "adamw", "nadam", "rmsprop", "sgd"])
def test_training_goes_on_from_exported_state(name):
    kind, options = _optimizer(name)

    def steps(weight, optimizer, n_steps):
        for _ in range(n_steps):
            optimizer.zero_grad()
            (weight.square().sum() + weight[0]).backward()
            optimizer.step()

    straight = torch.nn.Parameter(torch.tensor([1.0, -2.0, 3.0]))
    steps(straight, kind([straight], lr=0.1, **options), 6)

    first = torch.nn.Parameter(torch.tensor([1.0, -2.0, 3.0]))
    optimizer = kind([first], lr=0.1, **options)
    steps(first, optimizer, 3)
    state = pickle.loads(pickle.dumps(export_state(optimizer)))
    assert b"torch" not in pickle.dumps(state)
    second = torch.nn.Parameter(first.detach().clone())
    optimizer = kind([second], lr=0.1, **options)
    import_state(optimizer, state)
    steps(second, optimizer, 3)
    assert torch.equal(straight, second)
