"""panel.py PANEL: the walk-forward of the five models by scikit-learn (see panel.ts).

All fits share one pool of processes, one a core, the longest first: no way to run them on this machine is faster.
"""

import json
import os
import sys
import warnings
from time import perf_counter

import joblib
import numpy as np
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")

panel = json.loads(sys.argv[1])
rows, columns = panel["rows"], panel["columns"]
with open(panel["file"], "rb") as file:
    log_return = np.fromfile(file, "<f8", rows)
    X = np.ascontiguousarray(np.fromfile(file, "<f4", rows * columns).reshape(columns, rows).T)
is_up = (log_return > 0).astype(np.int64)

NAMES = ["regressor_lin", "regressor_gbr", "regressor_rf", "classifier_log", "classifier_rf"]


def make(name: str, parameters: dict):
    # "histogram" takes the place of regressor_gbr, for a user who prefers the faster one; it has no subsampling of rows.
    p = parameters["regressor_gbr" if name == "histogram" else name]
    match name:
        case "regressor_lin":
            return make_pipeline(StandardScaler(), Ridge(p["alpha"]))
        case "classifier_log":
            return make_pipeline(StandardScaler(), LogisticRegression(C=p["C"], class_weight=p["classWeight"]))
        case "regressor_gbr":
            if p["validationFraction"] is not None or p["maxLeaves"] is not None:
                raise ValueError("no equal parameters in GradientBoostingRegressor")
            return GradientBoostingRegressor(
                n_estimators=p["nEstimators"],
                learning_rate=p["learningRate"],
                max_depth=p["maxDepth"],
                min_samples_leaf=p["minSamplesLeaf"],
                subsample=p["subsample"],
                random_state=1,
            )
        case "histogram":
            return HistGradientBoostingRegressor(
                max_iter=p["nEstimators"],
                learning_rate=p["learningRate"],
                max_depth=p["maxDepth"],
                max_leaf_nodes=None,
                min_samples_leaf=p["minSamplesLeaf"],
                l2_regularization=p["l2"],
                early_stopping=False,
                random_state=1,
            )
    kind = RandomForestRegressor if name == "regressor_rf" else RandomForestClassifier
    balance = {} if name == "regressor_rf" else {"class_weight": p["classWeight"]}
    return kind(
        p["nEstimators"],
        max_features="sqrt" if p["maxFeatures"] == "sqrt" else float(p["maxFeatures"]),
        max_depth=p["maxDepth"],
        min_samples_leaf=p["minSamplesLeaf"],
        random_state=1,
        n_jobs=1,
        **balance,
    )


def fit(name: str, fold: int, X: np.ndarray, log_return: np.ndarray, is_up: np.ndarray) -> tuple[str, float, int]:
    """Name, summed squared error of the test rows and how many they are; leaves the last fold's models as files."""
    train, test = (slice(span["from"], span["to"]) for span in map(panel["folds"][fold].get, ("train", "test")))
    is_classifier = name.startswith("classifier")
    y = is_up if is_classifier else log_return
    model = make(name, panel["parameters"]).fit(X[train], y[train])
    forecast = model.predict_proba(X[test])[:, 1] if is_classifier else model.predict(X[test])
    if fold == len(panel["folds"]) - 1:
        joblib.dump(model, os.path.join(panel["models"], f"{name}.joblib"))
    return name, float(np.sum((forecast - y[test]) ** 2)), test.stop - test.start


def warm(names: list[str]) -> None:
    """Processes start and import before the clock runs."""
    for name in names:
        make(name, panel["parameters"])


def main() -> None:
    folds = range(len(panel["folds"]))[::-1]
    parts = {
        "others": [(name, fold) for fold in folds for name in ("regressor_rf", "classifier_rf")]
        + [(name, fold) for fold in folds for name in ("classifier_log", "regressor_lin")],
        "boosting": [("regressor_gbr", fold) for fold in folds],
        "histogram": [("histogram", fold) for fold in folds],
    }
    cores = os.cpu_count()
    seconds, sums = {}, {}
    with joblib.Parallel(n_jobs=cores) as pool:
        pool(joblib.delayed(warm)(NAMES) for _ in range(2 * cores))
        for part, tasks in parts.items():
            start = perf_counter()
            found = pool(joblib.delayed(fit)(name, fold, X, log_return, is_up) for name, fold in tasks)
            seconds[part] = perf_counter() - start
            for name, error, count in found:
                total = sums.setdefault(name, [0.0, 0])
                total[0] += error
                total[1] += count
    losses = {name: error / count for name, (error, count) in sums.items()}
    print(
        json.dumps(
            {
                "seconds": seconds["others"] + seconds["boosting"],
                "histogramSeconds": seconds["others"] + seconds["histogram"],
                "losses": losses,
            }
        )
    )


main()
