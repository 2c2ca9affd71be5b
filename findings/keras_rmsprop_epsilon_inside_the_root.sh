#!/usr/bin/env bash
# RMSprop of Keras hardly moves where gradients are small, RMSprop of torch does.
#
# Expected: the step is rate * g / (sqrt(v) + epsilon), as in torch, and as in the Adam of both: then
#   the size of the step does not depend on the size of the gradients as long as they are well above
#   epsilon (1e-7).
# True: Keras divides by sqrt(v + epsilon). Gradients count as small below sqrt(epsilon) = 3e-4, not
#   below 1e-7: one of 1e-5 moves a weight some thirty times less than torch does with the same rho
#   and epsilon. Average losses over many targets and large windows make such gradients.
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
RATE, RHO, EPSILON, STEPS = 0.001, 0.9, 1e-7, 50


def by_keras(optimizer, gradient):
    weight = keras.Variable(np.zeros(1, dtype=np.float32))
    optimizer.build([weight])
    for _ in range(STEPS):
        optimizer.apply([keras.ops.convert_to_tensor(np.float32([gradient]))], [weight])
    return abs(float(keras.ops.convert_to_numpy(weight)[0]))


def by_torch(gradient):
    weight = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.RMSprop([weight], lr=RATE, alpha=RHO, eps=EPSILON)
    for _ in range(STEPS):
        weight.grad = torch.tensor([gradient])
        optimizer.step()
    return abs(float(weight.detach()[0]))


for gradient, least, most in ((1e-1, 0.99, 1.01), (1e-3, 1.0, 1.2), (1e-5, 20, 60)):
    mine = keras.optimizers.RMSprop(RATE, rho=RHO, epsilon=EPSILON)
    adam = keras.optimizers.Adam(RATE, epsilon=EPSILON)
    ratio = by_torch(gradient) / by_keras(mine, gradient)
    print(f"gradient {gradient:.0e}: torch's RMSprop moves {ratio:.2f} times as far as Keras'")
    assert least < ratio < most
    assert by_keras(adam, gradient) > 0.9 * STEPS * RATE  # Adam of Keras moves all the same
PY
