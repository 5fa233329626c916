"""All columns but those of the median absolute deviation of a window, for which Polars has no expression: one lazy frame,
`over` the symbol, without a function of Python."""

import math

import polars as pl

from frame import run


ROW = pl.int_range(pl.len())


def seeded(x: pl.Expr, first: int, period: int) -> pl.Expr:
    """The mean of `period` values from row `first` at the row where it is known, then the values."""
    at = first + period - 1
    return pl.when(ROW == at).then(x.rolling_mean(period)).when(ROW > at).then(x)


def smoothed(x: pl.Expr, first: int, period: int, alpha: float) -> pl.Expr:
    return seeded(x, first, period).ewm_mean(alpha=alpha, adjust=False)


def wilder_sum(x: pl.Expr) -> pl.Expr:
    """TA-Lib's start: the sum of the first 13, then s - s / 14 + x."""
    start = pl.when(ROW == 13).then(x.rolling_sum(13) / 14).when(ROW > 13).then(x)
    return pl.when(ROW > 13).then(14 * start.ewm_mean(alpha=1 / 14, adjust=False))


def weighted(x: pl.Expr, w: int) -> pl.Expr:
    """Linearly weighted mean by shifts: the weights of `rolling_mean` take no column that starts with nulls."""
    return sum((w - k) * x.shift(k) for k in range(w)) * (2 / (w * (w + 1)))


def mean_deviation(x: pl.Expr, w: int) -> pl.Expr:
    mean = x.rolling_mean(w)
    return pl.sum_horizontal((x.shift(k) - mean).abs() for k in range(w)) / w


def expressions(interval: int) -> list[pl.Expr]:
    o, c, v = pl.col("open"), pl.col("close"), pl.col("volume")
    h, l = pl.col("high"), pl.col("low")
    out: dict[str, pl.Expr] = {f"close_lag_{k}": c.shift(k) for k in range(1, 6)}
    out |= {"open_lag_1": o.shift(1), "volume_lag_1": v.shift(1), "simple_return_1": c.pct_change()}
    out |= {f"log_return_{k}": (c / c.shift(k)).log() for k in (1, 2, 3, 5, 7, 14, 30)}
    out["cumulative_return"] = c / c.first() - 1
    for w in (5, 10, 20, 50):
        out |= {f"sma_{w}": c.rolling_mean(w), f"close_to_sma_{w}": c / c.rolling_mean(w) - 1}
    for n in (12, 26):
        ema = smoothed(c, 0, n, 2 / (n + 1))
        out |= {f"ema_{n}": ema, f"close_to_ema_{n}": c / ema - 1}
    hull = weighted(2 * weighted(c, 10) - weighted(c, 20), 4)
    out |= {"hull_20": hull, "close_to_hull_20": 1 - hull / c}
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
    before = c.shift(1)
    true_range = pl.when(ROW > 0).then(pl.max_horizontal(h, before) - pl.min_horizontal(l, before))
    atr = smoothed(true_range, 1, 14, 1 / 14)
    out |= {"atr_14": atr, "atr_14_to_close": atr / c}
    for name, x in (("close", c), ("volume", v)):
        out[f"{name}_median_20"] = x.rolling_median(20)
        quantiles = [x.rolling_quantile(q, interpolation="linear", window_size=20) for q in (0.75, 0.25)]
        out[f"{name}_iqr_20"] = quantiles[0] - quantiles[1]
    out["close_to_median_20"] = c / c.rolling_median(20) - 1
    out["close_iqr_20_to_close"] = out["close_iqr_20"] / c
    span = top - bottom
    out |= {"range_position": (c - bottom) / span, "body": (c - o) / span, "direction": (c - o).sign()}
    out |= {"upper_shadow": (top - pl.max_horizontal(o, c)) / span}
    out |= {"lower_shadow": (pl.min_horizontal(o, c) - bottom) / span}
    body, upper, lower = out["body"], out["upper_shadow"], out["lower_shadow"]
    out["doji"] = (body.abs() <= 0.1).cast(pl.Float64)
    is_hammer = (body.abs() > 0.1) & (lower >= 2 * body.abs()) & (upper <= 0.1)
    out["hammer"] = is_hammer.cast(pl.Float64)
    o1 = o.shift(1)
    high_end, low_end = pl.max_horizontal(o, c), pl.min_horizontal(o, c)
    high_before, low_before = pl.max_horizontal(o1, before), pl.min_horizontal(o1, before)
    covers = (high_end >= high_before) & (low_end <= low_before) & (high_end - low_end > high_before - low_before)
    turns = (c >= o) != (before >= o1)
    sign = pl.when(c >= o).then(1.0).otherwise(-1.0)
    out["engulfing"] = pl.when(ROW > 0).then((covers & turns).cast(pl.Float64) * sign)
    move = c.diff()
    gain, loss = (smoothed(x, 1, 14, 1 / 14) for x in (move.clip(lower_bound=0), -move.clip(upper_bound=0)))
    out["rsi_14"] = 100 * gain / (gain + loss)
    line = smoothed(c, 14, 12, 2 / 13) - out["ema_26"]
    signal = smoothed(line, 25, 9, 2 / 10)
    for name, x in (("macd", line), ("macd_signal", signal), ("macd_histogram", line - signal)):
        out |= {name: x, f"{name}_to_close": x / c}
    sigma = c.rolling_std(20, ddof=0)
    out |= {"bollinger_upper_20": c.rolling_mean(20) + 2 * sigma, "bollinger_lower_20": c.rolling_mean(20) - 2 * sigma}
    out["bollinger_percent_b_20"] = (c - out["bollinger_lower_20"]) / (4 * sigma)
    out["bollinger_bandwidth_20"] = 4 * sigma / c.rolling_mean(20)
    k = 100 * (c - l.rolling_min(14)) / (h.rolling_max(14) - l.rolling_min(14))
    out |= {"stochastic_k_14": k, "stochastic_d_3": k.rolling_mean(3), "williams_r_14": k - 100}
    typical = (h + l + c) / 3
    out["cci_20"] = (typical - typical.rolling_mean(20)) / (0.015 * mean_deviation(typical, 20))
    up, down = h.diff(), -l.diff()
    plus = pl.when((up > down) & (up > 0)).then(up).when(ROW > 0).then(0.0)
    minus = pl.when((down > up) & (down > 0)).then(down).when(ROW > 0).then(0.0)
    total, ups, downs = (wilder_sum(x) for x in (true_range, plus, minus))
    out |= {"plus_di_14": 100 * ups / total, "minus_di_14": 100 * downs / total}
    out["adx_14"] = smoothed(100 * (ups - downs).abs() / (ups + downs), 14, 14, 1 / 14)
    out |= {"momentum_10": c - c.shift(10), "roc_10": 100 * c.pct_change(10), "volume_momentum_10": v - v.shift(10)}
    obv = (move.sign() * v).fill_null(v).cum_sum()
    out |= {"obv": obv, "obv_z_20": (obv - obv.rolling_mean(20)) / obv.rolling_std(20)}
    v1, v10 = v.shift(1), v.shift(10)
    out |= {"volume_change": v.pct_change(), "volume_change_balanced": (v - v1) / (v + v1)}
    out["volume_momentum_10_balanced"] = (v - v10) / (v + v10)
    out["close_to_average_price"] = c / ((o + h + l + c) / 4) - 1
    out |= {"average_price": (o + h + l + c) / 4, "running_max": c.cum_max(), "drawdown": c / c.cum_max() - 1}
    out["drawdown_30"] = c / c.rolling_max(30) - 1
    time = pl.col("time").dt
    cycles = [("weekday", time.weekday() - 1, 7), ("month", time.month() - 1, 12)]
    if interval != 86_400_000:
        cycles.append(("hour", time.hour(), 24))
    for name, phase, length in cycles:
        angle = phase.cast(pl.Float64) * (2 * math.pi / length)
        out |= {f"{name}_sin": angle.sin(), f"{name}_cos": angle.cos()}
    return [x.over("symbol").alias(name) for name, x in out.items()]


def make(assets):
    frames = [pl.DataFrame(columns).with_columns(pl.lit(symbol).alias("symbol")) for symbol, columns in assets]
    times = assets[0][1]["time"]
    df = pl.concat(frames).with_columns(
        pl.col("symbol").cast(pl.Categorical), pl.from_epoch(pl.col("time").cast(pl.Int64), time_unit="ms")
    )
    return lambda: df.lazy().select(expressions(times[1] - times[0])).collect()


if __name__ == "__main__":
    run(make, lambda table, rows: {name: table[name].to_numpy() for name in table.columns})
