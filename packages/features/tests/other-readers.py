"""Reads a feature file with pyarrow, pandas, Polars and DuckDB; prints, as JSON, what each of them found.

    python other-readers.py FILE
"""

import json
import sys

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq

file = sys.argv[1]


def found(columns: list[str], types: list[str], symbols: list[str], times: np.ndarray, values: np.ndarray) -> dict:
    """Types by column, symbols with their rows, and sums that tell one number too many or too few."""
    return {
        "columns": columns,
        "types": types,
        "symbols": {symbol: symbols.count(symbol) for symbol in dict.fromkeys(symbols)},
        "first": int(times[0]),
        "times": int(np.sum(times)),
        "missing": [int(n) for n in np.isnan(values).sum(axis=0)],
        "last": [None if np.isnan(x) else float(x) for x in values[-1]],
        "sums": [float(x) for x in np.nansum(values, axis=0)],
    }


def millis(times: pd.Series) -> np.ndarray:
    return times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[ms]").astype("int64")


arrow = pq.read_table(file)
group = pq.ParquetFile(file).metadata.row_group(0)
codecs = {group.column(i).compression for i in range(group.num_columns)}
pandas = pd.read_parquet(file)
polars = pl.read_parquet(file)
duckdb.sql("SET TimeZone = 'UTC'")
duck = duckdb.sql(f"SELECT * FROM read_parquet('{file}')")
frame = duck.df()

print(
    json.dumps(
        {
            "codecs": sorted(codecs),
            "pyarrow": found(
                arrow.column_names,
                [str(t) for t in arrow.schema.types],
                arrow["symbol"].to_pylist(),
                arrow["time"].cast("int64").to_numpy(),
                np.column_stack([arrow[name].to_numpy() for name in arrow.column_names[2:]]),
            ),
            "pandas": found(
                list(pandas.columns),
                [str(t) for t in pandas.dtypes],
                list(pandas["symbol"]),
                millis(pandas["time"]),
                pandas.iloc[:, 2:].to_numpy(),
            ),
            "polars": found(
                polars.columns,
                [str(t) for t in polars.dtypes],
                polars["symbol"].to_list(),
                polars["time"].dt.epoch("ms").to_numpy(),
                polars[:, 2:].to_numpy(),
            ),
            "duckdb": found(
                duck.columns,
                [str(t) for t in duck.types],
                list(frame["symbol"]),
                millis(frame["time"]),
                frame.iloc[:, 2:].to_numpy(),
            ),
        }
    )
)
