"""Drawing tokens, and how often each is drawn."""

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import chisquare

from sklstm.language_models._reading import draw, write

LOGITS = np.array([1.0, -1.0, 0.5, 2.0, 0.5])
UNIFORM = np.random.RandomState(0).random_sample(20_000)


def counts(**options):
    drawn = [draw(LOGITS, number, **options) for number in UNIFORM]
    return np.bincount(drawn, minlength=len(LOGITS))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_frequencies_are_those_of_the_softmax(temperature):
    expected = softmax(LOGITS / temperature) * len(UNIFORM)
    assert chisquare(counts(temperature=temperature), expected).pvalue > 0.01


@pytest.mark.parametrize("top_k", [2, 3, 4, 9])
def test_frequencies_of_the_most_probable(top_k):
    kept = [3, 0, 2, 4, 1][:top_k]  # of two equal ones the lower id
    expected = np.zeros(len(LOGITS))
    expected[kept] = softmax(LOGITS[kept]) * len(UNIFORM)
    found = counts(top_k=top_k)
    assert (found[expected == 0] == 0).all()
    assert chisquare(found[kept], expected[kept]).pvalue > 0.01


def test_the_most_probable_alone():
    assert counts(top_k=1).tolist() == [0, 0, 0, len(UNIFORM), 0]


@pytest.mark.parametrize("temperature", [1e-300, 1e-3])
@pytest.mark.parametrize("uniform", [0.0, 0.5, 1 - 2**-53])
def test_close_to_zero_the_largest_is_taken(uniform, temperature):
    assert draw(LOGITS, uniform, temperature) == 3
    assert draw(LOGITS.astype(np.float32), uniform, temperature) == 3


@pytest.mark.parametrize("uniform", [0.0, 0.3, 1 - 2**-53])
def test_what_has_no_probability_is_never_drawn(uniform):
    logits = np.array([-np.inf, 0.0, -np.inf, 0.0, -np.inf, -800.0])
    assert draw(logits, uniform) in (1, 3)


def test_a_great_temperature_makes_all_equal():
    drawn = [draw(LOGITS, number, 1e12) for number in UNIFORM]
    assert chisquare(np.bincount(drawn)).pvalue > 0.01


class Counter:
    """A network of three tokens after which the next one is sure, and that notes what it reads."""

    def __init__(self):
        self.read_ids = []

    def read(self, ids):
        self.read_ids.append(ids.tolist())
        return np.where(np.arange(4) == (ids[..., np.newaxis] + 1) % 3, 50.0, -50.0)


def test_each_token_is_read_once():
    network = Counter()
    prompt = np.array([2, 0, 1, 2], np.int32)
    ids = write(network, 3, prompt, np.zeros(3), np.full(5, 0.5), 1.0, None)
    assert ids == [0, 1, 2, 0, 1]
    assert network.read_ids == [[[2, 0, 1]], [[2]], [[0]], [[1]], [[2]], [[0]]]


def test_without_a_prompt_the_first_token_is_drawn_from_what_is_given():
    network = Counter()
    first = np.array([-np.inf, -np.inf, 0.0])
    assert write(network, 1, [], first, np.full(3, 0.5), 1.0, None) == [2, 0, 1]
    assert network.read_ids == [[[2]], [[0]]]


def test_outputs_beyond_the_tokens_are_never_drawn():
    network = Counter()
    network.read = lambda ids: np.tile([0.0, 0.0, 9.0], (*ids.shape, 1))
    ids = write(network, 1, [0], np.zeros(2), UNIFORM[:200], 1.0, None)
    assert set(ids) == {0, 1}


def test_numbers_that_are_not_finite_end_it():
    network = Counter()
    network.read = lambda ids: np.full((*ids.shape, 3), np.nan)
    with pytest.raises(ValueError, match="beyond all numbers"):
        write(network, 1, [0], np.zeros(3), UNIFORM[:2], 1.0, None)
