#!/usr/bin/env bash
# MLflow no longer saves a scikit-learn model that has a class of one's own in it.
#
# Expected: mlflow.sklearn.save_model pickles, as it did for years, so any fitted estimator goes in.
# True: it pickles in 3.8 and writes skops files in 3.17, without being asked. Estimators of
#   scikit-learn pass; one of any other module is refused on saving, until its class is named in
#   skops_trusted_types or serialization_format="cloudpickle" is given.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
cat > "$folder/own_estimator.py" <<'PY'
from sklearn.linear_model import LinearRegression


class OwnRegression(LinearRegression):
    """An estimator as any package has them."""
PY
"$folder/venv/bin/pip" install -q numpy==2.4.6 pandas==2.3.3 scikit-learn==1.8.0 skops==0.13.0
save='
import os
import sys
import mlflow.sklearn
from own_estimator import OwnRegression
from sklearn.linear_model import LinearRegression

by_skops, folder = sys.argv[1] == "skops", sys.argv[2]


def saved(model, name, **options):
    place = os.path.join(folder, mlflow.__version__ + name)
    try:
        mlflow.sklearn.save_model(model, place, **options)
    except mlflow.exceptions.MlflowException as error:
        return "refused: " + str(error).partition(".")[0]
    return next(file for file in os.listdir(place) if file.startswith("model."))


X, y = [[1.0], [2.0]], [1.0, 2.0]
known, own = saved(LinearRegression().fit(X, y), "known"), saved(OwnRegression().fit(X, y), "own")
print("mlflow", mlflow.__version__, "| LinearRegression:", known, "| OwnRegression:", own)
assert known == ("model.skops" if by_skops else "model.pkl")
if by_skops:
    assert "untrusted types" in own
    trusted = {"skops_trusted_types": ["own_estimator.OwnRegression"]}
    assert saved(OwnRegression().fit(X, y), "trusted", **trusted) == "model.skops"
    pickled = {"serialization_format": "cloudpickle"}
    assert saved(OwnRegression().fit(X, y), "pickled", **pickled) == "model.pkl"
else:
    assert own == "model.pkl"
'
for pair in 3.8.1:pickle 3.17.2:skops; do
    "$folder/venv/bin/pip" install -q "mlflow-skinny==${pair%%:*}"
    (cd "$folder" && venv/bin/python -W ignore -c "$save" "${pair##*:}" "$folder" 2> "$folder/log") ||
        { cat "$folder/log"; exit 1; }
done
