"""The series: what statsmodels carries, and shares and indices where a folder has them."""

import argparse
import os
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels import datasets

from contest.task import Task, write_tasks

# file and column; examples/_data.py says where they come from
PRICES = {
    "share AAL": ("AAL_data.csv", "close"),
    "share AAPL": ("AAPL_data.csv", "close"),
    "fund AAXJ": ("aaxj.us.txt", "Close"),
    "Dow Jones": ("DJI_2001_2017.csv", "Close"),
}


def carried():
    """Return the series that come with statsmodels.

    Returns
    -------
    tasks : list of Task
        The tasks.
    """
    macro = datasets.macrodata.load_pandas().data
    co2 = datasets.co2.load_pandas().data["co2"].resample("MS").mean().ffill()
    elnino = datasets.elnino.load_pandas().data.drop(columns="YEAR").to_numpy().ravel()
    sunspots = datasets.sunspots.load_pandas().data["SUNACTIVITY"]
    nile = datasets.nile.load_pandas().data["volume"]
    return [
        Task("sunspots, years", sunspots.to_numpy(), 22, 11),
        Task("Nile, years", nile.to_numpy(), 10),
        Task("CO2, months", co2.to_numpy(), 24, 12),
        Task("El Nino, months", elnino[np.isfinite(elnino)], 24, 12),
        Task("unemployment, quarters", macro["unemp"].to_numpy(), 8),
        Task("inflation, quarters", macro["infl"].to_numpy(), 8),
    ]


def made_up():
    """Return series without any noise, which a network can learn to the end.

    Returns
    -------
    tasks : list of Task
        The tasks.
    """
    chaos = [0.3]
    for _ in range(599):
        chaos.append(3.9 * chaos[-1] * (1 - chaos[-1]))
    wave = np.sin(np.arange(600) / 9)
    return [Task("sine", wave, 20), Task("logistic map", np.array(chaos), 20)]


def of_folder(folder):
    """Return the series of prices.

    Parameters
    ----------
    folder : pathlib.Path
        Where the files are.

    Returns
    -------
    tasks : list of Task
        One for each file that is there.
    """
    tasks = []
    for name, (file, column) in PRICES.items():
        if (folder / file).exists():
            values = pd.read_csv(folder / file)[column].dropna()
            tasks.append(Task(name, values.to_numpy(float), 20))
        else:
            print(f"{folder / file} is not there: no '{name}' (examples/_data.py says whence)")
    return tasks


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    folder = Path(os.environ.get("SKLSTM_DATA", "."))
    write_tasks(carried() + of_folder(folder), parser.parse_args().out)
