"""Tasks of many series in a file, and the command line of a contest that is played on them."""

import argparse
import json
from pathlib import Path

import numpy as np


def read_tasks(path, inside):
    """Read training parts and what follows them.

    Parameters
    ----------
    path : str
        File of a dictionary: for each task pairs of a training and a test part.
    inside : bool
        Whether the newest rows of the training parts take the place of the test parts.

    Yields
    ------
    name : str
        Of a task.
    trains, tests : list of ndarray
        Both parts of each series.
    """
    for name, series in json.loads(Path(path).read_text()).items():
        pairs = [(np.array(train), np.array(test)) for train, test in series]
        if inside:
            pairs = [(train[: -len(test)], train[-len(test) :]) for train, test in pairs]
        yield name, [train for train, _ in pairs], [test for _, test in pairs]


def read_results(paths):
    """Read what sides have played, from one or several files.

    Parameters
    ----------
    paths : list of str
        Files of a dictionary: for each task what each model has found.

    Returns
    -------
    found : dict of dict
        The same of all files, by task and model.
    models : list of str
        Their names, as they come.
    """
    found = {}
    for path in paths:
        for name, models in json.loads(Path(path).read_text()).items():
            found.setdefault(name, {}).update(models)
    return found, list(dict.fromkeys(model for models in found.values() for model in models))


def task_parser(contest, network, networks, example):
    """Return the parser of a contest that is played task by task within the training parts.

    Parameters
    ----------
    contest : str
        Name of its module.
    network : str
        The default among `networks`.
    networks : collection of str
        Kinds that can be asked for.
    example : str
        Name of a task.

    Returns
    -------
    parser : argparse.ArgumentParser
        Of folder, network and tasks; others may be added.
    """
    parser = argparse.ArgumentParser(prog=f"contest.{contest}")
    parser.add_argument("folder", type=Path, help="with the series")
    parser.add_argument("--network", choices=networks, default=network)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=f"such as {example!r}")
    return parser


def parse_tasks(parser, names):
    """Return what was asked for; options may stand between, and tasks must be among `names`."""
    asked = parser.parse_intermixed_args()
    unknown = set(asked.tasks) - set(names)
    if unknown:
        parser.error(f"TASK must be among {list(names)}, got {sorted(unknown)}")
    return asked


def command_line(description, write_series, play, table):
    """Do what the first argument says: ``series``, ``play`` or ``table``.

    Parameters
    ----------
    description : str
        Its first line is that of the help.
    write_series, play, table : callable
        Take the other arguments; the last two also, as their last one, whether ``--inside`` was
        given. `table` takes all files of results as one list.
    """
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    parser.add_argument("what", choices=["series", "play", "table"])
    parser.add_argument("arguments", nargs="+")
    parser.add_argument("--inside", action="store_true")
    options = parser.parse_args()
    if options.what == "series":
        write_series(*options.arguments)
    elif options.what == "play":
        play(*options.arguments, options.inside)
    else:
        table(options.arguments[0], options.arguments[1:], options.inside)
