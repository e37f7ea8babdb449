"""What people do before they buy: opens and reactions, visits by origin, organic search.

Drawn after everything else and from streams of its own: nothing in it moves sales.
"""

import numpy as np
import pandas as pd

from mmm.simulate.weeks import observed_weeks, stream

ORIGINS = (
    "Recherche naturelle",
    "Accès direct",
    "Recherche payante",
    "E-mail",
    "Réseaux sociaux",
    "Sites référents",
)
"""Where visits come from, as the audience tool calls it."""
_SHARES = np.array([0.34, 0.24, 0.20, 0.06, 0.10, 0.06])
_ENGAGED = np.array([0.62, 0.66, 0.58, 0.64, 0.44, 0.55])
_PAGES = np.array([3.6, 4.1, 3.1, 3.4, 2.2, 2.9])
_SECONDS = np.array([41.0, 44.0, 38.0, 40.0, 29.0, 36.0])
"""Seconds per page."""
OPEN_RATE, REACTION_RATE = 0.262, 0.021
QUERIES = ("marque", "hors marque")


def with_reactions(seed: int, media: pd.DataFrame) -> pd.DataFrame:
    """Add opens of e-mails and reactions to social posts; missing for other channels."""
    rng = stream(seed, "reactions")
    shown, clicks = media["impressions"].to_numpy(), media["clicks"].to_numpy()
    noise = np.exp(rng.normal(0.0, 0.03, (len(media), 2)))
    opens = np.floor(shown * OPEN_RATE * noise[:, 0])
    reactions = np.floor(shown * REACTION_RATE * noise[:, 1] + clicks)
    channel = media["channel"]
    return media.assign(
        opens=np.where(channel == "email", opens, np.nan),
        engagements=np.where(channel == "paid_social", reactions, np.nan),
    )


def simulate_audience(seed: int, visits: np.ndarray) -> pd.DataFrame:
    """Share each week's visits over their origins, with what they do on the site.

    Returns
    -------
    DataFrame
        date, origin, visits, engaged_visits, page_views, engagement_seconds; visits of a
        week add up to those of the funnel.
    """
    rng = stream(seed, "audience")
    n_weeks, n_origins = len(visits), len(ORIGINS)
    weight = _SHARES * np.exp(rng.normal(0.0, 0.05, (n_weeks, n_origins)))
    parts = np.floor(visits[:, None] * weight / weight.sum(axis=1, keepdims=True)).astype("int64")
    parts[:, 0] += visits - parts.sum(axis=1)
    noise = np.exp(rng.normal(0.0, 0.02, (3, n_weeks, n_origins)))
    engaged = np.floor(parts * np.minimum(0.95, _ENGAGED * noise[0])).astype("int64")
    pages = np.round(parts * _PAGES * noise[1]).astype("int64")
    seconds = np.round(pages * _SECONDS * noise[2]).astype("int64")
    return pd.DataFrame(
        {
            "date": observed_weeks().repeat(n_origins),
            "origin": list(ORIGINS) * n_weeks,
            "visits": parts.ravel(),
            "engaged_visits": engaged.ravel(),
            "page_views": pages.ravel(),
            "engagement_seconds": seconds.ravel(),
        }
    )


def simulate_organic_search(seed: int, organic_visits: np.ndarray) -> pd.DataFrame:
    """Give impressions, clicks and average position in search results, by week, brand apart.

    Parameters
    ----------
    organic_visits : ndarray of shape (n_weeks,)
        Visits from organic search; clicks are a little more, as not every click is measured as a visit.
    """
    rng = stream(seed, "organic search")
    n_weeks = len(organic_visits)
    noise = np.exp(rng.normal(0.0, 0.03, (2, n_weeks, 2)))
    clicks = np.round(1.04 * organic_visits[:, None] * np.array([0.45, 0.55])).astype("int64")
    climb = np.exp(-0.0012 * np.arange(n_weeks))[:, None]
    position = 1.0 + np.array([0.5, 10.4]) * climb * noise[0]
    impressions = np.round(clicks / (np.array([0.38, 0.031]) * noise[1])).astype("int64")
    return pd.DataFrame(
        {
            "date": observed_weeks().repeat(2),
            "queries": list(QUERIES) * n_weeks,
            "impressions": impressions.ravel(),
            "clicks": clicks.ravel(),
            "position": np.round(position.ravel(), 2),
        }
    )
