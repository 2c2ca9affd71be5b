"""Taking measurements in turn, so that what disturbs the machine disturbs all alike."""

import time
from statistics import median

from workers import NotMeasuredError

REST = 0.05  # seconds, until the threads of the last worker have stopped waiting for more


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
        The numbers in the order of the turns.
    """
    if isinstance(turns, int):
        turns = dict.fromkeys(measurements, turns)
    values = {}
    for turn in range(max(turns.values(), default=0)):
        for label, measure in measurements.items():
            if label in failures or turn >= turns[label]:
                continue
            time.sleep(REST)
            try:
                values.setdefault(label, []).append(measure())
            except NotMeasuredError as error:
                failures[label] = str(error)
                values.pop(label, None)
    return values


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
