"""Fits the peer's five models with the parameters of ours, and stores them in S3: python fit.py FOLDER, with a problem in it.

problem.json names rows, columns and parameters; X.f32, r.f64 are row-major inputs and log returns.
"""

import io
import json
import os
import sys
from pathlib import Path

import boto3
import joblib
import numpy
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

folder = Path(sys.argv[1])
problem = json.loads((folder / "problem.json").read_text())
X = numpy.fromfile(folder / "X.f32", dtype=numpy.float32).reshape(problem["rows"], problem["columns"])
r = numpy.fromfile(folder / "r.f64", dtype=numpy.float64)
up = r > 0
p = problem["parameters"]


def forest(kind, params):
    return kind(
        n_estimators=params["nEstimators"],
        max_depth=params["maxDepth"],
        min_samples_leaf=params["minSamplesLeaf"],
        max_features=params["maxFeatures"],
        n_jobs=-1,
        random_state=42,
    )


gbr = p["regressor_gbr"]
models = {
    "regressor_lin": make_pipeline(StandardScaler(), Ridge(alpha=p["regressor_lin"]["alpha"])).fit(X, r),
    "regressor_gbr": GradientBoostingRegressor(
        n_estimators=gbr["nEstimators"],
        learning_rate=gbr["learningRate"],
        max_depth=gbr["maxDepth"],
        min_samples_leaf=gbr["minSamplesLeaf"],
        subsample=gbr["subsample"],
        random_state=42,
    ).fit(X, r),
    "regressor_rf": forest(RandomForestRegressor, p["regressor_rf"]).fit(X, r),
    "classifier_log": make_pipeline(StandardScaler(), LogisticRegression(C=p["classifier_log"]["C"])).fit(X, up),
    "classifier_rf": forest(RandomForestClassifier, p["classifier_rf"]).fit(X, up),
}
s3 = boto3.client("s3")
bucket = os.environ["BUCKET_NAME"]
for name, model in models.items():
    # One row is forecast at a time: threads would only cost.
    if hasattr(model, "n_jobs"):
        model.n_jobs = 1
    file = io.BytesIO()
    joblib.dump(model, file)
    s3.put_object(Bucket=bucket, Key=f"peer/{name}.joblib", Body=file.getvalue())
for asset, row in problem["newest"].items():
    s3.put_object(Bucket=bucket, Key=f"peer/rows/{asset}.json", Body=json.dumps(row).encode())

