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


def clustered_wilson(question):
    """Wilson's interval at the number of independent trials whose mean varies as that of an OLS on a constant does whose
    errors are clustered (statsmodels' correction for so few clusters is G / (G - 1))."""
    from statsmodels.regression.linear_model import OLS
    from statsmodels.stats.proportion import proportion_confint

    y = np.array(question["successes"], dtype=float)
    groups = np.unique(question["cluster"], return_inverse=True)[1]
    variance = OLS(y, np.ones(len(y))).fit(cov_type="cluster", cov_kwds={"groups": groups}).bse[0] ** 2
    share = y.mean()
    # Kish: the design effect is against independent trials, whose variance is known without bias; never below 1.
    independent = len(y) / max(1, variance / (share * (1 - share) / (len(y) - 1)))
    return [*proportion_confint(share * independent, independent, alpha=0.05, method="wilson"), independent]


def skill_interval(question):
    """By the delta method from the long-run covariance of the two losses of a time step."""
    import pandas as pd
    from statsmodels.stats.sandwich_covariance import S_hac_simple

    losses = pd.DataFrame({key: question[key] for key in ("times", "model", "naive")}).groupby("times").sum()
    steps = len(losses)
    model, naive = losses.sum()
    covariance = S_hac_simple((losses - losses.mean()).to_numpy(), nlags=int(4 * (steps / 100) ** (2 / 9)))
    slope = np.array([-1 / naive, model / naive**2])
    reach = stats.t.ppf(0.975, steps - 1) * np.sqrt(slope @ covariance @ slope)
    skill = 1 - model / naive
    return [skill, skill - reach, skill + reach]


def brier_terms(question):
    """Stephenson, Coelho and Jolliffe (2008), equations 3 to 9, over tenths of the ranks."""
    import pandas as pd
    from sklearn.metrics import brier_score_loss

    rows = pd.DataFrame({"y": question["actual"], "p": question["probability"]})
    bins = rows.groupby((rows["p"].rank(method="first") - 1) * 10 // len(rows))
    share, mean = bins["y"].transform("mean"), bins["p"].transform("mean")
    terms = [
        ((mean - share) ** 2).mean(),
        ((share - rows["y"].mean()) ** 2).mean(),
        rows["y"].var(ddof=0),
        (bins["p"].var(ddof=0) * bins.size()).sum() / len(rows),
        2 * sum((len(b) - 1) * b["p"].cov(b["y"]) for _, b in bins) / len(rows),
    ]
    brier = brier_score_loss(rows["y"], rows["p"])
    assert np.isclose(np.dot(terms, [1, -1, 1, 1, -1]), brier, rtol=1e-12)
    return [brier, *terms]


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
    "clustered-wilson": clustered_wilson,
    "skill-interval": skill_interval,
    "brier-terms": brier_terms,
    "holm": holm,
    "student-t": lambda q: list(stats.t.sf(q["t"], q["df"])),
    "beta": lambda q: list(special.betainc(q["a"], q["b"], q["x"])),
    "probabilities": probabilities,
    "isotonic": isotonic,
    "platt": platt,
}

with open(sys.argv[1], encoding="utf-8") as questions:
    print(json.dumps([ANSWERS[question["ask"]](question) for question in json.load(questions)]))
