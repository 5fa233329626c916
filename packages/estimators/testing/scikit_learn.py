"""scikit_learn.py PROBLEM REQUEST: answers questions about linear models, as a JSON list (see scikit-learn.ts)."""

import json
import sys
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# An answer that has not converged is no reference.
warnings.simplefilter("error", ConvergenceWarning)

request = json.loads(sys.argv[2])
rows, columns = request["rows"], request["columns"]
with open(sys.argv[1], "rb") as file:
    y = np.fromfile(file, "<f8", rows)
    # Ours have mean 1, so that a penalty means the same whatever unit weights come in.
    weight = np.fromfile(file, "<f8", rows)
    weight /= weight.mean()
    # float64: scikit-learn's linear models otherwise compute in float32.
    X = np.fromfile(file, "<f4").reshape(columns, rows).T.astype(np.float64)


def standardised() -> np.ndarray:
    """Missing values become the mean, as in LinearFunction."""
    scaled = StandardScaler().fit(X, sample_weight=weight).transform(X)
    return SimpleImputer(strategy="constant", fill_value=0.0, keep_empty_features=True).fit_transform(scaled)


def linear(model) -> dict:
    return {"intercept": float(np.ravel(model.intercept_)[0]), "coefficients": np.ravel(model.coef_).tolist()}


def ridge(alpha: float) -> dict:
    # The default cut of singular values depends on the shape; "svd" is the most precise of the direct solvers.
    model = LinearRegression() if alpha == 0 else Ridge(alpha, solver="svd")
    return linear(model.fit(standardised(), y, sample_weight=weight))


def least_norm(rcond: float) -> dict:
    Z = standardised()
    root = np.sqrt(weight)
    mean = np.average(y, weights=weight)
    solution = np.linalg.lstsq(Z * root[:, None], (y - mean) * root, rcond)[0]
    return {"intercept": float(mean), "coefficients": solution.tolist()}


def logistic(C: float, classWeight: str | None) -> dict:
    model = LogisticRegression(C=C, class_weight=classWeight, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    return linear(model.fit(standardised(), y, sample_weight=weight))


def permutation(repeats: int) -> dict:
    model = LinearRegression().fit(X, y)
    found = permutation_importance(model, X, y, scoring="neg_mean_squared_error", n_repeats=repeats, random_state=0)
    return {"mean": found.importances_mean.tolist(), "deviation": found.importances_std.tolist()}


def dependence(kind: str, feature: int, grid: list[float]) -> dict:
    last = LinearRegression() if kind == "regressor" else LogisticRegression(C=1, tol=1e-12, solver="newton-cholesky")
    model = make_pipeline(StandardScaler(), last).fit(X, y)
    found = partial_dependence(model, X, [feature], custom_values={feature: grid}, method="brute", kind="average")
    return {"average": found["average"][0].tolist()}


ANSWERS = {
    "ridge": ridge,
    "least-norm": least_norm,
    "logistic": logistic,
    "permutation-importance": permutation,
    "partial-dependence": dependence,
}

answers = [ANSWERS[question.pop("ask")](**question) for question in request["questions"]]
print(json.dumps(answers))
