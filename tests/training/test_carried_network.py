import numpy as np
import pytest

from sklstm.recurrence import NetworkSpec, initial_weights, network_output
from sklstm.training import CarriedNetwork

KINDS = [
    {"cell": "lstm", "num_layers": 2},
    {"cell": "gru"},
    {"cell": "rnn", "activation": "relu"},
    {"cell": "lstm", "peephole": True},
]


def network(embeds=True, **kind):
    spec = NetworkSpec(
        n_features=5 if embeds else 7, hidden_size=6, n_outputs=7, every_step=True, n_tokens=7,
        embeds=embeds, **kind
    )  # fmt: skip
    return spec, initial_weights(spec, 3, np.float64)


def whole(spec, weights, ids):
    def gather(samples):
        return ids[samples, :, np.newaxis], np.full(len(ids[samples]), ids.shape[1])

    lengths = np.full(len(ids), ids.shape[1])
    return network_output(spec, weights, gather, lengths).reshape(*ids.shape, -1)


@pytest.mark.parametrize("kind", KINDS, ids=["lstm", "gru", "relu", "peephole"])
@pytest.mark.parametrize("embeds", [False, True])
@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_pieces_give_what_the_whole_gives(kind, embeds, engine):
    spec, weights = network(embeds, **kind)
    ids = np.random.default_rng(0).integers(0, 7, (19, 23))
    carried = CarriedNetwork(spec, weights, 19, n_steps=10, engine=engine)
    expected = whole(spec, weights, ids)
    for _ in range(2):
        found = [carried.read(piece) for piece in np.split(ids, [10, 11, 18], axis=1)]
        np.testing.assert_allclose(np.concatenate(found, axis=1), expected, rtol=1e-9, atol=1e-12)
        carried.restart()


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_fewer_sequences_go_on(engine):
    spec, weights = network(cell="gru")
    ids = np.random.default_rng(0).integers(0, 7, (19, 8))
    carried = CarriedNetwork(spec, weights, 19, n_steps=4, engine=engine)
    carried.read(ids[:, :4])
    found = carried.read(ids[:3, 4:])
    expected = whole(spec, weights, ids)[:3, 4:]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_tokens_beyond_the_network_do_not_reach_compiled_code():
    spec, weights = network(cell="gru")
    carried = CarriedNetwork(spec, weights, 2, n_steps=4)
    for wrong in (-1, 7):
        with pytest.raises(ValueError, match=r"tokens lie in \[0, 7\)"):
            carried.read(np.full((2, 3), wrong))


def test_states_of_networks_that_read_backwards_are_not_carried():
    spec, weights = network(cell="gru", bidirectional=True)
    with pytest.raises(ValueError, match="forward"):
        CarriedNetwork(spec, weights, 2, n_steps=4).read(np.zeros((2, 3), dtype=int))
