"""The columns that TA-Lib has, asset by asset."""

import talib

from frame import run


def features(a):
    o, h, l, c, v = a["open"], a["high"], a["low"], a["close"], a["volume"]
    out = {f"sma_{w}": talib.SMA(c, w) for w in (5, 10, 20, 50)}
    out |= {f"ema_{n}": talib.EMA(c, n) for n in (12, 26)}
    out |= {f"open_sma_{w}": talib.SMA(o, w) for w in (5, 20)}
    out |= {f"volume_sma_{w}": talib.SMA(v, w) for w in (5, 20)}
    out["atr_14"] = talib.ATR(h, l, c, 14)
    out["rsi_14"] = talib.RSI(c, 14)
    out["macd"], out["macd_signal"], out["macd_histogram"] = talib.MACD(c, 12, 26, 9)
    out["bollinger_upper_20"], _, out["bollinger_lower_20"] = talib.BBANDS(c, 20, 2.0, 2.0)
    out["stochastic_k_14"], out["stochastic_d_3"] = talib.STOCHF(h, l, c, 14, 3)
    out["williams_r_14"] = talib.WILLR(h, l, c, 14)
    out["cci_20"] = talib.CCI(h, l, c, 20)
    out["adx_14"] = talib.ADX(h, l, c, 14)
    out["plus_di_14"] = talib.PLUS_DI(h, l, c, 14)
    out["minus_di_14"] = talib.MINUS_DI(h, l, c, 14)
    out["momentum_10"] = talib.MOM(c, 10)
    out["roc_10"] = talib.ROC(c, 10)
    out["obv"] = talib.OBV(c, v)
    out["volume_momentum_10"] = talib.MOM(v, 10)
    out["average_price"] = talib.AVGPRICE(o, h, l, c)
    return out


if __name__ == "__main__":
    run(lambda assets: lambda: [features(columns) for _, columns in assets], lambda tables, rows: tables[0])
