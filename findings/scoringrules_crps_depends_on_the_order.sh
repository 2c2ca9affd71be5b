#!/usr/bin/env bash
# scoringrules: two estimators of the CRPS of an ensemble depend on the order of its members.
#
# Expected: members of an ensemble are exchangeable, so `crps_ensemble` and `energy_score` do not
#   change when the draws are sorted, whatever `estimator` is.
# True: "akr" replaces the mean distance of all pairs by that of neighbours in the array. For
#   independent draws that is unbiased; of sorted ones (quantiles, or draws that were sorted for them)
#   the neighbours are close, the spread counts as next to nothing, and the score is nearly the mean
#   absolute error. "akr_circperm" is far off as well, to the other side.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 scoringrules==0.10.0
"$folder/venv/bin/python" -W ignore - <<'PY'
import numpy as np
import scoringrules

print("scoringrules", scoringrules.__version__)
rng = np.random.default_rng(0)
truth, draws = rng.normal(size=2000), rng.normal(size=(2000, 50))
error = np.abs(draws - truth[:, np.newaxis]).mean()
for estimator in ("nrg", "fair", "pwm", "qd", "akr", "akr_circperm"):
    shuffled, ordered = (
        scoringrules.crps_ensemble(truth, members, estimator=estimator).mean()
        for members in (draws, np.sort(draws, axis=1))
    )
    print(f"{estimator:12} as drawn {shuffled:.3f}, sorted {ordered:.3f}")
    if estimator.startswith("akr"):
        assert abs(ordered - shuffled) > 0.2
    else:
        assert np.isclose(ordered, shuffled)
    if estimator == "akr":
        assert abs(ordered - error) < 0.1
PY
