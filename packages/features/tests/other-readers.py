"""Reads a feature file with pyarrow, pandas, Polars and DuckDB, and hands over all that each of them found.

    python other-readers.py FILE OUT

OUT is, for each reader, a line of JSON (reader, codecs of all column chunks, columns, types, symbols, rows) and after it
the times as int64 milliseconds and the number columns as float64, little-endian, one column after the other.
"""

import json
import sys

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq

source, target = sys.argv[1:]


def millis(times: pd.Series) -> np.ndarray:
    return times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[ms]").astype("int64")


metadata = pq.ParquetFile(source).metadata
codecs = {
    metadata.row_group(group).column(column).compression
    for group in range(metadata.num_row_groups)
    for column in range(metadata.num_columns)
}
arrow = pq.read_table(source)
pandas = pd.read_parquet(source)
polars = pl.read_parquet(source)
duckdb.sql("SET TimeZone = 'UTC'")
duck = duckdb.sql(f"SELECT * FROM read_parquet('{source}')")
frame = duck.df()

found = {
    "pyarrow": (
        arrow.column_names,
        arrow.schema.types,
        arrow["symbol"].to_pylist(),
        arrow["time"].cast("int64").to_numpy(),
        lambda name: arrow[name].to_numpy(),
    ),
    "pandas": (
        list(pandas.columns),
        pandas.dtypes,
        list(pandas["symbol"]),
        millis(pandas["time"]),
        lambda name: pandas[name].to_numpy(),
    ),
    "polars": (
        polars.columns,
        polars.dtypes,
        polars["symbol"].to_list(),
        polars["time"].dt.epoch("ms").to_numpy(),
        lambda name: polars[name].to_numpy(),
    ),
    "duckdb": (
        duck.columns,
        duck.types,
        list(frame["symbol"]),
        millis(frame["time"]),
        lambda name: frame[name].to_numpy(),
    ),
}

with open(target, "wb") as out:
    for reader, (columns, types, symbols, times, values) in found.items():
        header = {
            "reader": reader,
            "rowGroups": metadata.num_row_groups,
            "codecs": sorted(codecs),
            "columns": columns,
            "types": [str(t) for t in types],
            "symbols": symbols,
        }
        out.write(f"{json.dumps(header)}\n".encode())
        out.write(times.astype("<i8").tobytes())
        for name in columns[2:]:
            assert values(name).dtype == np.float64, (reader, name, values(name).dtype)
            out.write(values(name).astype("<f8").tobytes())
