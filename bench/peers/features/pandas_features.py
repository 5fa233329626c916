"""The whole feature set in pandas: one frame of all assets, a groupby-transform a column, nothing row by row."""

import numpy as np
import pandas as pd

from frame import run


def smoothed(x: pd.Series, first: int, period: int, alpha: float) -> pd.Series:
    """Exponential average seeded by the mean of `period` values from row `first`, as TA-Lib's EMA and Wilder's are."""
    seeded = x.copy()
    at = first + period - 1
    if at >= len(x):
        return x * np.nan
    seeded.iloc[at] = x.iloc[first : at + 1].mean()
    seeded.iloc[:at] = np.nan
    return seeded.ewm(alpha=alpha, adjust=False).mean()


def windows(x: pd.Series, w: int) -> np.ndarray:
    return np.lib.stride_tricks.sliding_window_view(np.concatenate([np.full(w - 1, np.nan), x.to_numpy()]), w)


def mad(x: pd.Series) -> np.ndarray:
    last = windows(x, 20)
    return np.median(np.abs(last - np.median(last, axis=1, keepdims=True)), axis=1)


def mean_deviation(x: pd.Series) -> np.ndarray:
    last = windows(x, 20)
    return np.abs(last - last.mean(axis=1, keepdims=True)).mean(axis=1)


def weighted(x: pd.Series, w: int) -> pd.Series:
    """Linearly weighted mean by two rolling means: of the values, and of the values times their row."""
    row = np.arange(len(x), dtype=float)
    ramp = (x * row).rolling(w).mean() - (row - w) * x.rolling(w).mean()
    return ramp * 2 / (w + 1)


def features(df: pd.DataFrame, interval: str) -> pd.DataFrame:
    symbol = df["symbol"]
    by = df.groupby(symbol, sort=False, observed=True)
    o, h, l, c, v = (df[name] for name in ("open", "high", "low", "close", "volume"))

    def each(x: pd.Series, f) -> pd.Series:
        return x.groupby(symbol, sort=False, observed=True).transform(f)

    def shift(x: pd.Series, k: int) -> pd.Series:
        return x.groupby(symbol, sort=False, observed=True).shift(k)

    out: dict[str, pd.Series] = {}
    for k in range(1, 6):
        out[f"close_lag_{k}"] = by["close"].shift(k)
    out["open_lag_1"] = by["open"].shift(1)
    out["volume_lag_1"] = by["volume"].shift(1)
    out["simple_return_1"] = by["close"].pct_change()
    for k in (1, 2, 3, 5, 7, 14, 30):
        out[f"log_return_{k}"] = np.log(c / by["close"].shift(k))
    out["cumulative_return"] = c / by["close"].transform("first") - 1
    for w in (5, 10, 20, 50):
        out[f"sma_{w}"] = each(c, lambda x: x.rolling(w).mean())
        out[f"close_to_sma_{w}"] = c / out[f"sma_{w}"] - 1
    for n in (12, 26):
        out[f"ema_{n}"] = each(c, lambda x: smoothed(x, 0, n, 2 / (n + 1)))
        out[f"close_to_ema_{n}"] = c / out[f"ema_{n}"] - 1
    raw = 2 * each(c, lambda x: weighted(x, 10)) - each(c, lambda x: weighted(x, 20))
    out["hull_20"] = each(raw, lambda x: weighted(x, 4))
    out["close_to_hull_20"] = 1 - out["hull_20"] / c
    for w in (5, 20):
        out[f"open_sma_{w}"] = each(o, lambda x: x.rolling(w).mean())
        out[f"close_to_open_sma_{w}"] = c / out[f"open_sma_{w}"] - 1
    for w in (5, 20):
        out[f"volume_sma_{w}"] = each(v, lambda x: x.rolling(w).mean())
        out[f"volume_to_volume_sma_{w}"] = v / out[f"volume_sma_{w}"] - 1
    r = out["log_return_1"]
    for w in (5, 10, 20, 30):
        out[f"volatility_{w}"] = each(r, lambda x: x.rolling(w).std())
    out["close_std_5"] = each(c, lambda x: x.rolling(5).std())
    out["close_std_5_to_close"] = out["close_std_5"] / c
    top = df[["open", "high", "close"]].max(axis=1)
    bottom = df[["open", "low", "close"]].min(axis=1)
    span = top - bottom
    log_range = np.log(top / bottom) ** 2
    out["parkinson_10"] = np.sqrt(each(log_range, lambda x: x.rolling(10).mean()) / (4 * np.log(2)))
    terms = 0.5 * log_range - (2 * np.log(2) - 1) * np.log(c / o) ** 2
    out["garman_klass_10"] = np.sqrt(each(terms, lambda x: x.rolling(10).mean()))
    before = by["close"].shift(1)
    true_range = np.maximum(h, before) - np.minimum(l, before)
    out["atr_14"] = each(true_range, lambda x: smoothed(x, 1, 14, 1 / 14))
    out["atr_14_to_close"] = out["atr_14"] / c

    for name, x in (("close", c), ("volume", v)):
        out[f"{name}_median_20"] = each(x, lambda y: y.rolling(20).median())
        out[f"{name}_mad_20"] = each(x, mad)
        high, low = (each(x, lambda y, q=q: y.rolling(20).quantile(q)) for q in (0.75, 0.25))
        out[f"{name}_iqr_20"] = high - low
        out[f"{name}_robust_z_20"] = (x - out[f"{name}_median_20"]) / (1.482602218505602 * out[f"{name}_mad_20"])
    out["close_to_median_20"] = c / out["close_median_20"] - 1
    out["close_iqr_20_to_close"] = out["close_iqr_20"] / c

    body = (c - o) / span
    upper = (top - np.maximum(o, c)) / span
    lower = (np.minimum(o, c) - bottom) / span
    out["range_position"] = (c - bottom) / span
    out["upper_shadow"], out["lower_shadow"], out["body"] = upper, lower, body
    out["direction"] = np.sign(c - o)
    out["doji"] = (body.abs() <= 0.1).astype(float)
    out["hammer"] = ((body.abs() > 0.1) & (lower >= 2 * body.abs()) & (upper <= 0.1)).astype(float)
    o1 = by["open"].shift(1)
    high_end, low_end = np.maximum(o, c), np.minimum(o, c)
    high_before, low_before = np.maximum(o1, before), np.minimum(o1, before)
    covers = (high_end >= high_before) & (low_end <= low_before) & (high_end - low_end > high_before - low_before)
    turns = (c >= o) != (before >= o1)
    out["engulfing"] = (covers & turns) * np.where(c >= o, 1.0, -1.0) + 0 * before

    move = by["close"].diff()
    gain = each(move.clip(lower=0), lambda x: smoothed(x, 1, 14, 1 / 14))
    loss = each(-move.clip(upper=0), lambda x: smoothed(x, 1, 14, 1 / 14))
    out["rsi_14"] = 100 * gain / (gain + loss)
    line = each(c, lambda x: smoothed(x, 14, 12, 2 / 13)) - out["ema_26"]
    signal = each(line, lambda x: smoothed(x, 25, 9, 2 / 10))
    out["macd"], out["macd_signal"], out["macd_histogram"] = line, signal, line - signal
    for name in ("macd", "macd_signal", "macd_histogram"):
        out[f"{name}_to_close"] = out[name] / c
    sigma = each(c, lambda x: x.rolling(20).std(ddof=0))
    out["bollinger_upper_20"] = out["sma_20"] + 2 * sigma
    out["bollinger_lower_20"] = out["sma_20"] - 2 * sigma
    out["bollinger_percent_b_20"] = (c - out["bollinger_lower_20"]) / (4 * sigma)
    out["bollinger_bandwidth_20"] = 4 * sigma / out["sma_20"]
    lowest = each(l, lambda x: x.rolling(14).min())
    highest = each(h, lambda x: x.rolling(14).max())
    k = 100 * (c - lowest) / (highest - lowest)
    out["stochastic_k_14"] = k
    out["stochastic_d_3"] = each(k, lambda x: x.rolling(3).mean())
    out["williams_r_14"] = k - 100
    typical = (h + l + c) / 3
    out["cci_20"] = (typical - each(typical, lambda x: x.rolling(20).mean())) / (0.015 * each(typical, mean_deviation))
    up, down = by["high"].diff(), -by["low"].diff()
    plus = up.where((up > down) & (up > 0), 0.0).where(up.notna())
    minus = down.where((down > up) & (down > 0), 0.0).where(down.notna())

    def wilder_sum(x: pd.Series) -> pd.Series:
        """TA-Lib's start: the sum of the first 13, then s - s / 14 + x."""
        seeded = x.copy()
        if len(x) < 14:
            return x * np.nan
        seeded.iloc[13] = x.iloc[1:14].sum() / 14
        seeded.iloc[:13] = np.nan
        return 14 * seeded.ewm(alpha=1 / 14, adjust=False).mean().where(np.arange(len(x)) >= 14)

    total, ups, downs = (each(x, wilder_sum) for x in (true_range, plus, minus))
    out["plus_di_14"] = 100 * ups / total
    out["minus_di_14"] = 100 * downs / total
    index = 100 * (ups - downs).abs() / (ups + downs)
    out["adx_14"] = each(index, lambda x: smoothed(x, 14, 14, 1 / 14))
    out["momentum_10"] = by["close"].diff(10)
    out["roc_10"] = 100 * by["close"].pct_change(10)

    flow = np.sign(move).fillna(0) * v
    first = by.cumcount() == 0
    out["obv"] = (flow + v.where(first, 0)).groupby(symbol, sort=False, observed=True).cumsum()
    rolling = each(out["obv"], lambda x: x.rolling(20).mean())
    out["obv_z_20"] = (out["obv"] - rolling) / each(out["obv"], lambda x: x.rolling(20).std())
    v1, v10 = by["volume"].shift(1), by["volume"].shift(10)
    out["volume_change"] = by["volume"].pct_change()
    out["volume_change_balanced"] = (v - v1) / (v + v1)
    out["volume_momentum_10"] = v - v10
    out["volume_momentum_10_balanced"] = (v - v10) / (v + v10)
    out["average_price"] = (o + h + l + c) / 4
    out["close_to_average_price"] = c / out["average_price"] - 1
    out["running_max"] = by["close"].cummax()
    out["drawdown"] = c / out["running_max"] - 1
    out["drawdown_30"] = c / each(c, lambda x: x.rolling(30).max()) - 1
    time = df["time"].dt
    cycles = [("weekday", time.dayofweek, 7), ("month", time.month - 1, 12)]
    if interval != "1d":
        cycles.append(("hour", time.hour, 24))
    for name, phase, length in cycles:
        out[f"{name}_sin"] = np.sin(2 * np.pi * phase / length)
        out[f"{name}_cos"] = np.cos(2 * np.pi * phase / length)
    return pd.DataFrame(out)


def make(assets):
    df = pd.concat([pd.DataFrame(columns).assign(symbol=symbol) for symbol, columns in assets], ignore_index=True)
    interval = "1d" if df["time"].iloc[1] - df["time"].iloc[0] == 86_400_000 else "other"
    df["time"] = pd.to_datetime(df["time"], unit="ms", utc=True)
    df["symbol"] = df["symbol"].astype("category")
    return lambda: features(df, interval)


if __name__ == "__main__":
    run(make, lambda table, rows: {name: table[name].to_numpy() for name in table.columns})
