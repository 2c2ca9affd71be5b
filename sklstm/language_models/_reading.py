"""What a trained network makes of texts: it reads them, and writes its own."""

from dataclasses import dataclass

import numpy as np

_LANES = 64  # pieces that are read side by side
_STEPS = 128  # that are read at once, unless outputs are many
_OUTPUT_VALUES = 1 << 21  # outputs that are kept at a time
_LONG = 4  # times the warm-up: pieces of a text are no shorter


@dataclass(frozen=True)
class Pieces:
    """Parts of texts that are read side by side.

    Parameters
    ----------
    texts : ndarray of shape (n_pieces,), int64
        Text of each piece.
    starts : ndarray of shape (n_pieces,), int64
        The first token that is read.
    lengths : ndarray of shape (n_pieces,), int64
        Number of tokens that are read.
    n_skipped : ndarray of shape (n_pieces,), int64
        After so many of them the output is not looked at: they only bring the state in tune with
        the text.
    """

    texts: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray
    n_skipped: np.ndarray

    @classmethod
    def of(cls, corpus, warm_up):
        """Cut the texts of a corpus that are long.

        Parameters
        ----------
        corpus : Corpus
            The texts.
        warm_up : int
            So many tokens are read before the first one of a piece that counts, the first piece
            of a text excepted.

        Returns
        -------
        pieces : Pieces
            How a text is cut depends on its own length alone.
        """
        n_targets = corpus.n_targets
        n_pieces = np.clip(n_targets // (_LONG * warm_up), 1, _LANES)
        text = np.repeat(np.arange(len(n_pieces)), n_pieces)
        place = np.arange(len(text)) - np.repeat(np.cumsum(n_pieces) - n_pieces, n_pieces)
        first = place * n_targets[text] // n_pieces[text]
        end = (place + 1) * n_targets[text] // n_pieces[text]
        read_from = np.maximum(first - warm_up, 0)
        return cls(text, corpus.starts[text] + read_from, end - read_from, first - read_from)


def block_shape(n_sequences, n_outputs):
    """Return how many sequences are read side by side, and how many steps at once.

    Parameters
    ----------
    n_sequences : int
        How many there are.
    n_outputs : int
        Outputs of the network after each step.

    Returns
    -------
    n_lanes, n_steps : int
        Outputs of so many sequences and steps fit into memory with ease.
    """
    n_lanes = min(n_sequences, _LANES)
    return n_lanes, int(np.clip(_OUTPUT_VALUES // (_LANES * n_outputs), 1, _STEPS))


def log_likelihoods(network, corpus, pieces, n_lanes, n_steps):
    """Return the log-likelihood of each text, given its first token.

    Parameters
    ----------
    network : CarriedNetwork
        It takes `n_lanes` sequences and `n_steps` steps at a time.
    corpus : Corpus
        The texts.
    pieces : Pieces
        How they are cut.
    n_lanes, n_steps : int
        Pieces side by side, and steps at once.

    Returns
    -------
    log_likelihoods : ndarray of shape (n_texts,)
        Natural logarithms, summed over the targets of each text.

    Raises
    ------
    ValueError
        If the network gives numbers that are not finite.
    """
    sums = np.zeros(len(pieces.texts))
    order = np.argsort(-pieces.lengths, kind="stable")  # so that those that end last stand first
    for first in range(0, len(order), n_lanes):
        group = order[first : first + n_lanes]
        network.restart()
        for begin in range(0, int(pieces.lengths[group[0]]), n_steps):
            lanes = group[pieces.lengths[group] > begin]
            sums[lanes] += _of_block(network, corpus.ids, pieces, lanes, begin, n_steps)
    return np.bincount(pieces.texts, sums, len(corpus.lengths))


def _of_block(network, ids, pieces, lanes, begin, n_steps):
    """Read some steps of the pieces in the lanes; return the sum for each of them."""
    lengths, skipped = pieces.lengths[lanes, np.newaxis], pieces.n_skipped[lanes, np.newaxis]
    step = np.arange(begin, min(begin + n_steps, int(lengths[0, 0])))
    rows = pieces.starts[lanes, np.newaxis] + np.minimum(step, lengths - 1)
    each = _log_probability(network.read(ids[rows]), ids[rows + 1])
    each[(step < skipped) | (step >= lengths)] = 0.0
    # One after the other, so that no bit depends on how far the other lanes run.
    return np.cumsum(each, axis=1)[:, -1]


def _log_probability(outputs, ids):
    """Return the log-probability of ids of shape (n, n_steps), one more axis in the outputs."""
    refuse_infinity(outputs)
    outputs = outputs.astype(np.float64)
    outputs -= outputs.max(axis=-1, keepdims=True)
    own = np.take_along_axis(outputs, ids[..., np.newaxis], axis=-1)[..., 0]
    return own - np.log(np.exp(outputs, out=outputs).sum(axis=-1))


def refuse_infinity(outputs):
    """Raise a ValueError if outputs are not finite."""
    if not np.isfinite(outputs).all():
        raise ValueError(
            "In this text the state of the network grows beyond all numbers, so that there are no "
            "probabilities. activation='tanh' keeps it bounded; with 'relu' try stateful=True, a "
            "longer sequence_length or a smaller learning_rate."
        )


def draw(logits, uniform, temperature=1.0, top_k=None):
    """Draw an id.

    Parameters
    ----------
    logits : ndarray of shape (n_ids,)
        Logarithms of what the probabilities are proportional to; minus infinity for never.
    uniform : float in [0, 1)
        What to draw by.
    temperature : float, default=1.0
        What logits are divided by.
    top_k : int, default=None
        So many of the most probable ids come into question; of equal ones the lowest.

    Returns
    -------
    number : int
        The id.

    References
    ----------
    D. H. Ackley, G. E. Hinton and T. J. Sejnowski, "A learning algorithm for Boltzmann machines",
    Cognitive Science 9(1), 1985: the temperature.
    """
    kept = np.arange(len(logits))
    if top_k is not None:
        kept = np.sort(np.argsort(-logits, kind="stable")[:top_k])
    logits = logits[kept].astype(np.float64)
    with np.errstate(over="ignore"):  # a temperature close to zero: all but the largest never
        bounds = np.cumsum(np.exp((logits - logits.max()) / temperature))
    place = np.searchsorted(bounds, uniform * bounds[-1], side="right")
    return int(kept[min(place, np.searchsorted(bounds, bounds[-1]))])


def write(network, n_steps, prompt, first_logits, uniform, temperature, top_k):
    """Draw ids one after the other, each after all before it.

    Parameters
    ----------
    network : CarriedNetwork
        It has read nothing yet, and takes one sequence.
    n_steps : int
        Number of steps that it takes at a time.
    prompt : ndarray of int
        Ids to be read before; perhaps none.
    first_logits : ndarray of shape (n_ids,)
        What to draw the first id by if there is no prompt. Ids beyond these are never drawn.
    uniform : ndarray of shape (n,)
        What to draw by, a number for each id.
    temperature, top_k : float, int or None
        As for `draw`.

    Returns
    -------
    ids : list of int
        As many as there are numbers.
    """
    logits, ids = first_logits, []
    for first in range(0, len(prompt), n_steps):
        logits = _read(network, prompt[first : first + n_steps])
    for number in uniform:
        if ids:
            logits = _read(network, ids[-1:])
        ids.append(draw(logits[: len(first_logits)], number, temperature, top_k))
    return ids


def _read(network, ids):
    """Return the output after the last of some ids."""
    outputs = network.read(np.array([ids], dtype=np.int64))[0, -1]
    refuse_infinity(outputs)
    return outputs


def joined(prompt, tokens, level):
    """Return a prompt and the tokens behind it as one text; words are joined by blanks."""
    if level == "char":
        return prompt + "".join(tokens)
    gap = " " if prompt and not prompt[-1].isspace() else ""
    return prompt + gap + " ".join(tokens)
