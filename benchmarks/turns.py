"""Taking measurements in turn, so that what disturbs the machine disturbs all alike."""

import time
from statistics import median

from workers import NotMeasuredError

REST = 0.05  # seconds, until the threads of the last worker have stopped waiting for more
TRIES = 3  # for a measurement that cannot be: a difference of two runs below zero
BUSY = 1.5  # times the smallest value: turns that differ by more say that the machine was busy


def in_turn(measurements, turns, failures):
    """Call functions A, B, C, A, B, C, ... and return what each measured.

    Parameters
    ----------
    measurements : dict of str to callable
        Functions without arguments that return a number.
    turns : int or dict of str to int
        How many times each is called.
    failures : dict of str to str
        Receives the reason for each that fails; it is not called again.

    Returns
    -------
    values : dict of str to list of float
        The numbers in the order of the turns. Those that are not positive, as differences of two
        runs may be beside other work, are measured again, and refused in the end.
    """
    if isinstance(turns, int):
        turns = dict.fromkeys(measurements, turns)
    values = {}
    for turn in range(max(turns.values(), default=0)):
        for label, measure in measurements.items():
            if label in failures or turn >= turns[label]:
                continue
            try:
                values.setdefault(label, []).append(_positive(measure))
            except NotMeasuredError as error:
                failures[label] = str(error)
                values.pop(label, None)
    return values


def _positive(measure):
    for _ in range(TRIES):
        time.sleep(REST)
        value = measure()
        if value > 0:
            return value
    raise NotMeasuredError(
        f"{TRIES} times not above zero, such as {value:.3g}: other work takes the machine"
    )


def restless(values):
    """Return by how much the turns of each measurement differ, where that is a lot.

    Parameters
    ----------
    values : dict of str to list of float
        What was measured.

    Returns
    -------
    ratios : dict of str to float
        The largest over the smallest, of those beyond 1.5: the machine did something else, or
        threads of a library waited for each other.
    """
    ratios = {label: max(numbers) / min(numbers) for label, numbers in values.items()}
    return {label: ratio for label, ratio in ratios.items() if ratio > BUSY}


def medians(values):
    """Return the median of each list.

    Parameters
    ----------
    values : dict of str to list of float
        What was measured.

    Returns
    -------
    medians : dict of str to float
        One number each.
    """
    return {label: median(numbers) for label, numbers in values.items()}
