"""serve.py PANEL: loads the models that panel.py left, and asks them about one row at a time."""

import json
import os
import sys
import warnings
from time import perf_counter

import joblib
import numpy as np

import sklearn.ensemble  # noqa: F401  Imported before the clock runs.
import sklearn.linear_model  # noqa: F401
import sklearn.pipeline  # noqa: F401

warnings.filterwarnings("ignore")

NAMES = ["regressor_lin", "regressor_gbr", "regressor_rf", "classifier_log", "classifier_rf"]

panel = json.loads(sys.argv[1])
files = {name: os.path.join(panel["models"], f"{name}.joblib") for name in NAMES}
start = perf_counter()
models = {name: joblib.load(file) for name, file in files.items()}
load = perf_counter() - start

test = panel["folds"][-1]["test"]
rows, columns = panel["rows"], panel["columns"]
with open(panel["file"], "rb") as file:
    file.seek(8 * rows)
    X = np.ascontiguousarray(np.fromfile(file, "<f4", rows * columns).reshape(columns, rows).T)
times = []
for i in range(test["from"], test["from"] + 40):
    row = X[i : i + 1]
    start = perf_counter()
    for name, model in models.items():
        model.predict_proba(row) if name.startswith("classifier") else model.predict(row)
    times.append(perf_counter() - start)
print(
    json.dumps(
        {
            "bytes": {name: os.path.getsize(file) for name, file in files.items()},
            "loadMs": load * 1e3,
            "rowMicroseconds": float(np.median(times)) * 1e6,
        }
    )
)
