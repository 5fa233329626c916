"""Candles in, columns and times out: what the Python peers share."""

import gc
import json
import resource
import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np

COLUMNS = ("time", "open", "high", "low", "close", "volume")


def load(path: str) -> list[tuple[str, dict[str, np.ndarray]]]:
    """The assets of a candle file: a line of JSON, then six float64 columns an asset. Times are UTC milliseconds."""
    with open(path, "rb") as file:
        header = json.loads(file.readline())
        return [
            (asset["symbol"], {name: np.fromfile(file, "<f8", asset["rows"]) for name in COLUMNS})
            for asset in header["assets"]
        ]


def run(make: Callable[[list], Callable[[], object]], first_asset: Callable[[object, int], dict[str, np.ndarray]]) -> None:
    """Times the function that `make` gives for the loaded assets in some runs, and writes the newest rows of its
    first asset, to be compared. Arguments: candle file, target file, runs, rows to compare."""
    source, target, runs, compared = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    assets = load(source)
    compute = make(assets)
    seconds = []
    result = None
    for _ in range(runs):
        result = None
        gc.collect()
        start = perf_counter()
        result = compute()
        seconds.append(perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = len(assets[0][1]["time"])
    columns = {name: np.asarray(x, dtype="<f8")[:rows][-compared:] for name, x in first_asset(result, rows).items()}
    with open(target, "wb") as file:
        header = {"columns": list(columns), "rows": min(rows, compared)}
        file.write(f"{json.dumps(header)}\n".encode())
        for x in columns.values():
            file.write(x.tobytes())
    print(json.dumps({"seconds": seconds, "peakMegabytes": peak, "columns": list(columns)}))
