#!/usr/bin/env bash
# holidays and pandas 3: `index.isin(holidays.US(years=2024))` is false on every holiday.
#
# Expected: the object is a mapping of dates, so isin marks the Fourth of July.
# True: its keys are datetime.date, and pandas 3 does not compare dates with timestamps: nothing
#   matches and nothing is said (pandas 2 matched, with a FutureWarning). Without `years` the mapping
#   is empty until it is asked for a day, so that isin matches nothing in pandas 2 either, nor does
#   Series.map of it before that. A column of holidays is then a column of zeros. `day in mapping` is
#   right everywhere, since it converts the day and fills the year.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
show='
import sys
import holidays
import pandas as pd
days = pd.date_range("2024-07-01", "2024-07-10")
found = {
    "isin, years given": days.isin(holidays.US(years=2024)).sum(),
    "isin, no years": days.isin(holidays.US()).sum(),
    "map, no years": days.to_series().map(holidays.US()).notna().sum(),
    "in": (lambda table: sum(day in table for day in days))(holidays.US()),
}
print("pandas", pd.__version__, "holidays", holidays.__version__, found)
assert list(found.values()) == [int(sys.argv[1]), 0, 0, 1]
'
for pair in 2.3.3:1 3.1.1:0; do
    "$folder/venv/bin/pip" install -q numpy==2.4.6 holidays==0.109 "pandas==${pair%%:*}"
    "$folder/venv/bin/python" -W ignore -c "$show" "${pair##*:}"
done
