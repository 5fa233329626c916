"""The columns that Polars expressions have without a function of Python a row: one lazy frame, `over` the symbol."""

import math

import polars as pl

from frame import run


def expressions() -> list[pl.Expr]:
    o, c, v = pl.col("open"), pl.col("close"), pl.col("volume")
    h, l = pl.col("high"), pl.col("low")
    out: dict[str, pl.Expr] = {f"close_lag_{k}": c.shift(k) for k in range(1, 6)}
    out |= {"open_lag_1": o.shift(1), "volume_lag_1": v.shift(1), "simple_return_1": c.pct_change()}
    out |= {f"log_return_{k}": (c / c.shift(k)).log() for k in (1, 2, 3, 5, 7, 14, 30)}
    out["cumulative_return"] = c / c.first() - 1
    for w in (5, 10, 20, 50):
        out |= {f"sma_{w}": c.rolling_mean(w), f"close_to_sma_{w}": c / c.rolling_mean(w) - 1}
    for w in (5, 20):
        out |= {f"open_sma_{w}": o.rolling_mean(w), f"close_to_open_sma_{w}": c / o.rolling_mean(w) - 1}
        out |= {f"volume_sma_{w}": v.rolling_mean(w), f"volume_to_volume_sma_{w}": v / v.rolling_mean(w) - 1}
    r = (c / c.shift(1)).log()
    out |= {f"volatility_{w}": r.rolling_std(w) for w in (5, 10, 20, 30)}
    out |= {"close_std_5": c.rolling_std(5), "close_std_5_to_close": c.rolling_std(5) / c}
    top, bottom = pl.max_horizontal(o, h, c), pl.min_horizontal(o, l, c)
    squares = (top / bottom).log() ** 2
    out["parkinson_10"] = (squares.rolling_mean(10) / (4 * math.log(2))).sqrt()
    terms = 0.5 * squares - (2 * math.log(2) - 1) * (c / o).log() ** 2
    out["garman_klass_10"] = terms.rolling_mean(10).sqrt()
    for name, x in (("close", c), ("volume", v)):
        out[f"{name}_median_20"] = x.rolling_median(20)
        quantiles = [x.rolling_quantile(q, interpolation="linear", window_size=20) for q in (0.75, 0.25)]
        out[f"{name}_iqr_20"] = quantiles[0] - quantiles[1]
    out["close_to_median_20"] = c / c.rolling_median(20) - 1
    span = top - bottom
    out |= {"range_position": (c - bottom) / span, "body": (c - o) / span, "direction": (c - o).sign()}
    out |= {"upper_shadow": (top - pl.max_horizontal(o, c)) / span}
    out |= {"lower_shadow": (pl.min_horizontal(o, c) - bottom) / span}
    sigma = c.rolling_std(20, ddof=0)
    out |= {"bollinger_upper_20": c.rolling_mean(20) + 2 * sigma, "bollinger_lower_20": c.rolling_mean(20) - 2 * sigma}
    out["bollinger_bandwidth_20"] = 4 * sigma / c.rolling_mean(20)
    k = 100 * (c - l.rolling_min(14)) / (h.rolling_max(14) - l.rolling_min(14))
    out |= {"stochastic_k_14": k, "stochastic_d_3": k.rolling_mean(3), "williams_r_14": k - 100}
    out |= {"momentum_10": c - c.shift(10), "roc_10": 100 * c.pct_change(10), "volume_momentum_10": v - v.shift(10)}
    out |= {"average_price": (o + h + l + c) / 4, "running_max": c.cum_max(), "drawdown": c / c.cum_max() - 1}
    out["drawdown_30"] = c / c.rolling_max(30) - 1
    return [x.over("symbol").alias(name) for name, x in out.items()]


def make(assets):
    frames = [pl.DataFrame(columns).with_columns(pl.lit(symbol).alias("symbol")) for symbol, columns in assets]
    df = pl.concat(frames).with_columns(pl.col("symbol").cast(pl.Categorical))
    return lambda: df.lazy().select(expressions()).collect()


if __name__ == "__main__":
    run(make, lambda table, rows: {name: table[name].to_numpy() for name in table.columns})
