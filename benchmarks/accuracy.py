"""How good are the defaults, on real series? ``python benchmarks/accuracy.py``

sklstm with its defaults, searched, and darts, neuralforecast and aeon with the same windows and
as many epochs; persistence, the season before and a linear model stand beside them all. With
``--several-steps`` competition series and long ones are forecast many steps ahead. It makes an
environment for each side. SKLSTM_DATA may name the folder with prices; without it the series that
statsmodels carries are forecast alone.
"""

import argparse
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from contest.table import read_games, tables
from environments import OWN, Environments

FOLDER = Path(__file__).resolve().parent
SIDES = {
    "own": OWN,
    "darts_models": "darts",
    "neuralforecast_models": "neuralforecast",
    "aeon_models": "aeon",
}
STATISTICS = "statsforecast"  # the environment that reads competitions, too
# Environments, and the sides that play in them.
SEVERAL_STEPS = [OWN, STATISTICS, "mlforecast", "neuralforecast", "darts"]


def main():
    """Prepare, let every side forecast, and print the tables."""
    arguments = _arguments()
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    environments = Environments(out / "envs")
    wanted = [OWN] if arguments.choose else SIDES.values()
    environments.prepare(SEVERAL_STEPS if arguments.several_steps else wanted)
    if OWN in environments.failures:
        raise SystemExit(environments.failures[OWN])
    tasks = out / "series.json"
    if arguments.several_steps:
        _several_steps(environments, out)
        return
    _run([environments.python(OWN), "-m", "contest.series", tasks])
    if arguments.choose:
        command = [environments.python(OWN), "-m", "contest.choose", tasks]
        _run([*command, "--seeds", arguments.seeds])
        return
    commands = {}
    for side, environment in SIDES.items():
        if environment not in environments.failures:
            results = out / f"{side}.jsonl"
            python = environments.python(environment)
            commands[side] = [python, "-m", "contest.play", side, tasks, results]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for side, command in commands.items():
            pool.submit(_play, side, [*command, "--seeds", arguments.seeds], out)
        digits = [environments.python(OWN), "-m", "contest.digits", out / "digits.md"]
        pool.submit(_play, "digits", [*digits, "--seeds", arguments.seeds], out)
    _report(out, environments.failures)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    folder = FOLDER.parent / "build" / "accuracy"
    parser.add_argument("--out", type=Path, default=folder, help="folder of all that is made")
    parser.add_argument("--seeds", type=int, default=3, help="fits of each model (default: 3)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count(), help="sides at once (default: one a core)"
    )
    parser.add_argument(
        "--choose", action="store_true", help="compare other defaults on the training parts alone"
    )
    parser.add_argument(
        "--several-steps",
        action="store_true",
        help="play competition series and long ones many steps ahead",
    )
    return parser.parse_args()


def _several_steps(environments, out):
    """Let every side forecast the series in one go, and print the table."""
    tasks = out / "steps.json"
    if STATISTICS in environments.failures:
        raise SystemExit(environments.failures[STATISTICS])
    module = ["-m", "contest.several_steps"]
    folder = os.environ.get("SKLSTM_DATA", ".")
    _run([environments.python(STATISTICS), *module, "series", folder, tasks])
    results = []
    for environment in SEVERAL_STEPS:
        if environment in environments.failures:
            print(f"{environment}: {environments.failures[environment]}")
            continue
        side = "own" if environment == OWN else environment
        results.append(out / f"steps_{side}.json")
        _run([environments.python(environment), *module, "play", side, tasks, results[-1]])
    _run([environments.python(OWN), *module, "table", tasks, *results])


def _play(side, command, out):
    """Let one side play; what it prints goes to a file of its own."""
    print(f"{side} ...", flush=True)
    with (out / f"{side}.log").open("w") as log:
        code = _run(command, check=False, stdout=log, stderr=subprocess.STDOUT).returncode
    print(f"{side}: {'done' if code == 0 else f'ended with {code}, see {side}.log'}", flush=True)


def _run(command, *, check=True, **options):
    return subprocess.run([str(part) for part in command], cwd=FOLDER, check=check, **options)


def _report(out, failures):
    """Write the tables, and below them what could not be played."""
    ratios, errors, seconds = read_games(out / f"{side}.jsonl" for side in SIDES)
    parts = [f"## {kind}\n\n{table}" for kind, table in tables(ratios).items()]
    parts.append((out / "digits.md").read_text().strip())
    parts += [f"{name}: {reason}" for name, reason in failures.items()]
    parts += [f"{' '.join(game)}: {reason}" for game, reason in errors.items()]
    times = (f"{kind} {model}: {value:.0f} s" for (kind, model), value in seconds.items() if value)
    parts.append("Seconds for all series, one seed each: " + "; ".join(times))
    (out / "tables.md").write_text("\n\n".join(parts) + "\n")
    print((out / "tables.md").read_text())


if __name__ == "__main__":
    main()
