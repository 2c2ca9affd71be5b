"""Networks that no memory holds are refused by the names of their parameters, not by NumPy."""

import numpy as np
import pytest

from sklstm import GRURegressor, LSTMClassifier, LSTMLanguageModel
from sklstm.recurrence import NetworkSpec, within_memory
from sklstm.recurrence import _network_size as sizes

X = np.sin(np.arange(60) / 3).reshape(10, 6)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"hidden_size": 10**7}, r"hidden_size=10000000 and num_layers=1 .* 3e\+14 weights"),
        ({"hidden_size": 10**200}, r"1e\+300 weights"),
        ({"hidden_size": [10**7, 2]}, r"hidden_size=\[10000000, 2\] and num_layers=2"),
        ({"num_layers": 10**9}, "hidden_size=2 and num_layers=1000000000"),
        ({"num_layers": 10**25}, "num_layers=10000000000000000000000000"),
    ],
)
def test_networks_beyond_all_memory_are_refused(parameters, told):
    network = GRURegressor(**({"hidden_size": 2, "max_epochs": 1} | parameters))
    with pytest.raises(ValueError, match=f"{told}.*at least .* GiB of memory; this machine has"):
        network.fit(X, X[:, 0])
    assert not hasattr(network, "weights_")


def test_language_models_and_embeddings_are_looked_at():
    with pytest.raises(ValueError, match="hidden_size=10000000 and num_layers=1"):
        LSTMLanguageModel(10**7).fit(["to be or not to be, that is the question"])
    tokens = np.arange(1, 61).reshape(10, 6)
    with pytest.raises(ValueError, match=r"embedding_dim=1000000000000 for \d+ tokens"):
        LSTMClassifier(2, embedding_dim=10**12).fit(tokens, [0, 1] * 5)


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn", "mingru", "slstm"])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("hidden_size", [3, (4, 3, 2)])
def test_weights_are_counted_without_their_layers(cell, bidirectional, hidden_size):
    for options in ({}, {"embeds": True, "n_tokens": 7}, {"pooling": "concat"}):
        spec = NetworkSpec(
            cell, 5, hidden_size, n_outputs=2, num_layers=3, bidirectional=bidirectional, **options
        )
        assert sizes._n_weights(spec) == spec.n_parameters


def test_the_memory_of_the_machine_decides(monkeypatch):
    spec = NetworkSpec("gru", 1, 1000, 1)  # three million weights, 46 MiB
    monkeypatch.setattr(sizes, "_memory", lambda: 60 * 2**20)
    assert within_memory(spec) is spec
    monkeypatch.setattr(sizes, "_memory", lambda: 40 * 2**20)
    with pytest.raises(ValueError, match=r"a network of 3\.01e\+06 weights"):
        within_memory(spec)


def test_machines_that_do_not_tell_have_some_memory(monkeypatch):
    assert 2**28 < sizes._memory() < 2**50
    monkeypatch.delattr(sizes.os, "sysconf")
    assert sizes._memory() == 2**40
