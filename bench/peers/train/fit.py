"""fit.py PROBLEM SPEC LIBRARY: fits by scikit-learn or LightGBM on all cores and tells the figures (see problem.ts)."""

import json
import os
import resource
import sys
import warnings
from time import perf_counter

import numpy as np

COLUMNS = 60


def load(path: str) -> tuple[np.ndarray, np.ndarray]:
    rows = os.path.getsize(path) // (COLUMNS * 4 + 8)
    with open(path, "rb") as file:
        y = np.fromfile(file, "<f8", rows)
        columns = np.fromfile(file, "<f4", rows * COLUMNS).reshape(COLUMNS, rows)
    return np.ascontiguousarray(columns.T), y


def forest(spec: dict, seed: int, is_classifier: bool):
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    make = RandomForestClassifier if is_classifier else RandomForestRegressor
    return make(
        spec["trees"],
        # scikit-learn takes 1 for one feature, and 1.0 for all.
        max_features="sqrt" if spec["maxFeatures"] == "sqrt" else float(spec["maxFeatures"]),
        max_depth=spec["maxDepth"],
        min_samples_leaf=spec["minSamplesLeaf"],
        random_state=seed,
        n_jobs=-1,
    )


def boosting(spec: dict, seed: int, library: str):
    if library == "lightgbm":
        from lightgbm import LGBMRegressor

        return LGBMRegressor(
            n_estimators=spec["trees"],
            learning_rate=0.1,
            num_leaves=spec["maxLeaves"],
            min_child_samples=spec["minSamplesLeaf"],
            random_state=seed,
            n_jobs=os.cpu_count(),
            verbose=-1,
        )
    from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor

    if spec["kind"] == "boosting":
        return GradientBoostingRegressor(
            n_estimators=spec["trees"],
            learning_rate=0.1,
            max_depth=spec["maxDepth"],
            min_samples_leaf=spec["minSamplesLeaf"],
            random_state=seed,
        )
    return HistGradientBoostingRegressor(
        max_iter=spec["trees"],
        learning_rate=0.1,
        max_leaf_nodes=spec["maxLeaves"],
        min_samples_leaf=spec["minSamplesLeaf"],
        early_stopping=False,
        random_state=seed,
    )


def main() -> None:
    warnings.filterwarnings("ignore")
    path, spec, library = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
    X, y = load(path)
    is_classifier = spec["kind"] == "classifier-forest"
    if is_classifier:
        y = (y > 0).astype(np.int64)
    rows = spec["rows"]
    held_out = rows * len(spec["seeds"])
    is_forest = spec["kind"] in ("forest", "classifier-forest")

    def make(seed: int):
        return forest(spec, seed, is_classifier) if is_forest else boosting(spec, seed, library)

    make(0).fit(X[:1000], y[:1000])
    runs = []
    for i, seed in enumerate(spec["seeds"]):
        model = make(seed)
        train = slice(i * rows, (i + 1) * rows)
        start = perf_counter()
        model.fit(X[train], y[train])
        fitted = perf_counter()
        predicted = model.predict_proba(X[held_out:])[:, 1] if is_classifier else model.predict(X[held_out:])
        runs.append((fitted - start, perf_counter() - fitted, float(np.mean((predicted - y[held_out:]) ** 2))))
    fit, predict, loss = np.sort(np.array(runs), axis=0)[len(runs) // 2]
    losses = [loss for _, _, loss in runs]
    module = __import__(library)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "fitSeconds": fit,
                "predictSeconds": predict,
                "loss": loss,
                "losses": losses,
                "peakMegabytes": peak,
                "version": f"{library} {module.__version__}",
            }
        )
    )


main()
