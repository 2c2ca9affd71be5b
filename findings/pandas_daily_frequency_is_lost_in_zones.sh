#!/usr/bin/env bash
# pandas 3: a daily index with a time zone has no frequency after tz_convert, not even to its own zone.
#
# Expected: tz_convert changes how instants are shown, not the instants, so the distance between them
#   stays, as in pandas 2; and converting UTC to UTC changes nothing at all.
# True: Day has become a calendar day, of 23 to 25 hours in zones with summer time, and is dropped by
#   every tz_convert, that from UTC to UTC included. "24h" is kept. Who forecasts from such an index
#   by its frequency has to ask infer_freq, which answers "D" where it can.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
show='
import sys
import warnings
import pandas as pd
print("pandas", pd.__version__)
days = pd.date_range("2024-01-01", periods=5, freq="D", tz="UTC")
hours = pd.date_range("2024-01-01", periods=5, freq="24h", tz="UTC")
for zone in ("UTC", "Asia/Tokyo", "Europe/Berlin"):
    converted = days.tz_convert(zone)
    print(f"  D to {zone}: {converted.freq}; 24h: {hours.tz_convert(zone).freq}")
    assert (converted.freq is None) == (sys.argv[1] == "lost")
    assert hours.tz_convert(zone).freq is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the answer becomes an object in pandas 4
        assert pd.infer_freq(converted) == "D"
'
for pair in 2.3.3:kept 3.1.1:lost; do
    "$folder/venv/bin/pip" install -q numpy==2.4.6 tzdata==2026.1 "pandas==${pair%%:*}"
    "$folder/venv/bin/python" -c "$show" "${pair##*:}"
done
