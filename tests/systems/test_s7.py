"""S7 and S8: War and Peace, character by character."""

import numpy as np
import pytest

from sklstm import GRULanguageModel, LSTMLanguageModel, RNNLanguageModel
from sklstm.language_models._corpus import Chunks

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def war_and_peace(data_folder):
    return (data_folder / "warpeace_input.txt").read_text(encoding="utf-8").lower()


@pytest.mark.parametrize(
    ("model", "n_parameters", "n_sequences"),
    [
        (RNNLanguageModel(hidden_size=800, num_layers=2, sequence_length=100), 2_012_857, 31_962),
        (LSTMLanguageModel(hidden_size=800, num_layers=2, sequence_length=160), 7_914_457, 19_976),
    ],
)
def test_published_numbers(model, n_parameters, n_sequences, war_and_peace):
    tokens, corpus = model._read(war_and_peace)
    assert (corpus.lengths[0], tokens.n_ids) == (3_196_213, 57)
    assert model._new_spec(tokens).n_parameters == n_parameters
    chunks = Chunks.of(corpus, model.sequence_length)
    assert (chunks.lengths == model.sequence_length).sum() == n_sequences


def test_a_small_model_learns_and_writes(war_and_peace):
    text, rest = war_and_peace[:200_000], war_and_peace[-20_000:]
    model = GRULanguageModel(
        hidden_size=64, batch_size=32, max_epochs=4, vocabulary=set(war_and_peace), random_state=0
    ).fit(text)
    score = model.score(rest)
    print(f"Loss {model.loss_curve_[-1]:.3f}, of text not seen {-score:.3f}")
    assert model.loss_curve_[-1] < 2.1
    assert -2.3 < score < -1.8
    written = model.sample(500, prompt="prince andrew ", temperature=0.7, random_state=0)
    words = set(war_and_peace.split())
    assert np.mean([word in words for word in written.split()]) > 0.4
