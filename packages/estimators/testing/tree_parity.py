"""tree_parity.py PROBLEM REQUEST: how far trees of scikit-learn and LightGBM are from the truth (see tree-parity.ts)."""

import json
import os
import sys

# Threads that spin while others hold the cores are slower than one; so the boosting libraries get one.
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

request = json.loads(sys.argv[2])
rows, columns, train, seeds = request["rows"], request["columns"], request["train"], request["seeds"]
with open(sys.argv[1], "rb") as file:
    value, chance, y, classes = np.fromfile(file, "<f8", 4 * rows).reshape(4, rows)
    X = np.ascontiguousarray(np.fromfile(file, "<f4").reshape(columns, rows).T)
held = train * len(seeds)


def forest(make, seed: int, trees: int, leaf: int, maxFeatures=1.0, **weights):
    return make(
        trees, max_features=maxFeatures, min_samples_leaf=leaf, random_state=seed, n_jobs=os.cpu_count(), **weights
    )


def histogram(make, trees: int, leaves: int, leaf: int, l2: float = 0):
    return make(
        max_iter=trees,
        learning_rate=0.1,
        max_leaf_nodes=leaves,
        min_samples_leaf=leaf,
        l2_regularization=l2,
        early_stopping=False,
    )


def gradient(seed: int, trees: int, depth: int, leaf: int, **loss):
    return GradientBoostingRegressor(
        n_estimators=trees, learning_rate=0.1, max_depth=depth, min_samples_leaf=leaf, random_state=seed, **loss
    )


def lightgbm(make, seed: int, trees: int, leaves: int, leaf: int, l2: float = 0):
    return make(
        n_estimators=trees,
        learning_rate=0.1,
        num_leaves=leaves,
        min_child_samples=leaf,
        min_child_weight=0,
        reg_lambda=l2,
        random_state=seed,
        n_jobs=1,
        verbose=-1,
    )


PEERS = {
    "forest": lambda seed, **settings: forest(RandomForestRegressor, seed, **settings),
    "classifier-forest": lambda seed, balanced=False, **settings: forest(
        RandomForestClassifier, seed, class_weight="balanced" if balanced else None, **settings
    ),
    "histogram": lambda seed, **settings: histogram(HistGradientBoostingRegressor, **settings),
    "histogram-classifier": lambda seed, **settings: histogram(HistGradientBoostingClassifier, **settings),
    "lightgbm": lambda seed, **settings: lightgbm(LGBMRegressor, seed, **settings),
    "lightgbm-classifier": lambda seed, **settings: lightgbm(LGBMClassifier, seed, **settings),
    "gradient": gradient,
}


def distances(peer: str, **settings) -> dict:
    """Mean squared distance from the truth on the held-out rows, a seed; and what it scores out of its bags."""
    found, bags = [], []
    for i, seed in enumerate(seeds):
        model = PEERS[peer](seed, **settings)
        part = slice(i * train, (i + 1) * train)
        if peer.endswith("forest"):
            model.set_params(oob_score=True)
        if "classifier" in peer:
            predicted = model.fit(X[part], classes[part]).predict_proba(X[held:])[:, 1]
            found.append(float(np.mean((predicted - chance[held:]) ** 2)))
        else:
            predicted = model.fit(X[part], y[part]).predict(X[held:])
            found.append(float(np.mean(np.abs(predicted - value[held:]) ** 2)))
        bags.append(getattr(model, "oob_score_", None))
    return {"distances": found, "outOfBag": bags}


print(json.dumps([distances(**question) for question in request["questions"]]))
