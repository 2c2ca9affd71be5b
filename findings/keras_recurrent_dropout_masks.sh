#!/usr/bin/env bash
# Keras: recurrent_dropout of LSTM and GRU draws one mask for each gate.
#
# Expected: one mask of the hidden state for all gates, as in Keras 3.0 to 3.7 (and in torch code
#   written after Gal and Ghahramani, 2016, "tied weights").
# True: from 3.8 on every gate has a mask of its own (4 for LSTM, 3 for GRU), so a model trained with the
#   same rate before and after is regularised in another way.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 jax==0.10.2
count='
import sys
import numpy as np
import keras
state = np.ones((1, 64), dtype="float32")
for cell_class in (keras.layers.LSTMCell, keras.layers.GRUCell):
    cell = cell_class(64, recurrent_dropout=0.5, seed=0)
    cell.build((None, 2))
    masks = cell.get_recurrent_dropout_mask(state)
    masks = masks if isinstance(masks, (list, tuple)) else [masks]
    distinct = {np.asarray(mask).tobytes() for mask in masks}
    print("keras", keras.__version__, cell_class.__name__, "masks of the state:", len(distinct))
    gates = {"LSTMCell": 4, "GRUCell": 3}[cell_class.__name__]
    assert len(distinct) == (1 if sys.argv[1] == "shared" else gates)
'
for pair in 3.7.0:shared 3.8.0:per_gate 3.15.1:per_gate; do
    "$folder/venv/bin/pip" install -q "keras==${pair%%:*}"
    KERAS_BACKEND=jax KERAS_HOME="$folder" "$folder/venv/bin/python" -c "$count" "${pair##*:}"
done
