"""Read the public data that the examples take with ``--full``; no script of the gallery itself.

Nothing is downloaded. Each function takes the folder with the files (None: the one that the
environment variable SKLSTM_DATA names), and says of a file that is not there what it is and where
it comes from.
"""

import os
from pathlib import Path

import pandas as pd

SHARES = "https://www.kaggle.com/datasets/camnugent/sandp500"
FUNDS = "https://www.kaggle.com/datasets/borismarjanovic/price-volume-data-for-all-us-stocks-etfs"
REVIEWS = "https://ai.stanford.edu/~amaas/data/sentiment/"
ONE_SHARE = f"Five years of daily prices of one share, from 'S&P 500 stock data': {SHARES}"
REVIEW_TABLE = (
    f"The 'Large Movie Review Dataset', {REVIEWS}, as a table with a row for each review and the "
    "columns split, sentiment, rating, id, text"
)
SOURCES = {
    "AAL_data.csv": ONE_SHARE,
    "AAPL_data.csv": ONE_SHARE,
    "MSFT_data.csv": ONE_SHARE,
    "all_stocks_5yr.csv.gz": f"Five years of daily prices of 505 shares, compressed: {SHARES}",
    "DJI_2001_2017.csv": (
        "The Dow Jones Industrial Average day by day, 2001-01-02 to the end of 2017: the history "
        "of ^DJI at Yahoo Finance as a table"
    ),
    "aaxj.us.txt": f"Daily prices of the fund AAXJ, from 'Huge Stock Market Dataset': {FUNDS}",
    "AAPL_1980_2019.csv": (
        "Daily prices of AAPL, 1980-12-12 to 2019: the history of AAPL at Yahoo Finance as a table"
    ),
    "warpeace_input.txt": (
        "War and Peace as one text file: "
        "https://cs.stanford.edu/people/karpathy/char-rnn/warpeace_input.txt"
    ),
    "imdb_train.csv.gz": REVIEW_TABLE,
    "imdb_test.csv.gz": REVIEW_TABLE,
}


def find(folder, name):
    """Return the path of a file, or stop the script with a word about the one that is missing."""
    folder = folder or os.environ.get("SKLSTM_DATA")
    if not folder:
        raise SystemExit(
            f"The published data is needed, here {name}. Name the folder that holds it: "
            f"--data FOLDER, or SKLSTM_DATA=FOLDER in the environment.\n{name}: {SOURCES[name]}"
        )
    path = Path(folder) / name
    if not path.is_file():
        raise SystemExit(f"{path} is not there.\n{name}: {SOURCES[name]}")
    return path


def read_prices(folder, name, dates="Date"):
    """Read daily prices: the dates as index, oldest first, names of columns in lower case.

    Rows without any price (one day of AAPL_1980_2019.csv says "null") are left out.
    """
    table = pd.read_csv(find(folder, name), index_col=dates, parse_dates=True, na_values="null")
    table = table.rename(columns=str.lower).sort_index()
    return table.dropna(how="all", subset=["open", "high", "low", "close"])


def read_share(folder, name):
    """Read five years of daily prices of one share: "AAL", "AAPL" or "MSFT"."""
    return read_prices(folder, f"{name}_data.csv", dates="date").drop(columns="name")


def read_all_shares(folder):
    """Read closing prices of 505 shares, five years: a frame with a row for each share and day."""
    columns = ["date", "close", "Name"]
    path = find(folder, "all_stocks_5yr.csv.gz")
    table = pd.read_csv(path, usecols=columns, parse_dates=["date"])
    table = table.rename(columns={"Name": "share"}).set_index(["share", "date"])
    return table.dropna()


def read_dow(folder):
    """Read the Dow Jones Industrial Average, 4276 days."""
    return read_prices(folder, "DJI_2001_2017.csv")


def read_fund(folder):
    """Read the prices of the fund AAXJ, 2325 days."""
    return read_prices(folder, "aaxj.us.txt")


def read_apple_since_1980(folder):
    """Read the prices of AAPL since its first day, 9626 days."""
    return read_prices(folder, "AAPL_1980_2019.csv")


def read_war_and_peace(folder):
    """Read the novel in lower case: 3,196,213 characters, 57 of them distinct."""
    return find(folder, "warpeace_input.txt").read_text(encoding="utf-8").lower()


def read_reviews(folder, part):
    """Read the film reviews of one part, "train" or "test": their texts and whether they praise."""
    table = pd.read_csv(find(folder, f"imdb_{part}.csv.gz"))
    return table["text"], table["sentiment"]
