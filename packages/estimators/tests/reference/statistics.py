"""Answers of statsmodels, scipy and scikit-learn to the questions of statistics-reference.test.ts: JSON in, JSON out.

A library is loaded by the question that needs it: loading takes longer than answering.
"""

import json
import sys

import numpy as np
from scipy import special, stats


def diebold_mariano(question):
    """A regression of the loss differences on a constant, with Newey-West errors, then Harvey, Leybourne and Newbold."""
    from statsmodels.regression.linear_model import OLS
    from statsmodels.tsa.stattools import acovf

    d = np.array(question["model"]) - np.array(question["naive"])
    n, h, lags = len(d), question["horizon"], question["lags"]
    fit = OLS(d, np.ones(n)).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "kernel": "bartlett", "use_correction": False})
    # The same long-run variance from statsmodels' autocovariances.
    covariance = acovf(d, fft=False, nlag=lags)
    weight = 1 - np.arange(lags + 1) / (lags + 1)
    variance = covariance[0] + 2 * np.sum(weight[1:] * covariance[1:])
    assert np.isclose(fit.bse[0], np.sqrt(variance / n), rtol=1e-12)
    statistic = fit.tvalues[0] * np.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
    return [statistic, stats.t.cdf(statistic, n - 1)]


def wilson(question):
    from statsmodels.stats.proportion import proportion_confint

    return list(proportion_confint(question["successes"], question["n"], alpha=0.05, method="wilson"))


def holm(question):
    from statsmodels.stats.multitest import multipletests

    return list(multipletests(question["pValues"], method="holm")[1])


def probabilities(question):
    from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

    y, p = np.array(question["actual"]), np.array(question["probability"])
    return [brier_score_loss(y, p), log_loss(y, p), roc_auc_score(y, p)]


def isotonic(question):
    from sklearn.isotonic import IsotonicRegression

    y, p = np.array(question["actual"]), np.array(question["probability"])
    ones = y.sum()
    bounds = {"y_min": 1 / (len(y) - ones + 2), "y_max": (ones + 1) / (ones + 2)}
    return list(IsotonicRegression(out_of_bounds="clip", **bounds).fit(p, y).predict(question["at"]))


def platt(question):
    """scikit-learn's sigmoid(-(a x + b)) of the log-odds, with Platt's targets."""
    from sklearn.calibration import _sigmoid_calibration

    a, b = _sigmoid_calibration(special.logit(np.array(question["probability"])), np.array(question["actual"]))
    return [-a, -b]


ANSWERS = {
    "diebold-mariano": diebold_mariano,
    "wilson": wilson,
    "holm": holm,
    "student-t": lambda q: list(stats.t.sf(q["t"], q["df"])),
    "beta": lambda q: list(special.betainc(q["a"], q["b"], q["x"])),
    "probabilities": probabilities,
    "isotonic": isotonic,
    "platt": platt,
}

with open(sys.argv[1], encoding="utf-8") as questions:
    print(json.dumps([ANSWERS[question["ask"]](question) for question in json.load(questions)]))
