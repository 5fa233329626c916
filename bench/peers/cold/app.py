"""The API as one writes it with FastAPI and scikit-learn: five joblib models, read from S3 when the process starts.

It does less than ours: the newest row of features of every asset lies ready in S3, no hash is checked, and nothing is logged.
"""

import io
import json
import os
from concurrent.futures import ThreadPoolExecutor

import boto3
import joblib
import numpy
from fastapi import FastAPI, HTTPException
from mangum import Mangum

BUCKET = os.environ["BUCKET_NAME"]
MODELS = ["regressor_lin", "regressor_gbr", "regressor_rf", "classifier_log", "classifier_rf"]

s3 = boto3.client("s3")


def body_of(key: str) -> bytes:
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


# Fetched side by side, but read one after the other: unpickling imports, and two imports at once lock each other out.
with ThreadPoolExecutor(len(MODELS)) as pool:
    files = list(pool.map(lambda name: body_of(f"peer/{name}.joblib"), MODELS))
models = {name: joblib.load(io.BytesIO(file)) for name, file in zip(MODELS, files)}
app = FastAPI()


@app.get("/symbol/{ativo}")
def symbol(ativo: str):
    try:
        newest = json.loads(body_of(f"peer/rows/{ativo}.json"))
    except s3.exceptions.NoSuchKey as error:
        raise HTTPException(404, f"There is no asset {ativo}.") from error
    row = numpy.asarray(newest["inputs"], dtype=numpy.float32).reshape(1, -1)
    forecasts = {}
    for name, model in models.items():
        if name.startswith("regressor"):
            value = float(newest["close"] * numpy.exp(model.predict(row)[0]))
        else:
            value = float(model.predict_proba(row)[0, 1])
        forecasts[name] = {"predicao": value, "modelo": name}
    return {"ativo": ativo, "modelos": forecasts, "total_modelos": len(forecasts)}


handler = Mangum(app, lifespan="off")
