"""Customers of the shop's file: who buys again, how often, for how much, by acquisition channel.

Purchases follow BG/NBD (Fader, Hardie and Lee, 2005): a customer buys at a Gamma(r, alpha) rate
and drops out after each repeat purchase with a Beta(a, b) probability. Amounts follow Gamma-Gamma
(Fader and Hardie, 2013), independent of the rate. Parameters differ by channel: search and e-mail
bring loyal customers, display and generic search more of those who buy once. The file is an
extract of the customers acquired in the written weeks, time in weeks.
"""

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import roots_jacobi, roots_legendre

from mmm.simulate.family import CHANNELS, MARGIN_RATE
from mmm.simulate.records import CustomerTruth
from mmm.simulate.weeks import N_PERIODS, observed_weeks, stream

ORIGINS: tuple[str, ...] = (*CHANNELS, "direct")
"""Channel that the CRM records for a customer; `direct` for those no medium claims."""
DISCOUNT_PER_YEAR = 0.10
HORIZON_MONTHS = 36
HORIZON_WEEKS = HORIZON_MONTHS * 365.25 / 7.0 / 12.0

_TYPICAL = {
    # channel: share of customers, purchases per week, drop-out per purchase, EUR per purchase
    "search_brand": (0.12, 0.074, 0.102, 138.0),
    "search_generic": (0.19, 0.059, 0.140, 122.0),
    "paid_social": (0.17, 0.061, 0.140, 108.0),
    "display": (0.06, 0.049, 0.170, 104.0),
    "online_video": (0.06, 0.056, 0.136, 121.0),
    "tv": (0.12, 0.067, 0.111, 134.0),
    "radio_ooh": (0.06, 0.061, 0.123, 128.0),
    "email": (0.04, 0.084, 0.089, 126.0),
    "direct": (0.18, 0.072, 0.102, 132.0),
}


def draw_customers(seed: int) -> CustomerTruth:
    """Draw how the customers of each channel buy in one world, and what they are worth."""
    rng = stream(seed, "customer parameters")
    n_origins = len(ORIGINS)
    share, rate, drop_out, amount = np.array([_TYPICAL[origin] for origin in ORIGINS]).T
    share = share * np.exp(rng.normal(0.0, 0.10, n_origins))
    rate = rate * np.exp(rng.normal(0.0, 0.10, n_origins))
    drop_out = drop_out * np.exp(rng.normal(0.0, 0.12, n_origins))
    amount = amount * np.exp(rng.normal(0.0, 0.06, n_origins))
    r = rng.uniform(0.9, 1.4) * np.ones(n_origins)
    beta_total = rng.uniform(4.0, 7.0)
    p = rng.uniform(4.0, 6.0) * np.ones(n_origins)
    q = rng.uniform(4.5, 7.0) * np.ones(n_origins)
    drawn = {
        "r": r,
        "alpha": r / rate,
        "a": beta_total * drop_out,
        "b": beta_total * (1.0 - drop_out),
        "p": p,
        "q": q,
        "gamma": amount * (q - 1.0) / p,
        "share": share / share.sum(),
        "mean_amount": amount,
    }
    buying = list(zip(drawn["r"], drawn["alpha"], drawn["a"], drawn["b"], strict=True))
    discount = np.log1p(DISCOUNT_PER_YEAR) * 7.0 / 365.25
    discounted = np.array([expected_purchases(*one, discount=discount) for one in buying])
    drawn["repeat_purchases"] = np.array([expected_purchases(*one) for one in buying])
    drawn["ltv_repeat"] = MARGIN_RATE * amount * discounted
    drawn["ltv"] = MARGIN_RATE * amount * (1.0 + discounted)
    return CustomerTruth(
        **{
            name: xr.DataArray(values, dims="channel", coords={"channel": list(ORIGINS)})
            for name, values in drawn.items()
        }
    )


def expected_purchases(
    r: float, alpha: float, a: float, b: float, *, discount: float = 0.0, n_weeks: float = HORIZON_WEEKS
) -> float:
    """Integrate the discounted rate of repeat purchases over the weeks after the first one.

    At rate l and drop-out p a customer buys l exp(-l p t) per week at time t; over l ~ Gamma(r,
    alpha) that is r alpha^r / (alpha + p t)^(r + 1); the rest by quadrature over p and t.
    `discount` is continuous, per week.

    Examples
    --------
    >>> round(expected_purchases(1.0, 20.0, 1e-9, 1.0), 2)  # nobody drops out: 156.5 / 20
    7.83
    """
    node, weight = roots_legendre(60)
    time, time_weight = n_weeks * (node + 1.0) / 2.0, weight * n_weeks / 2.0
    node, weight = roots_jacobi(60, b - 1.0, a - 1.0)
    drop_out, drop_weight = (node + 1.0) / 2.0, weight / weight.sum()
    rate = r * alpha**r / (alpha + drop_out[:, None] * time) ** (r + 1.0)
    return float(drop_weight @ rate @ (time_weight * np.exp(-discount * time)))


def simulate_transactions(
    seed: int, truth: CustomerTruth, new_customers: np.ndarray, n_customers: int
) -> pd.DataFrame:
    """Simulate the purchases of `n_customers` acquired in proportion to the weeks' new customers."""
    rng = stream(seed, "transactions")
    origin = rng.choice(len(ORIGINS), n_customers, p=truth.share.to_numpy())
    week = np.sort(rng.choice(N_PERIODS, n_customers, p=new_customers / new_customers.sum()))
    first = week + rng.random(n_customers)
    customer, time = _purchases(truth, origin, first, rng)
    rate = rng.gamma(truth.q.to_numpy()[origin]) / truth.gamma.to_numpy()[origin]
    amount = rng.gamma(truth.p.to_numpy()[origin][customer]) / rate[customer]
    days = np.floor(time * 7.0).astype("int64")
    order = np.lexsort((customer, days))
    table = pd.DataFrame(
        {
            "customer": np.char.add("C", np.char.zfill((customer + 1).astype("U9"), 6)),
            "date": observed_weeks()[0] + pd.to_timedelta(days, unit="D"),
            "amount": np.round(amount, 2),
            "channel": np.array(ORIGINS)[origin][customer],
        }
    )
    return table.iloc[order].reset_index(drop=True)


def _purchases(
    truth: CustomerTruth, origin: np.ndarray, first: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Give customer number and time (weeks) of every purchase, the first ones included."""
    rate = rng.gamma(truth.r.to_numpy()[origin]) / truth.alpha.to_numpy()[origin]
    drop_out = rng.beta(truth.a.to_numpy()[origin], truth.b.to_numpy()[origin])
    active = np.arange(len(origin))
    clock = first.copy()
    customers, times = [active], [first]
    while len(active):
        clock = clock + rng.exponential(1.0, len(active)) / rate[active]
        bought = clock < N_PERIODS
        active, clock = active[bought], clock[bought]
        customers.append(active)
        times.append(clock)
        stays = rng.random(len(active)) >= drop_out[active]
        active, clock = active[stays], clock[stays]
    return np.concatenate(customers), np.concatenate(times)
