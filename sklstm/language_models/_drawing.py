"""Drawing tokens from a network, one after the other."""

import numpy as np

from ._reading import refuse_infinity


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
