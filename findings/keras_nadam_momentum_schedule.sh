#!/usr/bin/env bash
# Nadam of Keras and NAdam of torch are two optimisers with the same published name and defaults.
#
# Expected: with learning rate, betas and epsilon equal, both take the same steps (Dozat, 2016).
# True: the momentum is warmed up by beta_1 (1 - 0.5 * 0.96 ** (t * d)). Keras has d = 1 and no
#   parameter for it; torch has momentum_decay = d = 0.004. So Keras reaches its full momentum 250
#   times sooner: within 100 steps in place of 25,000. With momentum_decay=1 torch repeats Keras.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 torch==2.13.0 keras==3.15.1
KERAS_BACKEND=torch KERAS_HOME="$folder" "$folder/venv/bin/python" - <<'PY'
import keras
import numpy as np
import torch

print("keras", keras.__version__, "torch", torch.__version__.partition("+")[0])
START, STEPS, RATE, EPSILON = [3.0, -2.0, 0.5], 60, 0.01, 1e-7
curvature = np.array([1.0, 4.0, 0.25], dtype=np.float32)


def by_keras():
    weight = keras.Variable(np.array(START, dtype=np.float32))
    optimizer = keras.optimizers.Nadam(RATE, beta_1=0.9, beta_2=0.999, epsilon=EPSILON)
    optimizer.build([weight])
    for _ in range(STEPS):
        gradient = curvature * keras.ops.convert_to_numpy(weight)
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return keras.ops.convert_to_numpy(weight)


def by_torch(momentum_decay):
    weight = torch.tensor(START, requires_grad=True)
    optimizer = torch.optim.NAdam(
        [weight], lr=RATE, betas=(0.9, 0.999), eps=EPSILON, momentum_decay=momentum_decay
    )
    for _ in range(STEPS):
        weight.grad = torch.tensor(curvature) * weight.detach()
        optimizer.step()
    return weight.detach().numpy()


found, same_schedule, default = by_keras(), by_torch(1.0), by_torch(0.004)
print("Keras                     ", found)
print("torch, momentum_decay=1   ", same_schedule)
print("torch, momentum_decay=.004", default)
assert np.allclose(found, same_schedule, atol=1e-5)
assert np.abs(found - default).max() > 0.01
PY
