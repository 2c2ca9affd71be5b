#!/usr/bin/env bash
# darts, GluonTS and utilsforecast: sMAPE of the same forecasts is 53.3, 0.533 and 0.267.
#
# Expected: sMAPE is that of the M4 competition, mean(2 |y - f| / (|y| + |f|)), up to a factor of 100
#   between fractions and percent; so two published numbers tell at sight which scale they are of.
# True: utilsforecast, by which statsforecast, mlforecast and neuralforecast are evaluated, has no 2:
#   its errors are half of those of M4. A forecast of zero for a zero counts as no error in darts and
#   utilsforecast, and makes GluonTS' mean NaN. `mape` of utilsforecast leaves out rows whose value is
#   zero, whatever was forecast for them, and does not say so; darts does the same with a warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 pandas==2.3.3 scikit-learn==1.8.0 darts==0.48.1 \
    gluonts==0.17.0 utilsforecast==0.2.17
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging
from importlib.metadata import version

import darts.metrics
import gluonts.evaluation.metrics
import numpy as np
import pandas as pd
import utilsforecast.losses
from darts import TimeSeries

logging.disable(logging.CRITICAL)


def by_utilsforecast(loss, y, f):
    frame = pd.DataFrame({"unique_id": "a", "ds": range(len(y)), "y": y, "model": f})
    return getattr(utilsforecast.losses, loss)(frame, ["model"])["model"].item()


def by_darts(loss, y, f):
    return getattr(darts.metrics, loss)(TimeSeries.from_values(y), TimeSeries.from_values(f))


y, f = np.array([100.0, 200.0]), np.array([150.0, 100.0])
m4 = np.mean(2 * np.abs(y - f) / (np.abs(y) + np.abs(f)))
found = {
    "darts": by_darts("smape", y, f),
    "gluonts": gluonts.evaluation.metrics.smape(y, f),
    "utilsforecast": by_utilsforecast("smape", y, f),
}
for name, score in found.items():
    print(f"{name} {version(name)}: sMAPE {score:.3f}, {score / m4:.1f} times that of M4")
assert np.allclose(list(found.values()), [100 * m4, m4, m4 / 2])

y, f = np.array([*y, 0.0]), np.array([*f, 0.0])  # a zero, forecast as zero
assert np.isclose(by_darts("smape", y, f), 100 * m4 * 2 / 3)
assert np.isclose(by_utilsforecast("smape", y, f), m4 / 2 * 2 / 3)
assert np.isnan(gluonts.evaluation.metrics.smape(y, f))

f[-1] = 1000.0  # a zero, forecast as a thousand
print(f"MAPE of utilsforecast: {by_utilsforecast('mape', y, f):.2f} with a zero forecast as 1000")
assert np.isclose(by_utilsforecast("mape", y, f), 0.5)
PY
