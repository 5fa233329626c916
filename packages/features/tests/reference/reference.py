"""What TA-Lib, pandas and published formulas say about the features of candles.

Needs Python 3.11+ with the packages of requirements.txt (all have wheels on PyPI).

    python reference.py expect CANDLES...      writes, for candles-X.csv, expected-X.csv beside it
    python reference.py values OUT CANDLES...  writes the values for candle CSVs (time in unix seconds) into one file: for
                                               each a line of JSON (columns, rows), then the columns as float64

The name of a CSV ends with the interval of its candles, as in BTC-USD-1h.csv. What TA-Lib has comes from TA-Lib, what
pandas has from pandas, and what neither has from the formula written out in numpy. Means and deviations over windows
(`volatility_*`, `close_std_5`, `obv_z_20`, the Bollinger bands, Parkinson, Garman-Klass, `stochastic_d_3`) are numpy's over
each window by itself, because the running sums of TA-Lib and pandas lose digits; that those mean the same is checked
wherever they have digits left. Where a formula divides by zero stands what the declarations say (`edge` there).
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import talib

HERE = Path(__file__).parent


def values(c: pd.DataFrame, step: int) -> pd.DataFrame:
    """All feature columns of contiguous candles of `step` seconds, NaN where they are not defined."""
    o, h, l, close, v = (c[name].astype(float) for name in ("open", "high", "low", "close", "volumefrom"))
    O, H, L, C, V = (x.to_numpy() for x in (o, h, l, close, v))
    top = np.maximum(np.maximum(O, C), H)
    bottom = np.minimum(np.minimum(O, C), L)
    span = top - bottom
    out: dict[str, object] = {}

    for k in range(1, 6):
        out[f"close_lag_{k}"] = close.shift(k)
    out["open_lag_1"] = o.shift(1)
    out["volume_lag_1"] = v.shift(1)

    out["simple_return_1"] = close.pct_change()
    for k in (1, 2, 3, 5, 7, 14, 30):
        out[f"log_return_{k}"] = np.log(close / close.shift(k))
    out["cumulative_return"] = close / close.iloc[0] - 1

    for w in (5, 10, 20, 50):
        out[f"sma_{w}"] = talib.SMA(C, w)
        out[f"close_to_sma_{w}"] = C / talib.SMA(C, w) - 1
    for n in (12, 26):
        out[f"ema_{n}"] = talib.EMA(C, n)
        out[f"close_to_ema_{n}"] = C / talib.EMA(C, n) - 1
    hull = talib.WMA(2 * talib.WMA(C, 10) - talib.WMA(C, 20), 4)
    out["hull_20"] = hull
    out["close_to_hull_20"] = 1 - hull / C
    for w in (5, 20):
        out[f"open_sma_{w}"] = talib.SMA(O, w)
        out[f"close_to_open_sma_{w}"] = C / talib.SMA(O, w) - 1
        out[f"volume_sma_{w}"] = talib.SMA(V, w)
        volume_mean = exact_mean(V, w)
        out[f"volume_to_volume_sma_{w}"] = over(V - volume_mean, volume_mean, 0)

    r = np.log(close / close.shift(1))
    for w in (5, 10, 20, 30):
        out[f"volatility_{w}"] = exact_deviation(r, w)
    std5 = exact_deviation(close, 5)
    out["close_std_5"] = std5
    out["close_std_5_to_close"] = std5 / C
    parkinson = np.log(top / bottom) ** 2 / (4 * np.log(2))
    out["parkinson_10"] = np.sqrt(exact_mean(parkinson, 10))
    garman_klass = 0.5 * np.log(top / bottom) ** 2 - (2 * np.log(2) - 1) * np.log(C / O) ** 2
    out["garman_klass_10"] = np.sqrt(exact_mean(garman_klass, 10))
    out["atr_14"] = talib.ATR(H, L, C, 14)
    out["atr_14_to_close"] = talib.ATR(H, L, C, 14) / C

    for name, x in (("close", close), ("volume", v)):
        median = x.rolling(20).median()
        last = windows(x.to_numpy(), 20)
        mad = np.median(np.abs(last - np.median(last, axis=1, keepdims=True)), axis=1)
        out[f"{name}_median_20"] = median
        out[f"{name}_mad_20"] = mad
        out[f"{name}_iqr_20"] = x.rolling(20).quantile(0.75) - x.rolling(20).quantile(0.25)
        mean_distance = np.abs(last - np.median(last, axis=1, keepdims=True)).mean(axis=1)
        spread = np.where(mad > 0, 1.482602218505602 * mad, 1.2533141373155001 * mean_distance)
        out[f"{name}_robust_z_20"] = over((x - median).to_numpy(), spread, 0)
    out["close_to_median_20"] = close / out["close_median_20"] - 1
    out["close_iqr_20_to_close"] = out["close_iqr_20"] / close

    upper = over(top - np.maximum(O, C), span, 0)
    lower = over(np.minimum(O, C) - bottom, span, 0)
    body = over(C - O, span, 0)
    out["range_position"] = over(C - bottom, span, 0.5)
    out["upper_shadow"] = upper
    out["lower_shadow"] = lower
    out["body"] = body
    out["direction"] = np.sign(C - O)
    out["doji"] = (np.abs(body) <= 0.1).astype(float)
    out["hammer"] = ((np.abs(body) > 0.1) & (lower >= 2 * np.abs(body)) & (upper <= 0.1)).astype(float)
    out["engulfing"] = np.sign(talib.CDLENGULFING(O, H, L, C)).astype(float)
    out["engulfing"][:2] = np.nan  # TA-Lib fills its lookback with zeros

    out["rsi_14"] = talib.RSI(C, 14)
    line = talib.MACD(C, 12, 26, 1)[0]  # with a signal of 9 its first eight rows were left out
    _, signal, histogram = talib.MACD(C, 12, 26, 9)
    out["macd"], out["macd_signal"], out["macd_histogram"] = line, signal, histogram
    out["macd_to_close"] = line / C
    out["macd_signal_to_close"] = signal / C
    out["macd_histogram_to_close"] = histogram / C
    out["bollinger_upper_20"], out["bollinger_lower_20"] = bands = exact_bands(C)
    out["bollinger_percent_b_20"] = over(C - bands[1], bands[0] - bands[1], 0.5)
    out["bollinger_bandwidth_20"] = (bands[0] - bands[1]) / talib.SMA(C, 20)
    k = talib.STOCHF(H, L, C, 14, 1)[0]  # with %D of 3 its first two rows were left out
    williams = talib.WILLR(H, L, C, 14)
    flat = talib.MAX(H, 14) == talib.MIN(L, 14)
    out["stochastic_k_14"] = np.where(flat, 50, k)
    out["stochastic_d_3"] = exact_mean(np.where(flat, 50, k), 3)
    assert flat.any() or np.allclose(out["stochastic_d_3"], talib.STOCHF(H, L, C, 14, 3)[1], atol=1e-9, equal_nan=True)
    out["williams_r_14"] = np.where(flat, -50, williams)
    out["cci_20"] = talib.CCI(H, L, C, 20)
    out["adx_14"] = talib.ADX(H, L, C, 14)
    out["plus_di_14"] = talib.PLUS_DI(H, L, C, 14)
    out["minus_di_14"] = talib.MINUS_DI(H, L, C, 14)
    out["momentum_10"] = talib.MOM(C, 10)
    out["roc_10"] = talib.ROC(C, 10)

    out["obv"] = talib.OBV(C, V)
    flow = windows(np.sign(np.diff(C, prepend=C[0])) * V, 20)
    balance = np.cumsum(np.hstack([0 * flow[:, :1], flow[:, 1:]]), axis=1)
    out["obv_z_20"] = over(balance[:, -1] - balance.mean(axis=1), balance.std(axis=1, ddof=1), 0)
    out["volume_change"] = v.pct_change().replace([np.inf, -np.inf], np.nan)
    out["volume_change_balanced"] = over((v - v.shift(1)).to_numpy(), (v + v.shift(1)).to_numpy(), 0)
    out["volume_momentum_10"] = talib.MOM(V, 10)
    out["volume_momentum_10_balanced"] = over((v - v.shift(10)).to_numpy(), (v + v.shift(10)).to_numpy(), 0)
    out["average_price"] = talib.AVGPRICE(O, H, L, C)
    out["close_to_average_price"] = C / talib.AVGPRICE(O, H, L, C) - 1

    out["running_max"] = close.cummax()
    out["drawdown"] = close / close.cummax() - 1
    out["drawdown_30"] = close / talib.MAX(C, 30) - 1

    time = pd.to_datetime(c["time"], unit="s", utc=True).dt
    cycles = [("weekday", time.day_of_week, 7), ("month", time.month - 1, 12)]
    if step < 86_400:
        cycles.append(("hour", time.hour, 24))
    for name, phase, length in cycles:
        out[f"{name}_sin"] = np.sin(2 * np.pi * phase / length)
        out[f"{name}_cos"] = np.cos(2 * np.pi * phase / length)
    return pd.DataFrame({name: np.asarray(x, dtype=float) for name, x in out.items()})


def over(a: np.ndarray, b: np.ndarray, edge: float) -> np.ndarray:
    """`a / b`, and the declared value where `b` is zero."""
    return np.divide(a, b, where=b != 0, out=np.full(len(a), float(edge)))


def windows(x: np.ndarray, w: int) -> np.ndarray:
    """The last `w` values at each row, NaN before the first."""
    return np.lib.stride_tricks.sliding_window_view(np.concatenate([np.full(w - 1, np.nan), x]), w)


def exact_mean(x: np.ndarray, w: int) -> np.ndarray:
    """Mean of each window by itself: the running sums of TA-Lib and pandas drift."""
    return windows(x, w).mean(axis=1)


def exact_deviation(x: pd.Series, w: int) -> np.ndarray:
    """Sample deviation of each window by itself; pandas' is the same to about half of the digits."""
    deviation = windows(x.to_numpy(), w).std(axis=1, ddof=1)
    assert np.allclose(deviation, x.rolling(w).std(), rtol=1e-5, atol=1e-7 * x.abs().max(), equal_nan=True)
    return deviation


def exact_bands(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bollinger bands 20/2 of each window by itself, with the population deviation of TA-Lib's BBANDS.

    BBANDS takes its variance from running sums of squares, which loses digits; that it means the same is checked here.
    """
    mean = exact_mean(x, 20)
    sigma = windows(x, 20).std(axis=1)
    upper, _, lower = talib.BBANDS(x, 20, 2.0, 2.0)
    assert np.allclose(upper[19:], (mean + 2 * sigma)[19:], rtol=1e-5)
    assert np.allclose(lower[19:], (mean - 2 * sigma)[19:], rtol=1e-5, atol=1e-5 * np.max(x))
    return mean + 2 * sigma, mean - 2 * sigma


def interval_of(file: str) -> int:
    """Seconds of a candle, from the end of the file's name."""
    return {"1m": 60, "1h": 3600, "1d": 86_400}[Path(file).stem.rsplit("-", 1)[1]]


def values_of_file(file: str) -> pd.DataFrame:
    """Values of the candles of a file; each stretch without a gap by itself. All-zero rows before a listing are left out."""
    candles = pd.read_csv(file)
    candles = candles[candles["close"].cumsum() > 0].reset_index(drop=True)
    step = interval_of(file)
    stretch = (candles["time"].diff() != step).cumsum()
    parts = [values(part.reset_index(drop=True), step) for _, part in candles.groupby(stretch)]
    return pd.concat(parts, ignore_index=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["expect", *sources]:
            for source in sources:
                target = Path(source).with_name(Path(source).name.replace("candles-", "expected-"))
                values_of_file(source).to_csv(target, index=False, float_format="%.12g")
        case ["values", target, *sources]:
            with open(target, "wb") as file:
                for source in sources:
                    table = values_of_file(source)
                    header = {"columns": list(table.columns), "rows": len(table)}
                    file.write(f"{json.dumps(header)}\n".encode())
                    file.write(table.to_numpy().T.astype("<f8").tobytes())
        case _:
            sys.exit(__doc__)
