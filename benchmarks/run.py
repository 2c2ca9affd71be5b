"""Measure sklstm and its peers side by side: ``python benchmarks/run.py``."""

import argparse
import json
import subprocess
import time
from pathlib import Path

from bench import QUICK, THOROUGH, Bench
from environments import OWN, Environments
from machine import describe_machine
from parts import PARTS
from report import failures_text, machine_text
from roster import ENVIRONMENTS


def main():
    """Prepare, measure, print and write."""
    arguments = _arguments()
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    environments = Environments(out / "envs")
    environments.prepare(ENVIRONMENTS)
    bench = Bench(environments, out / "logs", QUICK if arguments.quick else THOROUGH)
    results = {"machine": describe_machine(), "quick": arguments.quick, "parts": {}, "seconds": {}}
    texts = []
    try:
        for name in arguments.only:
            texts.append(_run_part(name, bench, results))
            results["versions"] = bench.versions()
            results["not_measured"] = {key: value for key, value in bench.failures.items() if value}
            _write(out, results, texts)
    finally:
        bench.stop()
    print(failures_text(results["not_measured"]))
    _plot(environments, out)
    print(f"results are in {arguments.out}")


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    folder = Path(__file__).resolve().parent.parent / "build" / "benchmarks"
    parser.add_argument("--out", type=Path, default=folder, help="folder of all that is made")
    parser.add_argument(
        "--only",
        type=_part_names,
        default=list(PARTS),
        help=f"parts, separated by commas: {','.join(PARTS)}",
    )
    parser.add_argument("--quick", action="store_true", help="small sizes and two turns")
    return parser.parse_args()


def _part_names(text):
    names = text.split(",")
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(unknown)}")
    return names


def _run_part(name, bench, results):
    print(f"{name} ...", flush=True)
    start = time.perf_counter()
    found = PARTS[name].measure(bench)
    results["parts"][name] = found
    results["seconds"][name] = round(time.perf_counter() - start, 1)
    text = "\n".join(table.markdown() for table in PARTS[name].tables(found))
    print(text, flush=True)
    return text


def _write(out, results, texts):
    """Write what there is so far, so that a broken run leaves something behind."""
    (out / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    quick = "Measured with --quick: too short to be quoted.\n" if results["quick"] else ""
    head = ["# Measurements", machine_text(results["machine"], results["versions"])]
    parts = [*head, *filter(None, [quick]), *texts, failures_text(results["not_measured"])]
    (out / "table.md").write_text("\n".join(parts), encoding="utf-8")


def _plot(environments, out):
    script = Path(__file__).with_name("plot.py").resolve()
    command = [environments.python(OWN), script, out / "results.json", out / "performance.png"]
    process = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if process.returncode:
        print("no picture:", (process.stderr.strip() or "unknown reason").splitlines()[-1])


if __name__ == "__main__":
    main()
