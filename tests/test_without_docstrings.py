"""`python -OO` drops docstrings and assertions; nothing depends on either."""

import subprocess
import sys

PROGRAM = """
import numpy as np
import sklstm

X = np.random.default_rng(0).normal(size=(40, 5, 2))
sklstm.GRURegressor(2, max_epochs=1).fit(X, X[:, 0, 0]).predict(X)
sklstm.LSTMClassifier(2, max_epochs=1).fit(X, X[:, 0, 0] > 0).predict_proba(X)
sklstm.LSTMLanguageModel(2, max_epochs=1).fit("to be or not").score("to be")
print(sklstm.Forecaster(sklstm.SMARegressor(3)).fit(np.full(50, 2.0)).forecast(2).to_numpy())
"""


def test_the_compiled_engine_needs_none():
    command = [sys.executable, "-OO", "-W", "ignore", "-c", PROGRAM]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.split() == ["[[2.]", "[2.]]"]
