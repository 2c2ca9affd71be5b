#!/usr/bin/env bash
# Keras' TextVectorization numbers words of equal count in reverse alphabetical order.
#
# Expected: by first appearance, as in Keras' former Tokenizer and collections.Counter, or in
#   alphabetical order, as in scikit-learn's CountVectorizer.
# True: reverse alphabetical. With max_tokens this decides which words are known at all: of many words
#   seen once those late in the alphabet are kept.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q keras==3.15.1 tensorflow-cpu==2.21.0
KERAS_BACKEND=tensorflow KERAS_HOME="$folder" TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 \
    "$folder/venv/bin/python" - <<'PY'
import keras
import tensorflow as tf

print("keras", keras.__version__, "tensorflow", tf.__version__)
texts = ["pear apple fig", "pear cherry banana"]


def words(**options):
    layer = keras.layers.TextVectorization(**options)
    layer.adapt(texts)
    return [str(word) for word in layer.get_vocabulary()]


print("all words:   ", words())
print("max_tokens=5:", words(max_tokens=5))
assert words() == ["", "[UNK]", "pear", "fig", "cherry", "banana", "apple"]
assert words(max_tokens=5) == ["", "[UNK]", "pear", "fig", "cherry"]
PY
