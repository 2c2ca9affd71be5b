"""The functions that losses are written with, for NumPy arrays and for torch tensors.

Those for the recorded values of compiled code stand in `sklstm.kernels._losses`. The first axis is
that of the outputs of one target; `sum`, `max`, `pick` and the like go over it.
"""

from functools import cache
from types import SimpleNamespace

import numpy as np


def _one_hot(outputs, target):
    numbers = np.arange(len(outputs)).reshape(-1, *[1] * (outputs.ndim - 1))
    return (numbers == target).astype(outputs.dtype)


def _log_softmax(outputs):
    shifted = outputs - outputs.max(axis=0)
    return shifted - np.log(np.exp(shifted).sum(axis=0))


#: Functions for NumPy arrays.
NUMPY = SimpleNamespace(
    abs=np.abs, exp=np.exp, log=np.log, log1p=np.log1p, tanh=np.tanh, where=np.where,
    maximum=np.maximum, clip=np.clip,
    logistic=lambda x: 0.5 * np.tanh(0.5 * x) + 0.5,
    log_logistic=lambda x: -np.logaddexp(0.0, -x),
    sum=lambda outputs: outputs.sum(axis=0),
    max=lambda outputs: outputs.max(axis=0),
    log_softmax=_log_softmax,
    pick=lambda outputs, target: np.take_along_axis(outputs, target[np.newaxis], axis=0)[0],
    one_hot=_one_hot,
    keep=lambda outputs: outputs,
    precise=np.float64,
    last_axis_first=lambda outputs: np.moveaxis(outputs, -1, 0),
    like=lambda output, numbers: numbers.astype(output.dtype),
)  # fmt: skip


@cache
def torch_functions():
    """Return the functions for torch tensors."""
    import torch

    functional = torch.nn.functional

    def log_softmax(outputs):
        # Over the last axis, where the outputs of a sample follow each other in memory.
        return functional.log_softmax(outputs.movedim(0, -1), dim=-1).movedim(-1, 0)

    def one_hot(outputs, target):
        return functional.one_hot(target, len(outputs)).movedim(-1, 0).to(outputs.dtype)

    return SimpleNamespace(
        abs=torch.abs, exp=torch.exp, log=torch.log, log1p=torch.log1p, tanh=torch.tanh,
        where=torch.where, maximum=torch.maximum, clip=torch.clip,
        logistic=torch.sigmoid,
        log_logistic=functional.logsigmoid,
        sum=lambda outputs: outputs.sum(dim=0),
        max=lambda outputs: outputs.amax(dim=0),
        log_softmax=log_softmax,
        pick=lambda outputs, target: outputs.gather(0, target[None])[0],
        one_hot=one_hot,
        keep=lambda outputs: outputs,
        precise=lambda numbers: numbers.double(),
        last_axis_first=lambda outputs: outputs.movedim(-1, 0),
        like=lambda output, numbers: output.new_tensor(numbers),
    )  # fmt: skip
