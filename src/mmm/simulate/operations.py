"""What the rest of the company records: the funnel to a first order, and NPS answers.

The funnel counts new customers: `sales` are their first orders, so it agrees with the sales file.
"""

import numpy as np
import pandas as pd

from mmm.simulate.weeks import observed_weeks, stream

N_LAST_ABNORMAL = 3
"""Last weeks in which a contest brought leads that were not worth marketing's time."""
ABNORMAL_LEADS = 1.55


def simulate_funnel(seed: int, new_customers: np.ndarray) -> pd.DataFrame:
    """Give visits, leads, MQL, SQL and first orders per week, each stage smaller than the last.

    Built from first orders upwards. In the last weeks leads rise by half while MQL do not, so the
    rate from lead to MQL falls by a third: a change that an alert should find.
    """
    rng = stream(seed, "funnel")
    n_weeks = len(new_customers)

    def rate(typical: float, log_sd: float) -> np.ndarray:
        drift = np.cumsum(rng.normal(0.0, 0.004, n_weeks))
        return np.asarray(typical * np.exp(drift + rng.normal(0.0, log_sd, n_weeks)))

    sql = np.round(new_customers / rate(0.46, 0.025))
    mql = np.round(sql / rate(0.52, 0.025))
    leads = mql / rate(0.43, 0.030)
    visits = np.round(leads / rate(0.036, 0.030))
    leads[-N_LAST_ABNORMAL:] *= ABNORMAL_LEADS
    counts = np.column_stack([visits, np.round(leads), mql, sql, new_customers]).astype("int64")
    funnel = pd.DataFrame(counts, columns=["visits", "leads", "mql", "sql", "sales"])
    funnel.insert(0, "date", observed_weeks())
    return funnel


def simulate_nps(seed: int, n_silent_weeks: int) -> pd.DataFrame:
    """Give answers to "would you recommend us", 0 to 10; none in the last weeks (a late source)."""
    rng = stream(seed, "nps")
    weeks = observed_weeks()[:-n_silent_weeks]
    scores = np.arange(11)
    tables = []
    mood = 0.0
    for week in weeks:
        mood = 0.9 * mood + rng.normal(0.0, 0.03)
        weight = np.array([1, 0.5, 0.7, 1, 1.3, 3, 5, 13, 24, 26, 25.0]) * np.exp(mood * (scores - 7.0))
        n_answers = rng.poisson(36)
        day = np.sort(rng.integers(0, 7, n_answers))
        answer = rng.choice(scores, n_answers, p=weight / weight.sum())
        tables.append(pd.DataFrame({"date": week + pd.to_timedelta(day, unit="D"), "score": answer}))
    return pd.concat(tables, ignore_index=True)
